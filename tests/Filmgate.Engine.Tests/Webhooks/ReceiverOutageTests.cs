using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Tests.Support;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using static Filmgate.Engine.Tests.Webhooks.ScriptedReceiver;

namespace Filmgate.Engine.Tests.Webhooks;

/// <summary>Every way in which a receiver fails, and what its events come to.</summary>
public sealed class ReceiverOutageTests
{
    private const int Some = 20;

    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(1);
    private static readonly EgressOptions Hasty = House.Egress with { AnswerTimeout = TimeSpan.FromMilliseconds(400) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_receiver_that_is_back_after_ten_minutes_has_everything_and_is_not_met_by_a_crowd()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var up = run.Now.AddMinutes(10);
        await using var receiver = new ScriptedReceiver(run, _ => run.Now < up ? null : Ok);
        var sent = await run.SendAsync(await run.AddAsync(receiver.Url), Some);

        await run.RunAsync(TimeSpan.FromHours(1));

        Assert.Equal(Some, (await run.ListAsync(DeliveryState.Delivered)).Length);
        var taken = receiver.Seen.Where(seen => seen.IsTaken).ToList();
        Assert.Equal(sent.Select(id => id.Value[..^2]).Order(), taken.Select(seen => seen.Id).Order());
        Assert.InRange(taken.GroupBy(seen => seen.At.ToUnixTimeSeconds()).Max(second => second.Count()), 1, Some / 10);
    }

    [Fact]
    public async Task A_receiver_that_is_down_for_a_day_and_then_up_has_everything_by_schedule()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var up = run.Now.AddDays(1);
        await using var receiver = new ScriptedReceiver(run, _ => run.Now < up ? Status(503) : Ok);
        await run.SendAsync(await run.AddAsync(receiver.Url), Some);

        await run.RunAsync(TimeSpan.FromHours(34));

        Assert.Equal(Some, (await run.ListAsync(DeliveryState.Delivered)).Length);
        Assert.Equal(Some, receiver.Seen.Count(seen => seen.IsTaken));
    }

    [Fact]
    public async Task A_receiver_that_fails_three_times_has_the_event_at_the_fourth_by_schedule()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var receiver = new ScriptedReceiver(run, time => time <= 3 ? Status(500) : Ok);
        var sent = Assert.Single(await run.SendAsync(await run.AddAsync(receiver.Url)));

        await run.RunAsync(TimeSpan.FromHours(2));

        Assert.Equal(DeliveryState.Delivered, (await run.FindAsync(sent)).State);
        var at = (await run.AttemptsAsync(sent)).Select(attempt => attempt.At).ToArray();
        Assert.Equal(4, at.Length);
        foreach (var (wait, index) in new[] { TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30) }.Select((wait, index) => (wait, index)))
        {
            Assert.InRange(at[index + 1] - at[index], wait * 0.8 - Jitter, wait * 1.2 + Jitter);
        }
    }

    [Fact]
    public async Task A_receiver_that_never_answers_is_given_up_in_time_and_tried_again()
    {
        await using var run = await DeliveryRun.OpenAsync(egress: Hasty);
        await using var receiver = new ScriptedReceiver(run, _ => Ok, exchange => exchange.StallAsync());
        var sent = Assert.Single(await run.SendAsync(await run.AddAsync(receiver.Url)));

        await run.SettleAsync();

        Assert.Equal("No answer in time.", Assert.Single(await run.AttemptsAsync(sent)).Error);
        Assert.Equal(DeliveryState.Pending, (await run.FindAsync(sent)).State);
    }

    [Fact]
    public async Task An_answer_that_drips_or_is_endless_counts_by_its_status_and_only_its_beginning_is_kept()
    {
        await using var run = await DeliveryRun.OpenAsync(egress: Hasty);
        await using var drips = new ScriptedReceiver(run, _ => "", async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            while (!exchange.Stop.IsCancellationRequested)
            {
                await exchange.SendAsync("d");
                await Task.Delay(20, exchange.Stop);
            }
        });
        await using var floods = new ScriptedReceiver(run, _ => "", async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            while (!exchange.Stop.IsCancellationRequested)
            {
                await exchange.SendAsync(new string('f', 60_000));
            }
        });
        foreach (var receiver in new[] { drips, floods })
        {
            var sent = Assert.Single(await run.SendAsync(await run.AddAsync(receiver.Url)));
            await run.SettleAsync();
            Assert.Equal(DeliveryState.Delivered, (await run.FindAsync(sent)).State);
            Assert.InRange(Assert.Single(await run.AttemptsAsync(sent)).Answer!.Length, 1, DeliveryAttempt.AnswerLengthMax);
        }
    }

    [Fact]
    public async Task An_answer_that_breaks_off_before_its_end_of_headers_is_none()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var receiver = new ScriptedReceiver(run, time => time == 1 ? null : Ok, exchange => exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Le"));
        var endpoint = await run.AddAsync(receiver.Url);
        var sent = Assert.Single(await run.SendAsync(endpoint));

        await run.SettleAsync();
        var attempt = Assert.Single(await run.AttemptsAsync(sent));
        Assert.Equal((null, "The answer broke off or was malformed."), (attempt.Status, attempt.Error));
        await run.RunAsync(TimeSpan.FromSeconds(7));

        Assert.True(receiver.Seen.Count >= 2);
        Assert.Single(receiver.Seen.Select(seen => seen.Id).Distinct());
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_redirect_fails_and_its_target_sees_nothing(int status)
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var elsewhere = new ScriptedReceiver(run, _ => Ok);
        await using var receiver = new ScriptedReceiver(run, _ => Status(status, $"Location: {elsewhere.Url}\r\n"));
        var sent = Assert.Single(await run.SendAsync(await run.AddAsync(receiver.Url)));

        await run.RunAsync(TimeSpan.FromMinutes(10));

        Assert.All(await run.AttemptsAsync(sent), attempt => Assert.Equal(status, attempt.Status));
        Assert.Equal(DeliveryState.Pending, (await run.FindAsync(sent)).State);
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_asked_once_and_its_owner_is_told()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var gone = new ScriptedReceiver(run, _ => Status(410));
        await using var watcher = new ScriptedReceiver(run, _ => Ok);
        var endpoint = await run.AddAsync(gone.Url);
        await run.AddAsync(watcher.Url, WebhookEvents.EndpointDisabled);
        await run.SendAsync(endpoint);

        await run.RunAsync(TimeSpan.FromDays(2));

        Assert.Single(gone.Seen);
        Assert.Equal(DisabledReason.Gone, (await run.FindAsync(endpoint)).DisabledReason);
        Assert.Single(watcher.Seen);
        Assert.Equal($"endpoint.disabled {gone.Url} Gone", System.Text.Encoding.UTF8.GetString((await run.ListAsync(DeliveryState.Delivered))[0].Body.Span).Split(' ', 2)[1]);
    }

    [Theory]
    [InlineData("60", 60, 61)]
    [InlineData("2147483647", 3600, 3601)]
    [InlineData("-5", 4, 6)]
    [InlineData("1.5", 4, 6)]
    [InlineData("Sat, 14 Mar 2026 09:26:00 GMT", 4, 6)]
    public async Task A_receiver_that_asks_for_time_is_given_it_within_reason(string retryAfter, int least, int most)
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var receiver = new ScriptedReceiver(run, time => time == 1 ? Status(429, $"Retry-After: {retryAfter}\r\n") : Ok);
        var sent = Assert.Single(await run.SendAsync(await run.AddAsync(receiver.Url)));

        await run.RunAsync(TimeSpan.FromHours(2));

        var at = (await run.AttemptsAsync(sent)).Select(attempt => attempt.At).ToArray();
        Assert.InRange(at[1] - at[0], TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));
    }

    [Fact]
    public async Task While_a_receiver_asks_for_time_its_other_events_wait_too()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var asked = 0;
        await using var receiver = new ScriptedReceiver(run, _ => Interlocked.Increment(ref asked) == 1 ? Status(429, "Retry-After: 60\r\n") : Ok);
        var endpoint = await run.AddAsync(receiver.Url);
        await run.SendAsync(endpoint);
        await run.SettleAsync();
        var began = run.Now;
        await run.SendAsync(endpoint, Some);

        await run.RunAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(Some + 1, (await run.ListAsync(DeliveryState.Delivered)).Length);
        Assert.All(receiver.Seen.Skip(1), seen => Assert.True(seen.At >= began.AddSeconds(60)));
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_a_failure_with_its_reason()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=other.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var tls = new SslStream(new NetworkStream(await listener.AcceptSocketAsync(Cancel), ownsSocket: true));
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await tls.AuthenticateAsServerAsync(certificate);
                await tls.ReadExactlyAsync(new byte[1], Cancel);
            });
        }, Cancel);
        await using var run = await DeliveryRun.OpenAsync();
        var sent = Assert.Single(await run.SendAsync(await run.AddAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook")));

        await run.SettleAsync();

        await serving;
        Assert.StartsWith("The TLS handshake failed", Assert.Single(await run.AttemptsAsync(sent)).Error, StringComparison.Ordinal);
        Assert.Equal(DeliveryState.Pending, (await run.FindAsync(sent)).State);
    }

    [Fact]
    public async Task After_four_days_of_outage_events_have_failed_by_schedule_and_are_sent_again_once_per_wish()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var isUp = false;
        await using var receiver = new ScriptedReceiver(run, _ => isUp ? Ok : null);
        var endpoint = await run.AddAsync(receiver.Url);
        var sent = await run.SendAsync(endpoint, Some);

        await run.RunAsync(TimeSpan.FromDays(4));

        Assert.Equal(Some, (await run.ListAsync(DeliveryState.Failed)).Length);
        foreach (var id in sent)
        {
            Assert.Equal(DeliverySchedule.DefaultWaits.Length + 1, (await run.AttemptsAsync(id)).Length);
        }

        Assert.Null((await run.FindAsync(endpoint)).DisabledAt);
        var before = receiver.Seen.Count;
        for (var wish = 1; wish <= 2; wish++)
        {
            Assert.Equal(ResendOutcome.Due, await run.House.Deliveries.ResendAsync(House.Account.Id, sent[0], run.Now, Cancel));
            await run.RunAsync(TimeSpan.FromHours(1));
            Assert.Equal(before + wish, receiver.Seen.Count);
            Assert.Equal(DeliveryState.Failed, (await run.FindAsync(sent[0])).State);
        }

        isUp = true;
        Assert.Equal(Some, await run.House.Deliveries.ReplayAsync(House.Account.Id, new DeliveryFilter { Limit = 100 }, run.Now, Cancel));
        await run.RunAsync(TimeSpan.FromHours(1));
        Assert.Equal(Some, (await run.ListAsync(DeliveryState.Delivered)).Length);
        Assert.Equal(sent.Select(id => id.Value[..^2]).Order(), receiver.Seen.Where(seen => seen.IsTaken).Select(seen => seen.Id).Order());
    }

    [Fact]
    public async Task After_five_days_of_failures_an_endpoint_is_disabled_keeps_what_it_misses_and_has_it_by_replay()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var isUp = false;
        await using var receiver = new ScriptedReceiver(run, _ => isUp ? Ok : Status(500));
        var endpoint = await run.AddAsync(receiver.Url);
        for (var day = 0; day < 7; day++)
        {
            // Once it is disabled a test is not sent; what tells of tasks is kept as missed.
            if ((await run.FindAsync(endpoint)).DisabledAt is null)
            {
                await run.SendAsync(endpoint);
            }

            await run.RunAsync(TimeSpan.FromDays(1));
        }

        var disabled = await run.FindAsync(endpoint);
        Assert.Equal(DisabledReason.Failing, disabled.DisabledReason);
        Assert.InRange(disabled.DisabledAt!.Value - House.Start, TimeSpan.FromDays(5), TimeSpan.FromDays(6));
        Assert.NotEmpty(await run.ListAsync(DeliveryState.Missed));
        Assert.Empty(await run.ListAsync(DeliveryState.Pending));

        isUp = true;
        var all = (await run.ListAsync()).Length;
        await run.House.Endpoints.UpdateAsync(House.Account.Id, endpoint, new EndpointChange(null, null, null, true), run.Now, Cancel);
        Assert.Equal(all, await run.House.Deliveries.ReplayAsync(House.Account.Id, new DeliveryFilter { Limit = 100 }, run.Now, Cancel));
        await run.RunAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(all, (await run.ListAsync(DeliveryState.Delivered)).Length);
    }

    [Fact]
    public async Task A_name_that_leads_inside_by_now_is_not_reached_and_says_so()
    {
        var resolver = new ScriptedResolver().With("receiver.example", "127.0.0.1");
        await using var run = await DeliveryRun.OpenAsync(egress: new EgressOptions { AllowedPorts = null }, resolver: resolver);
        await using var inside = new ScriptedReceiver(run, _ => Ok);
        var sent = Assert.Single(await run.SendAsync(await run.AddAsync($"https://receiver.example:{inside.Port}/hook")));

        await run.RunAsync(TimeSpan.FromMinutes(10));

        Assert.Empty(inside.Seen);
        Assert.True(resolver.LookupsOf("receiver.example") >= 3);
        Assert.All(await run.AttemptsAsync(sent), attempt => Assert.Equal("The name resolves to an address that is not on the public internet.", attempt.Error));
    }

    [Fact]
    public async Task Nothing_goes_to_the_old_address_once_a_change_is_answered_and_what_was_cut_off_goes_to_the_new_one()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new SemaphoreSlim(0);
        await using var old = new ScriptedReceiver(run, _ => null, async exchange =>
        {
            arrived.Release();
            await release.Task.WaitAsync(exchange.Stop);
        });
        await using var next = new ScriptedReceiver(run, _ => Ok);
        var endpoint = await run.AddAsync(old.Url);
        var sent = await run.SendAsync(endpoint, Some);
        await run.Dispatcher.StartDueAsync(Cancel);
        await arrived.WaitAsync(Cancel);

        await run.House.Endpoints.UpdateAsync(House.Account.Id, endpoint, new EndpointChange(next.Url, null, null, null), run.Now, Cancel);
        await run.Dispatcher.ChangedAsync(Destination.Of(endpoint));
        var atOld = old.Seen.Count;
        await run.RunAsync(TimeSpan.FromMinutes(1));
        release.SetResult();

        Assert.Equal(atOld, old.Seen.Count);
        Assert.Equal(sent.Select(id => id.Value[..^2]).Order(), next.Seen.Select(seen => seen.Id).Order());
        Assert.All(await run.ListAsync(), delivery => Assert.Equal((DeliveryState.Delivered, 1), (delivery.State, delivery.Attempts)));
        arrived.Dispose();
    }

    [Fact]
    public async Task Nothing_goes_to_a_deleted_endpoint()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var receiver = new ScriptedReceiver(run, _ => Status(500));
        var endpoint = await run.AddAsync(receiver.Url);
        await run.SendAsync(endpoint, 3);
        await run.SettleAsync();
        var before = receiver.Seen.Count;

        await run.House.Endpoints.DeleteAsync(House.Account.Id, endpoint, run.Now, Cancel);
        await run.Dispatcher.ChangedAsync(Destination.Of(endpoint));
        await run.RunAsync(TimeSpan.FromDays(2));

        Assert.Equal(before, receiver.Seen.Count);
        Assert.All(await run.ListAsync(), delivery => Assert.Equal(DeliveryState.Canceled, delivery.State));
    }

    [Fact]
    public async Task A_rotation_in_the_middle_signs_by_both_secrets_for_its_grace()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var receiver = new ScriptedReceiver(run, _ => Ok);
        var endpoint = await run.AddAsync(receiver.Url);
        string SecretOf(int number) => Convert.ToHexStringLower(run.House.Secrets.Of(endpoint, number).Span);

        await run.SendAsync(endpoint);
        await run.SettleAsync();
        await run.House.Endpoints.RotateAsync(House.Account.Id, endpoint, TimeSpan.FromHours(24), run.Now, Cancel);
        await run.SendAsync(endpoint);
        await run.SettleAsync();
        await run.RunAsync(TimeSpan.FromHours(24));
        await run.SendAsync(endpoint);
        await run.SettleAsync();

        Assert.Equal(
            [SecretOf(1), $"{SecretOf(2)} {SecretOf(1)}", SecretOf(2)],
            receiver.Seen.Select(seen => HeaderOf(seen.Head, "webhook-signature")));
        Assert.NotEqual(SecretOf(1), SecretOf(2));
    }

    [Fact]
    public async Task A_crash_between_answer_and_record_sends_again_under_the_same_id_and_loses_nothing()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var stop = new CancellationTokenSource();
        var arrived = new SemaphoreSlim(0);
        var isFirstLife = true;
        await using var receiver = new ScriptedReceiver(run, _ => Ok, async exchange =>
        {
            arrived.Release();
            if (Volatile.Read(ref isFirstLife))
            {
                await exchange.StallAsync();
            }
        });
        var sent = await run.SendAsync(await run.AddAsync(receiver.Url), Some);
        await run.Dispatcher.StartDueAsync(stop.Token);
        await arrived.WaitAsync(Cancel);
        await stop.CancelAsync();
        await run.Dispatcher.WhenIdleAsync();
        Assert.Equal(Some, (await run.ListAsync(DeliveryState.Pending)).Length);

        Volatile.Write(ref isFirstLife, false);
        run.Restart();
        await run.RunAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(Some, (await run.ListAsync(DeliveryState.Delivered)).Length);
        Assert.Equal(sent.Select(id => id.Value[..^2]).Order(), receiver.Seen.Select(seen => seen.Id).Distinct().Order());
        stop.Dispose();
        arrived.Dispose();
    }
}
