namespace Filmgate.Simulation;

/// <summary>A rule that is broken on purpose, to see whether the simulation notices.</summary>
internal enum Sabotage
{
    /// <summary>None.</summary>
    None,
    /// <summary>A submission is sent before the intent is on the disk.</summary>
    SendBeforeCommit,
    /// <summary>A connection that was reset counts as a refusal.</summary>
    ResetIsRefusal,
    /// <summary>A task's end is booked twice.</summary>
    SettleTwice,
}
