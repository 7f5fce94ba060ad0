using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Tests.Webhooks;

/// <summary>What is measured of deliveries, and that the page about it tells the same.</summary>
public sealed class DeliveryInstrumentsTests : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Labels)> _measured = new();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Attempts_are_counted_by_what_came_of_them_and_say_how_late_they_began()
    {
        await using var run = await DeliveryRun.OpenAsync(
            egress: new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] }, resolver: new ScriptedResolver().With("inside.example", "10.0.0.1"));
        Listen(run.House.Instruments);
        await using var taking = new ScriptedReceiver(run, _ => ScriptedReceiver.Ok);
        await using var refusing = new ScriptedReceiver(run, n => ScriptedReceiver.Status(n == 1 ? 429 : 500));
        var late = (await run.SendAsync(await run.AddAsync(taking.Url)))[0];
        run.House.Time.Advance(TimeSpan.FromSeconds(7));
        var failing = (await run.SendAsync(await run.AddAsync(refusing.Url)))[0];
        await run.SendAsync(await run.AddAsync("https://inside.example/hook"));
        await run.SendAsync(await run.AddAsync("https://nowhere.example/hook"));
        await run.SettleAsync();

        Assert.Equal(
            ["address_refused", "delivered", "name_not_resolved", "throttled"],
            Of("filmgate.webhooks.attempts").Select(one => one.Labels).Order().Select(labels => labels.Replace("kind=endpoint,outcome=", "", StringComparison.Ordinal)));
        Assert.All(Of("filmgate.webhooks.attempts"), one => Assert.Equal(1, one.Value));
        Assert.Equal([0, 0, 0, 7], Of("filmgate.webhooks.lag").Select(one => one.Value).Order());
        Assert.Equal(4, Of("filmgate.webhooks.attempt.duration").Count());
        Assert.Single(await run.AttemptsAsync(late));
        Assert.Single(await run.AttemptsAsync(failing));
    }

    [Fact]
    public async Task What_is_under_way_and_which_destinations_are_down_is_seen_at_any_time()
    {
        await using var run = await DeliveryRun.OpenAsync();
        run.House.Instruments.Watch(() => run.Dispatcher.Traffic);
        Listen(run.House.Instruments);
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        await using var slow = new ScriptedReceiver(run, _ => ScriptedReceiver.Ok, async _ =>
        {
            begun.TrySetResult();
            await end.Task;
        });
        await run.SendAsync(await run.AddAsync(slow.Url));
        await run.Dispatcher.StartDueAsync(TestContext.Current.CancellationToken);
        await begun.Task;
        Assert.Equal((1, 0), Now());
        end.SetResult();
        await run.SettleAsync();
        Assert.Equal((0, 0), Now());

        await using var dead = new ScriptedReceiver(run, _ => null);
        await run.SendAsync(await run.AddAsync(dead.Url), 10);
        await run.RunAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((0, 1), Now());

        (int InFlight, int Open) Now()
        {
            _measured.Clear();
            _listener.RecordObservableInstruments();
            return ((int)Of("filmgate.webhooks.in_flight").Single().Value, (int)Of("filmgate.webhooks.open_circuits").Single().Value);
        }
    }

    [Fact]
    public void The_page_lists_every_instrument_with_its_unit_and_every_outcome_and_nothing_else()
    {
        var page = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "operating", "telemetry.md"));
        var rows = page.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split(" | ")).ToList();
        var published = new List<string>();
        using var instruments = new DeliveryInstruments();
        GatewayMetrics.CountUnfetched("a-provider-of-this-test");
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter, instruments.Meter) || instrument.Meter.Name == GatewayMetrics.MeterName)
                {
                    published.Add($"`{instrument.Name}` `{instrument.Unit}`");
                }
            },
        };
        listener.Start();
        Assert.Equal(9, published.Count);
        Assert.Equal(published.Order(), rows.Where(row => row.Length == 5).Select(row => $"{row[0][2..]} {row[2]}").Order());

        var outcomes = Enumerable.Range(100, 500).Select(status => DeliveryInstruments.OutcomeOf(status, null))
            .Concat(Enum.GetValues<EgressFailure>().Select(failure => DeliveryInstruments.OutcomeOf(null, failure)));
        Assert.Equal(outcomes.Distinct().Order(), rows.Where(row => row.Length == 2).Select(row => row[0][3..^1]).Order());
    }

    private void Listen(DeliveryInstruments instruments)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, instruments.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => _measured.Enqueue((instrument.Name, value, Text(labels))));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => _measured.Enqueue((instrument.Name, value, Text(labels))));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => _measured.Enqueue((instrument.Name, value, Text(labels))));
        _listener.Start();
    }

    private IEnumerable<(string Name, double Value, string Labels)> Of(string name) => _measured.Where(one => one.Name == name);

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> labels) => string.Join(',', labels.ToArray().Select(label => $"{label.Key}={label.Value}").Order());

    private static string Here([CallerFilePath] string here = "") => here;
}
