using System.Collections.Immutable;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Reads the <c>image_urls</c> of a request as far as text allows. Bytes that came along as data URLs are stored
/// before the task is accepted, so that rows stay small and a task never waits for its own request.
/// </summary>
public sealed class RequestImages(
    IArtifactStore files, ImageRules rules, EgressOptions egress, IUploadStore uploads, UploadLinks links, TimeProvider time)
{
    private static readonly string UnknownUpload =
        $"must not name an upload that this account does not have or that has expired; uploads are kept for {UploadDesk.Lifetime.TotalHours} hours";

    /// <summary>Judges every entry; nothing is written. Uploads of the account are looked up, before any rule about addresses.</summary>
    public async ValueTask<PendingImages> ReadAsync(AccountId account, ImmutableArray<string> entries, CancellationToken cancellationToken)
    {
        var faults = ImmutableArray.CreateBuilder<RequestFault>();
        var images = ImmutableArray.CreateBuilder<PendingImage>(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            if (links.TryRead(entries[i], out var id))
            {
                if (await FindUploadAsync(account, id, cancellationToken).ConfigureAwait(false) is { } source)
                {
                    images.Add(new PendingImage(source, default));
                }
                else
                {
                    faults.Add(new RequestFault(RequestField.ImageUrls, UnknownUpload, entries[i], i, FailureCode.InvalidImageUrl));
                }

                continue;
            }

            var read = ImageSource.Parse(entries[i], rules, egress.FetchRules);
            var fault = DataUrlFault.None;
            switch (read.Source)
            {
                case ImageSource.Remote:
                    images.Add(new PendingImage(entries[i], default));
                    break;
                case ImageSource.Inline inline when DataUrl.TryDecode(inline.Text, rules.MaxBytes, out var bytes, out fault):
                    images.Add(new PendingImage(null, bytes));
                    break;
                default:
                    var refused = read.Source is null ? read : ImageSource.Refused(fault, rules);
                    faults.Add(new RequestFault(
                        RequestField.ImageUrls,
                        "must be an http(s) URL of a public address or a base64 data URL; this one " + refused.Reason,
                        entries[i], i, refused.Code));
                    break;
            }
        }

        return new PendingImages(images.ToImmutable(), faults.ToImmutable());
    }

    /// <summary>Puts inline bytes into the store and gives each image its source as the task keeps it.</summary>
    /// <exception cref="IOException">The store cannot take them now.</exception>
    public async ValueTask<ImmutableArray<string>> StoreAsync(PendingImages images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        var sources = ImmutableArray.CreateBuilder<string>(images.Images.Length);
        foreach (var image in images.Images)
        {
            sources.Add(image.Url ?? GenerationRequest.StoredImagePrefix
                + (await files.StoreAsync(image.Bytes, cancellationToken).ConfigureAwait(false)).Sha256);
        }

        return sources.MoveToImmutable();
    }

    private async ValueTask<string?> FindUploadAsync(AccountId account, UploadId id, CancellationToken cancellationToken)
    {
        var upload = await uploads.FindAsync(account, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);

        // Made young again, the file outlives a sweep that comes between this look and the task's row.
        return upload is not null && await files.TryRenewAsync(upload.Sha256, cancellationToken).ConfigureAwait(false)
            ? GenerationRequest.StoredImagePrefix + upload.Sha256 : null;
    }
}

/// <summary>Images of a request that is being admitted.</summary>
/// <param name="Images">Those that can be used.</param>
/// <param name="Faults">What is wrong with the others.</param>
public sealed record PendingImages(ImmutableArray<PendingImage> Images, ImmutableArray<RequestFault> Faults);

/// <summary>One image of a request: an address, or bytes.</summary>
/// <param name="Url">The address, or the stored bytes' name for an upload; null when the bytes came along.</param>
/// <param name="Bytes">The bytes; empty for an address.</param>
public readonly record struct PendingImage(string? Url, ReadOnlyMemory<byte> Bytes);
