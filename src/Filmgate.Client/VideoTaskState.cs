namespace Filmgate.Client;

/// <summary>Where a task stands. A state that a newer server invents survives as its text and counts as not yet final.</summary>
/// <param name="Value">The wire value.</param>
public readonly record struct VideoTaskState(string Value)
{
    /// <summary>Accepted; waits for its turn.</summary>
    public static VideoTaskState Pending { get; } = new("pending");

    /// <summary>Being made.</summary>
    public static VideoTaskState Processing { get; } = new("processing");

    /// <summary>The clip can be downloaded. Final.</summary>
    public static VideoTaskState Success { get; } = new("success");

    /// <summary>It ended without a clip, with a code and a reason. Final.</summary>
    public static VideoTaskState Failed { get; } = new("failed");

    /// <summary>Whether the state is final.</summary>
    public bool IsTerminal => this == Success || this == Failed;

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
