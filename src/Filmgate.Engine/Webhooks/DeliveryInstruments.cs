using System.Diagnostics;
using System.Diagnostics.Metrics;
using Filmgate.Engine.Egress;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>
/// What is measured of deliveries, as docs/operating/telemetry.md lists it. No label names an account, an endpoint or a server, so that their
/// number is bounded however many receivers there are.
/// </summary>
public sealed class DeliveryInstruments : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Filmgate.Webhooks";

    /// <summary>The labels.</summary>
    public const string OutcomeLabel = "outcome", KindLabel = "kind";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lag;
    private Func<DeliveryTraffic> _traffic = static () => default;

    /// <summary>Makes the instruments.</summary>
    public DeliveryInstruments()
    {
        _attempts = _meter.CreateCounter<long>("filmgate.webhooks.attempts", "{attempt}", "Attempts that ended, by what came of them.");
        _duration = _meter.CreateHistogram(
            "filmgate.webhooks.attempt.duration", "s", "How long an attempt took.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60] });
        _lag = _meter.CreateHistogram(
            "filmgate.webhooks.lag", "s", "How long an attempt began after it was due.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200] });
        _meter.CreateObservableUpDownCounter("filmgate.webhooks.in_flight", () => _traffic().UnderWay, "{attempt}", "Attempts that are under way.");
        _meter.CreateObservableUpDownCounter(
            "filmgate.webhooks.open_circuits", () => _traffic().OpenCircuits, "{destination}", "Destinations that failed so often in a row that they get one attempt at a time.");
    }

    /// <summary>The meter, so that one of several can be listened to.</summary>
    public Meter Meter => _meter;

    /// <summary>Says where the present is read from; the latest word counts.</summary>
    /// <param name="traffic">What is under way now.</param>
    public void Watch(Func<DeliveryTraffic> traffic) => _traffic = traffic;

    /// <summary>An attempt begins.</summary>
    /// <param name="delivery">Of which delivery.</param>
    /// <param name="at">When.</param>
    public void Begun(Delivery delivery, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery.DueAt is { } due)
        {
            // Rows carry whole milliseconds, so one that is due now may seem to be due a moment later.
            _lag.Record(Math.Max(0, (at - due).TotalSeconds), KindOf(delivery));
        }
    }

    /// <summary>An attempt has ended.</summary>
    /// <param name="delivery">Of which delivery.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="failure">Why there was no answer; null when there was one.</param>
    public void Ended(Delivery delivery, DeliveryAttempt attempt, EgressFailure? failure)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(attempt);
        var labels = new TagList { { OutcomeLabel, OutcomeOf(attempt.Status, failure) }, KindOf(delivery) };
        _attempts.Add(1, labels);
        _duration.Record(attempt.Took.TotalSeconds, labels);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The word for what came of an attempt.</summary>
    /// <param name="status">The status of the answer; null when there was none.</param>
    /// <param name="failure">Why there was none.</param>
    public static string OutcomeOf(int? status, EgressFailure? failure) => status switch
    {
        >= 200 and <= 299 => "delivered",
        >= 300 and <= 399 => "redirected",
        410 => "gone",
        429 => "throttled",
        >= 500 => "server_error",
        not null => "refused",
        null => failure switch
        {
            EgressFailure.RefusedUrl or EgressFailure.RefusedAddress => "address_refused",
            EgressFailure.NameNotResolved => "name_not_resolved",
            EgressFailure.ConnectFailed => "no_connection",
            EgressFailure.TlsFailed => "tls_failed",
            EgressFailure.Timeout => "timeout",
            _ => "broken",
        },
    };

    private static KeyValuePair<string, object?> KindOf(Delivery delivery) => new(KindLabel, delivery.Endpoint is null ? "callback" : "endpoint");
}

/// <summary>What is under way of deliveries on this node.</summary>
/// <param name="UnderWay">Attempts.</param>
/// <param name="OpenCircuits">Destinations that get one attempt at a time.</param>
public readonly record struct DeliveryTraffic(int UnderWay, int OpenCircuits);
