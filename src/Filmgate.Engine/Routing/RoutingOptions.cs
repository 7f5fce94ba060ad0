namespace Filmgate.Engine.Routing;

/// <summary>What follows when nobody can say whether a provider has a submission.</summary>
public enum UnknownPolicy
{
    /// <summary>The task fails; its price stays held as an unconfirmed charge until somebody decides.</summary>
    Fail = 1,
    /// <summary>It is submitted again, and the price of both is held: a clip may be paid twice.</summary>
    Resubmit = 2,
}

/// <summary>How patient the engine is with providers.</summary>
public sealed record RoutingOptions
{
    /// <summary>Longest wait in queues before a task fails. Default: 24 h.</summary>
    public TimeSpan QueuePatience { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a task waits while every provider that could take it refuses us or is out of order. Default: 10 min.</summary>
    public TimeSpan OutagePatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The wait for which a dearer provider with a shorter one is preferred under <c>auto</c>. Default: 2 min.</summary>
    public TimeSpan WaitWorth { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long after a submission whose answer was lost it is looked for. Default: 15 min.</summary>
    public TimeSpan UnknownDeadline { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What follows then. Default: <see cref="UnknownPolicy.Fail"/>.</summary>
    public UnknownPolicy WhenUnknown { get; init; } = UnknownPolicy.Fail;

    /// <summary>How long an accepted task is followed in all. Default: 24 h.</summary>
    public TimeSpan FollowDeadline { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a finished clip that cannot be fetched is tried for, where the provider does not say how long it keeps it. Default: 24 h.</summary>
    public TimeSpan ClipPatience { get; init; } = TimeSpan.FromHours(24);
}
