using System.Collections.Immutable;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>How webhooks are delivered.</summary>
public sealed record WebhookOptions
{
    /// <summary>Waits between the attempts of one delivery, each spread by 20 %. Default: <see cref="DeliverySchedule.DefaultWaits"/>.</summary>
    public ImmutableArray<TimeSpan> Waits { get; init; } = DeliverySchedule.DefaultWaits;

    /// <summary>How long an endpoint may fail before it is disabled. Default: <see cref="DisablingRule.Default"/>.</summary>
    public DisablingRule Disabling { get; init; } = DisablingRule.Default;

    /// <summary>Longest time for one attempt. Default: 15 s. Range: 1 to 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts under way at once, over all destinations. Default: 512. Range: 1 to 10 000.</summary>
    public int ConcurrencyMax { get; init; } = 512;

    /// <summary>Attempts under way at once to one destination. Default: 16. Range: 1 to <see cref="ServerConcurrencyMax"/>.</summary>
    public int DestinationConcurrencyMax { get; init; } = 16;

    /// <summary>Attempts under way at once to one server, be it the destination of many endpoints. Default: 32. Range: 1 to <see cref="ConcurrencyMax"/>.</summary>
    public int ServerConcurrencyMax { get; init; } = 32;

    /// <summary>
    /// How long a delivery is kept after its end, with its attempts; until then it can be looked at and sent again. Default: 30 days. Range: 1 to 3650.
    /// </summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Attempts under way at once to all destinations that have failed lately or that nothing is known of: half of all, so that receivers which
    /// answer always have the other half.
    /// </summary>
    public int UntrustedConcurrencyMax => Math.Max(1, ConcurrencyMax / 2);
}
