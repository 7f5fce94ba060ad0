namespace Filmgate.Server.Events;

/// <summary>How many event streams may be open on one node.</summary>
public sealed record StreamLimits
{
    /// <summary>Of one account. Default: 1000. Range: 1 to <see cref="PerNode"/>.</summary>
    public int PerAccount { get; init; } = 1000;

    /// <summary>Of all accounts together; each takes about 25 KB. Default: 10 000. Range: 1 to 1 000 000.</summary>
    public int PerNode { get; init; } = 10_000;
}
