namespace Filmgate.Engine.Routing;

/// <summary>Why a provider is given no tasks for a while.</summary>
public enum CoolingCause
{
    /// <summary>It says that it is full.</summary>
    Throttled = 1,
    /// <summary>We have no credit there.</summary>
    Balance = 2,
    /// <summary>Our key is bad there.</summary>
    Auth = 3,
    /// <summary>Our key may not do this there.</summary>
    Permission = 4,
    /// <summary>It is out of order, or out of reach.</summary>
    Outage = 5,
}

/// <summary>Words for <see cref="CoolingCause"/>.</summary>
public static class CoolingCauses
{
    /// <summary>The rest of a sentence that begins with the provider's name.</summary>
    public static string Sentence(this CoolingCause cause) => cause switch
    {
        CoolingCause.Throttled => "is full",
        CoolingCause.Balance => "has no credit left for us",
        CoolingCause.Auth => "refuses our key",
        CoolingCause.Permission => "does not let our key do this",
        CoolingCause.Outage => "is out of order",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Not a cause."),
    };
}

/// <summary>How a provider stands at a moment: what routing knows beside its facts.</summary>
[GenerateSerializer]
[Immutable]
public sealed record ProviderStanding
{
    /// <summary>One that nothing is known about.</summary>
    public static ProviderStanding Unknown { get; } = new();

    /// <summary>Why it is given no tasks; null when it is given some.</summary>
    [Id(0)]
    public CoolingCause? Cooling { get; init; }

    /// <summary>Until when, at least.</summary>
    [Id(1)]
    public DateTimeOffset? CoolsUntil { get; init; }

    /// <summary>Since when it has been given none, or but one at a time; null when it is well.</summary>
    [Id(2)]
    public DateTimeOffset? UnwellSince { get; init; }

    /// <summary>Share of its recent tasks that went well, 0 to 1; null when there were too few.</summary>
    [Id(3)]
    public double? SuccessRate { get; init; }

    /// <summary>Tasks that it is thought to take at a time.</summary>
    [Id(4)]
    public int Slots { get; init; } = int.MaxValue;

    /// <summary>Tasks that hold a slot.</summary>
    [Id(5)]
    public int Held { get; init; }

    /// <summary>Tasks that wait for one.</summary>
    [Id(6)]
    public int Waiting { get; init; }

    /// <summary>How long a task that comes now is thought to wait.</summary>
    [Id(7)]
    public TimeSpan ExpectedWait { get; init; }
}

/// <summary>A task's place in a provider's queue.</summary>
/// <param name="Position">1 for the next one.</param>
/// <param name="ExpectedWait">How long it is thought to wait still.</param>
[GenerateSerializer]
[Immutable]
public sealed record QueuePlace([property: Id(0)] int Position, [property: Id(1)] TimeSpan ExpectedWait);

/// <summary>A task that asks for a slot.</summary>
/// <param name="Task">The task, as <c>account/task</c>.</param>
/// <param name="Weight">Its account's share in the queue, 1 to 100.</param>
/// <param name="Priority">Its rank within its account, 0 to 9.</param>
/// <param name="Since">When it was accepted, which decides between equals.</param>
[GenerateSerializer]
[Immutable]
public sealed record SlotTicket(
    [property: Id(0)] string Task, [property: Id(1)] int Weight, [property: Id(2)] int Priority, [property: Id(3)] DateTimeOffset Since);

/// <summary>The answer to a ticket.</summary>
/// <param name="Granted">Whether the task holds a slot now; otherwise it stands in the queue.</param>
/// <param name="AskAgainAfter">When to ask again, should nobody call before.</param>
[GenerateSerializer]
[Immutable]
public sealed record SlotAnswer([property: Id(0)] bool Granted, [property: Id(1)] TimeSpan AskAgainAfter);
