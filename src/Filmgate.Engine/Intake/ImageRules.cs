namespace Filmgate.Engine.Intake;

/// <summary>What a picture must satisfy. The defaults are Kling's published limits and, for the upper sizes, ours.</summary>
public sealed record ImageRules
{
    /// <summary>The rules for Kling's models.</summary>
    public static ImageRules Default { get; } = new();

    /// <summary>The shortest side allowed, in pixels. Default: 300 (Kling).</summary>
    public int MinSide { get; init; } = 300;

    /// <summary>The longest side allowed, in pixels. Default: 16384; encoders and providers go no further.</summary>
    public int MaxSide { get; init; } = 16384;

    /// <summary>The most pixels allowed. Default: 40 000 000, which unpack to 160 MB.</summary>
    public long MaxPixels { get; init; } = 40_000_000;

    /// <summary>The longer side divided by the shorter one, at most. Default: 2.5 (Kling: 1:2.5 to 2.5:1).</summary>
    public decimal MaxRatio { get; init; } = 2.5m;

    /// <summary>The largest file allowed, in bytes, a data URL counted after decoding. Default: 10 MiB (Kling, APIXO: 10 MB).</summary>
    public int MaxBytes { get; init; } = 10 * 1024 * 1024;
}
