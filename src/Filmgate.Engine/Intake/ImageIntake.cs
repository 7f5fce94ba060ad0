using System.Security.Cryptography;
using Filmgate.Engine.Egress;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Intake;

/// <summary>A picture that was accepted and lies on disk.</summary>
/// <param name="Sha256">The SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
/// <param name="Facts">What it is.</param>
public sealed record StoredImage(string Sha256, ImageFacts Facts);

/// <summary>Why a picture was not taken.</summary>
/// <param name="Code">
/// <see cref="FailureCode.InvalidImageUrl"/>, <see cref="FailureCode.ImageDownloadFailed"/>,
/// <see cref="FailureCode.ImageTooLarge"/> or <see cref="FailureCode.UnsupportedFormat"/>.
/// </param>
/// <param name="Message">For the caller; begins with <c>image 1</c> and tells nothing about ports or networks.</param>
/// <param name="Retryable">Whether one more try is sensible: the network or the server failed, not the picture.</param>
public sealed record ImageIntakeFailure(FailureCode Code, string Message, bool Retryable);

/// <summary>The outcome of <see cref="ImageIntake.TakeAsync"/>: exactly one of the two is set.</summary>
public sealed record ImageIntakeResult
{
    private ImageIntakeResult(StoredImage? image, ImageIntakeFailure? failure)
    {
        Image = image;
        Failure = failure;
    }

    /// <summary>The picture; null when it was not taken.</summary>
    public StoredImage? Image { get; }

    /// <summary>Why not; null when it was taken.</summary>
    public ImageIntakeFailure? Failure { get; }

    internal static ImageIntakeResult Stored(StoredImage image) => new(image, null);

    internal static ImageIntakeResult Failed(FailureCode code, int index, string reason, bool retryable = false) =>
        new(null, new ImageIntakeFailure(code, $"image {index} {reason}", retryable));
}

/// <summary>Brings the pictures of a request onto the disk: fetch or decode, inspect, hash.</summary>
/// <param name="http">Fetches.</param>
/// <param name="rules">What a picture must satisfy.</param>
public sealed class ImageIntake(GuardedHttp http, ImageRules rules)
{
    /// <summary>Takes in one picture.</summary>
    /// <param name="index">Its place in the request, from 1, for messages.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="targetPath">
    /// Where it shall lie, on an existing folder. It is written beside it under another name and moved there, flushed to disk,
    /// once it is accepted; a failure leaves nothing behind. An existing file is replaced.
    /// </param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The picture or why it was not taken; failures of network and content are no exceptions.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<ImageIntakeResult> TakeAsync(int index, ImageSource source, string targetPath, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, 1);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(targetPath);

        var part = $"{targetPath}.{Guid.NewGuid():N}.part";
        try
        {
            ImageVerdict verdict;
            string sha256;
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.Asynchronous))
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                if (await FillAsync(index, source, file, hash, cancellationToken).ConfigureAwait(false) is { } failure)
                    return failure;
                file.Seek(0, SeekOrigin.Begin);
                verdict = ImageInspector.Inspect(file, rules);
                if (verdict.Facts is not null)
                    file.Flush(flushToDisk: true);
                sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            }
            if (verdict.Facts is not { } facts)
                return ImageIntakeResult.Failed(verdict.Code!.Value, index, verdict.Reason!);
            File.Move(part, targetPath, overwrite: true);
            return ImageIntakeResult.Stored(new StoredImage(sha256, facts));
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task<ImageIntakeResult?> FillAsync(
        int index, ImageSource source, FileStream file, IncrementalHash hash, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case ImageSource.Inline inline:
                if (!DataUrl.TryDecode(inline.Text, rules.MaxBytes, out var bytes, out var fault))
                {
                    var refused = ImageSource.Refused(fault, rules);
                    return ImageIntakeResult.Failed(refused.Code!.Value, index, refused.Reason!);
                }
                hash.AppendData(bytes);
                await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                return null;

            case ImageSource.Remote remote:
                try
                {
                    using var response = await http.GetAsync(remote.Url, cancellationToken).ConfigureAwait(false);
                    await response.CopyToAsync(file, rules.MaxBytes, cancellationToken, hash).ConfigureAwait(false);
                    return null;
                }
                catch (EgressException e)
                {
                    return e switch
                    {
                        { Failure: EgressFailure.TooLarge } => ImageIntakeResult.Failed(FailureCode.ImageTooLarge, index, ImageInspector.TooManyBytes(rules)),
                        { IsRefusal: true } => ImageIntakeResult.Failed(FailureCode.InvalidImageUrl, index, e.PublicMessage),
                        _ => ImageIntakeResult.Failed(FailureCode.ImageDownloadFailed, index, e.PublicMessage, e.IsTransient),
                    };
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(source));
        }
    }
}
