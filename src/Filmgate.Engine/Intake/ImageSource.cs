using Filmgate.Engine.Egress;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Intake;

/// <summary>Where a picture comes from: one entry of <c>image_urls</c>, judged as text. Pure.</summary>
public abstract record ImageSource
{
    private ImageSource()
    {
    }

    /// <summary>A picture to be fetched.</summary>
    /// <param name="Url">The checked URL.</param>
    public sealed record Remote(Uri Url) : ImageSource
    {
        /// <summary>Names the host only; the rest may be a signed link.</summary>
        public override string ToString() => $"Remote {Url.Host}";
    }

    /// <summary>A picture inside the request.</summary>
    /// <param name="Text">The data URL, of a length that is allowed, not decoded yet.</param>
    public sealed record Inline(string Text) : ImageSource
    {
        /// <summary>Names the length only.</summary>
        public override string ToString() => $"Inline {Text.Length} characters";
    }

    /// <summary>Reads one entry.</summary>
    /// <param name="text">An http or https URL, or a base64 data URL.</param>
    /// <param name="images">The limits on pictures; of them only the size in bytes matters here.</param>
    /// <param name="urls">The rules for URLs.</param>
    /// <returns>The source, or why it is refused.</returns>
    public static ImageSourceResult Parse(string? text, ImageRules images, OutboundUrlRules urls)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (DataUrl.IsDataUrl(text))
            return DataUrl.IsPlausible(text, images.MaxBytes, out var fault)
                ? ImageSourceResult.Accepted(new Inline(text!))
                : Refused(fault, images);

        var url = OutboundUrl.Check(text, urls);
        return url.Url is { } checkedUrl
            ? ImageSourceResult.Accepted(new Remote(checkedUrl))
            : ImageSourceResult.Refused(FailureCode.InvalidImageUrl, $"is refused: {url.Refusal}");
    }

    internal static ImageSourceResult Refused(DataUrlFault fault, ImageRules images) => fault switch
    {
        DataUrlFault.TooLarge => ImageSourceResult.Refused(FailureCode.ImageTooLarge, ImageInspector.TooManyBytes(images)),
        DataUrlFault.NotBase64 => ImageSourceResult.Refused(FailureCode.InvalidImageUrl, "is a data URL that is not base64"),
        _ => ImageSourceResult.Refused(FailureCode.InvalidImageUrl, "is a malformed data URL"),
    };
}

/// <summary>The outcome of <see cref="ImageSource.Parse"/>.</summary>
public sealed record ImageSourceResult
{
    private ImageSourceResult(ImageSource? source, FailureCode? code, string? reason)
    {
        Source = source;
        Code = code;
        Reason = reason;
    }

    /// <summary>The source; null when refused.</summary>
    public ImageSource? Source { get; }

    /// <summary><see cref="FailureCode.InvalidImageUrl"/> or <see cref="FailureCode.ImageTooLarge"/>; null when accepted.</summary>
    public FailureCode? Code { get; }

    /// <summary>Why it is refused, to be read after <c>image 1</c>; null when accepted.</summary>
    public string? Reason { get; }

    internal static ImageSourceResult Accepted(ImageSource source) => new(source, null, null);

    internal static ImageSourceResult Refused(FailureCode code, string reason) => new(null, code, reason);
}
