namespace Filmgate.Engine.Artifacts;

/// <summary>What the structure of an accepted clip says about it.</summary>
/// <param name="Width">Pixels from left to right as a player shows it, that is after rotation.</param>
/// <param name="Height">Pixels from top to bottom as a player shows it.</param>
/// <param name="Duration">The length of the video track: the sum of its frames' durations.</param>
/// <param name="FrameCount">Frames of the video track, at least 1.</param>
/// <param name="FramesPerSecond">Frames divided by duration.</param>
/// <param name="Codec">The sample entry's four characters, such as <c>avc1</c>, <c>hvc1</c> or <c>av01</c>.</param>
/// <param name="FastStart">Whether the index comes before the data, so that a browser can begin at once.</param>
/// <param name="HasAudio">Whether there is a sound track with samples.</param>
/// <param name="Bytes">The size of the file.</param>
public sealed record ClipFacts(
    int Width, int Height, TimeSpan Duration, long FrameCount, double FramesPerSecond, string Codec, bool FastStart, bool HasAudio, long Bytes);

/// <summary>The outcome of <see cref="Mp4Probe.Inspect"/>: exactly one of the two is set.</summary>
public sealed record ClipVerdict
{
    private ClipVerdict(ClipFacts? facts, string? reason)
    {
        Facts = facts;
        Reason = reason;
    }

    /// <summary>The facts; null when the file is not a whole clip.</summary>
    public ClipFacts? Facts { get; }

    /// <summary>What is wrong, to be read after <c>the clip</c>: <c>is cut short</c>. Null when nothing is.</summary>
    public string? Reason { get; }

    /// <summary>Whether the file looks like the beginning of a clip that broke off.</summary>
    public bool IsCutShort { get; private init; }

    internal static ClipVerdict Whole(ClipFacts facts) => new(facts, null);

    internal static ClipVerdict Refused(string reason) => new(null, reason);

    internal static ClipVerdict CutShort(string reason) => new(null, reason) { IsCutShort = true };
}
