using System.Globalization;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>A size as <c>1280x720</c>.</summary>
/// <param name="Width">Pixels, 1 to <see cref="SideMax"/>.</param>
/// <param name="Height">Pixels, 1 to <see cref="SideMax"/>.</param>
internal readonly record struct FrameSize(int Width, int Height)
{
    /// <summary>Longest side that is read.</summary>
    public const int SideMax = 16_384;

    /// <summary>The shorter side.</summary>
    public int ShortSide => Math.Min(Width, Height);

    /// <summary>
    /// The shape of a clip made from words: exactly 16:9, 9:16 or 1:1, or the pairs 1792x1024 and 1808x1024 of OpenAI's own pages, which
    /// are nearly 16:9. Null for every other.
    /// </summary>
    public AspectRatio? Ratio => (Width, Height) switch
    {
        var (width, height) when width == height => AspectRatio.Square,
        var (width, height) when width * 9 == height * 16 => AspectRatio.Wide,
        var (width, height) when width * 16 == height * 9 => AspectRatio.Tall,
        (1792, 1024) or (1808, 1024) => AspectRatio.Wide,
        (1024, 1792) or (1024, 1808) => AspectRatio.Tall,
        _ => null,
    };

    /// <summary>The size that a clip of a mode has, as marketed, while the real one is not known.</summary>
    public static FrameSize Nominal(GenerationMode mode, AspectRatio? ratio)
    {
        var shortSide = (int)mode.Rules().Resolution;
        var longSide = shortSide * 16 / 9;
        return ratio switch
        {
            AspectRatio.Square => new(shortSide, shortSide),
            AspectRatio.Tall => new(shortSide, longSide),
            _ => new(longSide, shortSide),
        };
    }

    /// <summary>Reads a size; false for a text that is none.</summary>
    public static bool TryRead(string text, out FrameSize size)
    {
        size = default;
        var at = text.IndexOf('x', StringComparison.Ordinal);
        if (at < 1 || !TryReadSide(text.AsSpan(0, at), out var width) || !TryReadSide(text.AsSpan(at + 1), out var height))
        {
            return false;
        }

        size = new(width, height);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}";

    private static bool TryReadSide(ReadOnlySpan<char> text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= SideMax;
}
