namespace Filmgate.Client;

/// <summary>What came of a wish to cancel. An outcome that a newer server invents survives as its text.</summary>
/// <param name="Value">The wire value.</param>
public readonly record struct VideoCancellation(string Value)
{
    /// <summary>The task is canceled: it was at no provider, or was canceled before.</summary>
    public static VideoCancellation Canceled { get; } = new("canceled");

    /// <summary>It is at a provider, who is asked to stop; it ends as canceled, or with a clip that came all the same.</summary>
    public static VideoCancellation Requested { get; } = new("requested");

    /// <summary>It has ended, or its clip is being taken in.</summary>
    public static VideoCancellation TooLate { get; } = new("too_late");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
