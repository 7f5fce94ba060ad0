using System.Collections.Immutable;
using System.Text;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Upstream;

/// <summary>The pictures of a submission as texts for a JSON body: addresses, data URLs or bare base64.</summary>
/// <param name="Texts">One per picture, start frame first; empty when <paramref name="Refusal"/> is set.</param>
/// <param name="Refusal">Why there are none: nothing was sent, and the submission ends with this.</param>
public sealed record PictureTexts(ImmutableArray<string> Texts, SubmitResult.Refused? Refusal)
{
    /// <summary>
    /// The way that pictures go to this provider: the operator's choice, else the first of the provider's own that works here. An address
    /// works when the provider reaches this gateway.
    /// </summary>
    public static ImageTransport? Choose(ProviderSettings settings, Submission submission)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(submission);
        if (settings.ImageTransport is { } chosen)
        {
            return chosen;
        }

        var hasAddresses = submission.Images.All(image => image.Url is not null);
        foreach (var transport in settings.Facts.ImageTransports)
        {
            if (transport != ImageTransport.Url || hasAddresses)
            {
                return transport;
            }
        }

        return null;
    }

    /// <summary>Reads the pictures in the chosen way. A file that cannot be read is a refusal, because nothing was sent yet.</summary>
    public static async ValueTask<PictureTexts> ReadAsync(ProviderSettings settings, Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        if (submission.Images.IsEmpty)
        {
            return new PictureTexts([], null);
        }

        var transport = Choose(settings, submission);
        if (transport is null || (transport == ImageTransport.Url && submission.Images.Any(image => image.Url is null)))
        {
            return Refused($"{settings.Name} takes pictures by their address only, and this gateway has none that it could reach: set FILMGATE_PUBLIC_URL.");
        }

        try
        {
            var texts = ImmutableArray.CreateBuilder<string>(submission.Images.Length);
            foreach (var image in submission.Images)
            {
                texts.Add(transport switch
                {
                    ImageTransport.Url => image.Url!,
                    ImageTransport.DataUrl => await DataUrlAsync(image, cancellationToken).ConfigureAwait(false),
                    ImageTransport.Base64 => await Base64Async(image, cancellationToken).ConfigureAwait(false),
                    var other => throw new InvalidOperationException($"{other} is no text."),
                });
            }

            return new PictureTexts(texts.MoveToImmutable(), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Refused("A picture of the task could not be read from the gateway's own store.");
        }
    }

    /// <summary>A picture as a <c>data:</c> URL.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async ValueTask<string> DataUrlAsync(SubmissionImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return $"data:{image.MediaType};base64,{await Base64Async(image, cancellationToken).ConfigureAwait(false)}";
    }

    /// <summary>A picture as bare base64.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async ValueTask<string> Base64Async(SubmissionImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Convert.ToBase64String(await File.ReadAllBytesAsync(image.Path, cancellationToken).ConfigureAwait(false));
    }

    private static PictureTexts Refused(string reason) => new([], new SubmitResult.Refused(RefusalClass.Outage, reason));
}
