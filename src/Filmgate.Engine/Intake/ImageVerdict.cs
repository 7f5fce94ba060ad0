using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Intake;

/// <summary>The outcome of an inspection: facts, or a refusal.</summary>
public sealed record ImageVerdict
{
    private ImageVerdict(ImageFacts? facts, FailureCode? code, string? reason)
    {
        Facts = facts;
        Code = code;
        Reason = reason;
    }

    /// <summary>The facts of an accepted picture; null when refused.</summary>
    public ImageFacts? Facts { get; }

    /// <summary>
    /// <see cref="FailureCode.UnsupportedFormat"/> or <see cref="FailureCode.ImageTooLarge"/> when refused; otherwise null.
    /// </summary>
    public FailureCode? Code { get; }

    /// <summary>Why it is refused, to be read after its name: <c>is 200 x 200 px; each side must be at least 300 px</c>.</summary>
    public string? Reason { get; }

    internal static ImageVerdict Accepted(ImageFacts facts) => new(facts, null, null);

    internal static ImageVerdict Unsupported(string reason) => new(null, FailureCode.UnsupportedFormat, reason);

    internal static ImageVerdict TooLarge(string reason) => new(null, FailureCode.ImageTooLarge, reason);
}
