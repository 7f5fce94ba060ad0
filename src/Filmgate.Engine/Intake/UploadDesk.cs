using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Takes pictures ahead of the tasks that will use them: judged by the same rules as a task's own, stored under the hash of their bytes,
/// and kept for a day. A task that uses one keeps it for as long as it needs it.
/// </summary>
public sealed class UploadDesk(ArtifactFolder files, IUploadStore uploads, UploadLinks links, ImageRules rules, IdSource ids, TimeProvider time)
{
    /// <summary>How long an upload may be used for new tasks.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Most uploads that an account may have at a time, so that no key can fill the disk.</summary>
    public const int UploadsMax = 1000;

    private static readonly UploadOutcome Full = new UploadOutcome.TooMany(
        $"The account has its {UploadsMax} uploads; each is kept for {Lifetime.TotalHours} hours.", TimeSpan.FromMinutes(10));

    /// <summary>Largest picture taken, in bytes.</summary>
    public int LengthMax => rules.MaxBytes;

    /// <summary>Takes one picture.</summary>
    /// <param name="caller">Who sends it.</param>
    /// <param name="writeAsync">Writes the bytes to a stream; what it throws passes through, and nothing is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="StoreUnavailableException">The row could not be written.</exception>
    public async ValueTask<UploadOutcome> TakeAsync(
        Caller caller, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(writeAsync);

        // :: Step 1: an account that is full is told so before its bytes reach the disk.
        if (await uploads.CountAsync(caller.Account, time.GetUtcNow(), cancellationToken).ConfigureAwait(false) >= UploadsMax)
        {
            return Full;
        }

        var incoming = files.NewIncomingPath();
        try
        {
            // :: Step 2: the bytes, and what they are.
            ImageVerdict verdict;
            bool isPicture;
            var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                await writeAsync(file, cancellationToken).ConfigureAwait(false);
                file.Seek(0, SeekOrigin.Begin);
                isPicture = ImageInspector.IsPicture(file);
                verdict = ImageInspector.Inspect(file, rules);
            }

            if (verdict.Facts is not { } facts)
            {
                return new UploadOutcome.Refused(new Failure(verdict.Code!.Value, verdict.Reason!), isPicture);
            }

            // :: Step 3: the file is ours before its row says so.
            var stored = await files.AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
            var now = time.GetUtcNow();
            var upload = new Upload
            {
                Id = ids.NewUpload(),
                Account = caller.Account,
                Sha256 = stored.Sha256,
                MediaType = facts.Format.MediaType(),
                Width = facts.Width,
                Height = facts.Height,
                Length = stored.Length,
                CreatedAt = now,
                ExpiresAt = now + Lifetime,
            };
            return await uploads.AddAsync(upload, UploadsMax, cancellationToken).ConfigureAwait(false)
                ? new UploadOutcome.Stored(upload, links.Of(upload.Id))
                : Full;
        }
        finally
        {
            File.Delete(incoming);
        }
    }
}

/// <summary>What came of an upload: a closed set.</summary>
public abstract record UploadOutcome
{
    private UploadOutcome()
    {
    }

    /// <summary>It may be used.</summary>
    /// <param name="Upload">The upload.</param>
    /// <param name="Url">The address that tasks of the account put into <c>image_urls</c>.</param>
    public sealed record Stored(Upload Upload, string Url) : UploadOutcome;

    /// <summary>The picture cannot be used.</summary>
    /// <param name="Failure">Why; the message is to be read after the picture's name.</param>
    /// <param name="IsPicture">Whether it is of a kind that is taken, although not one that fits the rules.</param>
    public sealed record Refused(Failure Failure, bool IsPicture) : UploadOutcome;

    /// <summary>The account has as many as it may have.</summary>
    /// <param name="Reason">In a sentence.</param>
    /// <param name="RetryAfter">When to ask again.</param>
    public sealed record TooMany(string Reason, TimeSpan RetryAfter) : UploadOutcome;
}
