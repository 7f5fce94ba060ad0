using Filmgate.Model.Requests;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Says whether a whole clip is of the kind that was asked for: its length, its size, and its shape where the request names one. Generous
/// where models differ, so that only another product is refused. Pure.
/// </summary>
public static class ClipRules
{
    /// <summary>How far a clip's length may be from the asked one. Kling's own clips run a few frames over.</summary>
    public static readonly TimeSpan DurationTolerance = TimeSpan.FromSeconds(0.5);

    // Models keep the number of pixels rather than the short side, so a square clip of 1080p may have 1080 or 1440 pixels a side. Half the
    // pixels of 16:9 lies below both and above 720p.
    private const double PixelsPart = 0.5;
    private const double ShapeTolerance = 0.1;

    /// <summary>What is not as asked, to be read after <c>the clip</c>: <c>lasts 5.00 s instead of 10 s</c>. Null when all is.</summary>
    public static string? Mismatch(GenerationRequest request, ClipFacts facts)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(facts);
        var asked = TimeSpan.FromSeconds(request.DurationSeconds);
        if ((facts.Duration - asked).Duration() > DurationTolerance)
        {
            return $"lasts {facts.Duration.TotalSeconds:0.00} s instead of {asked.TotalSeconds} s";
        }

        var shortSide = (int)request.Rules.Resolution;
        if ((double)facts.Width * facts.Height < PixelsPart * shortSide * shortSide * 16 / 9)
        {
            return $"has {facts.Width} × {facts.Height} pixels, which is no {shortSide}p";
        }

        return request.AspectRatio is { } ratio && Math.Abs((double)facts.Width / facts.Height / ShapeOf(ratio) - 1) > ShapeTolerance
            ? $"has {facts.Width} × {facts.Height} pixels, which is not {ratio.Name()}"
            : null;
    }

    private static double ShapeOf(AspectRatio ratio) => ratio switch
    {
        AspectRatio.Wide => 16.0 / 9,
        AspectRatio.Tall => 9.0 / 16,
        AspectRatio.Square => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "Not a shape."),
    };
}
