using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>One measurement for each refusal and each end of a task, with labels of which every value is known beforehand.</summary>
public sealed class MetricTests : IClassFixture<GatewayInProcess>, IDisposable
{
    private readonly GatewayInProcess _gateway;
    private readonly ConcurrentQueue<string> _measured = new();
    private readonly MeterListener _listener = new();

    public MetricTests(GatewayInProcess gateway)
    {
        _gateway = gateway;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Filmgate")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var labels = new List<string>();
            foreach (var (name, label) in tags)
            {
                labels.Add($"{name}={label}");
            }

            _measured.Enqueue($"{instrument.Name} {value} {string.Join(' ', labels)}");
        });
        _listener.Start();
    }

    [Fact]
    public async Task Each_refusal_and_each_end_is_counted_under_labels_of_few_values()
    {
        Assert.Equal(400, (await _gateway.CreateAsync("{")).Status);
        Assert.Equal(404, (await _gateway.SendAsync("GET", "/nowhere/a-path-of-the-callers")).Status);
        Assert.Equal(405, (await _gateway.SendAsync("PUT", "/api/v1/tasks")).Status);
        Assert.Equal(403, (await _gateway.SendAsync("GET", "/admin/v1/accounts")).Status);
        Assert.Equal(200, (await _gateway.CreateAsync(Body("metered"), "metered")).Status);
        Assert.Equal(422, (await _gateway.CreateAsync(Body("metered otherwise"), "metered")).Status);
        await _gateway.UntilAsync((await _gateway.CreateAsync(Body("metered to its end"))).TaskId, "failed");

        foreach (var expected in new[]
        {
            "filmgate.refusals 1 stage=request party=caller code=input retryable=False",
            "filmgate.refusals 1 stage=request party=caller code=not_found retryable=False",
            "filmgate.refusals 1 stage=request party=caller code=method retryable=False",
            "filmgate.refusals 1 stage=door party=caller code=forbidden retryable=False",
            "filmgate.refusals 1 stage=admission party=caller code=key_reused retryable=False",
            "filmgate.task.ends 1 state=failed provider=animatic fail_code=NSFW_DETECTED",
        })
        {
            Assert.Contains(expected, _measured);
        }

        // Whatever the other tests of this process did meanwhile counts, too: the labels are a closed set.
        string[] known =
        [
            .. Enum.GetNames<RefusalKind>().Concat(Enum.GetNames<RefusalStage>()).Concat(Enum.GetNames<RefusalParty>()).Concat(Enum.GetNames<TaskState>())
                .Select(name => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name)),
            .. Enum.GetValues<FailureCode>().Select(code => code.Name()), "animatic", "none", "True", "False",
        ];
        Assert.All(_measured.SelectMany(line => line.Split(' ')[2..]).Select(label => label.Split('=')[1]), label => Assert.Contains(label, known));
    }

    public void Dispose() => _listener.Dispose();

    private static string Body(string prompt) => $$$"""{"input":{"mode":"master-text-to-video","prompt":"{{{prompt}}} @fail(NSFW_DETECTED)"}}""";
}
