using Filmgate.Engine.Tests.Support;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Webhooks;
using static Filmgate.Engine.Tests.Webhooks.ScriptedReceiver;

namespace Filmgate.Engine.Tests.Webhooks;

/// <summary>A destination that is dead, slow or crowded delays no other.</summary>
public sealed class DeliveryIsolationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Forty_receivers_that_never_answer_do_not_hold_up_one_that_does()
    {
        await using var run = await DeliveryRun.OpenAsync();
        var held = Enumerable.Range(0, 40).Select(_ => new ScriptedReceiver(run, _ => Ok, exchange => exchange.StallAsync())).ToList();
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var live = new ScriptedReceiver(run, _ => Ok, _ =>
        {
            taken.TrySetResult();
            return Task.CompletedTask;
        });
        foreach (var receiver in held)
        {
            await run.SendAsync(await run.AddAsync(receiver.Url));
        }

        run.House.Time.Advance(TimeSpan.FromSeconds(1));
        await run.SendAsync(await run.AddAsync(live.Url));
        await run.Dispatcher.StartDueAsync(Cancel);
        await taken.Task.WaitAsync(Patience, Cancel);

        // All forty still wait for their answers; none was given up to make room.
        Assert.All(await run.ListAsync(), delivery => Assert.True(delivery.Attempts == 0 || delivery.State == DeliveryState.Delivered));
        foreach (var receiver in held)
        {
            await receiver.DisposeAsync();
        }
    }

    [Fact]
    public async Task Ten_thousand_events_for_a_dead_receiver_delay_a_live_one_by_nothing()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var dead = new ScriptedReceiver(run, _ => null);
        await using var live = new ScriptedReceiver(run, _ => Ok);
        var (deadEndpoint, liveEndpoint) = (await run.AddAsync(dead.Url), await run.AddAsync(live.Url));
        await run.SendAsync(deadEndpoint, 10_000);
        for (var second = 0; second < 60; second++)
        {
            await run.SendAsync(liveEndpoint);
            await run.RunAsync(TimeSpan.FromSeconds(1));
        }

        // By the moved clock each is taken in the very second in which it happened.
        Assert.Equal(Enumerable.Range(0, 60).Select(second => House.Start.AddSeconds(second)), live.Seen.Select(seen => seen.At));

        // The dead one costs an attempt every two seconds, not thousands a minute.
        Assert.InRange(dead.Seen.Count, 5, 60);
    }

    [Fact]
    public async Task Fifty_endpoints_on_one_slow_server_get_its_share_and_another_server_is_unaffected()
    {
        const int PerServer = 8;
        await using var run = await DeliveryRun.OpenAsync(new WebhookOptions { DestinationConcurrencyMax = 4, ServerConcurrencyMax = PerServer });
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = new ScriptedReceiver(run, _ => Ok, exchange => release.Task.WaitAsync(exchange.Stop));
        await using var live = new ScriptedReceiver(run, _ => Ok);
        for (var i = 0; i < WebhookEndpoint.PerAccountMax - 1; i++)
        {
            await run.SendAsync(await run.AddAsync($"{slow.Url}/{i}"), 3);
        }

        run.House.Time.Advance(TimeSpan.FromSeconds(1));
        var fast = await run.SendAsync(await run.AddAsync(live.Url), 5);
        await run.Dispatcher.StartDueAsync(Cancel);
        while ((await run.ListAsync(DeliveryState.Delivered)).Length < fast.Length)
        {
            await run.Dispatcher.StartDueAsync(Cancel);
            await Task.Delay(5, Cancel);
        }

        Assert.Equal(PerServer, slow.MostAtOnce);
        release.SetResult();
        await run.RunAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(3 * (WebhookEndpoint.PerAccountMax - 1) + fast.Length, (await run.ListAsync(DeliveryState.Delivered)).Length);
        Assert.InRange(slow.MostAtOnce, 1, PerServer);
    }

    [Fact]
    public async Task Receivers_that_failed_lately_leave_half_of_the_house_to_those_that_answer()
    {
        await using var run = await DeliveryRun.OpenAsync(new WebhookOptions { ConcurrencyMax = 8, ServerConcurrencyMax = 8, DestinationConcurrencyMax = 8 });
        await using var live = new ScriptedReceiver(run, _ => Ok);
        var endpoint = await run.AddAsync(live.Url);
        await run.SendAsync(endpoint);
        await run.SettleAsync();

        var held = Enumerable.Range(0, 12).Select(_ => new ScriptedReceiver(run, _ => Ok, exchange => exchange.StallAsync())).ToList();
        foreach (var receiver in held)
        {
            await run.SendAsync(await run.AddAsync(receiver.Url), 2);
        }

        run.House.Time.Advance(TimeSpan.FromSeconds(1));
        await run.SendAsync(endpoint, 10);
        while (live.Seen.Count < 11)
        {
            await run.Dispatcher.StartDueAsync(Cancel);
            await Task.Delay(5, Cancel);
        }

        Assert.InRange(held.Sum(receiver => receiver.MostAtOnce), 1, 4);
        foreach (var receiver in held)
        {
            await receiver.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_receiver_that_answers_well_soon_has_many_attempts_at_once()
    {
        await using var run = await DeliveryRun.OpenAsync();
        await using var receiver = new ScriptedReceiver(run, _ => Ok);
        await run.SendAsync(await run.AddAsync(receiver.Url), 500);

        await run.SettleAsync();

        // All in one moment of the moved clock: it was never made to pause.
        Assert.Equal(500, (await run.ListAsync(DeliveryState.Delivered)).Length);
        Assert.InRange(receiver.MostAtOnce, 1, new WebhookOptions().DestinationConcurrencyMax);
    }
}
