using System.Collections.Immutable;
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
public sealed class UploadDesk(
    IArtifactStore files, ScratchFolder scratch, IUploadStore uploads, UploadLinks links, UploadTickets tickets, ImageRules rules, IdSource ids, TimeProvider time) : IUploadDesk
{
    /// <summary>How long an upload may be used for new tasks.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Most uploads that an account may have at a time, so that no key can fill the disk.</summary>
    public const int UploadsMax = 1000;

    private static readonly UploadOutcome Full = new UploadOutcome.TooMany(
        $"The account has its {UploadsMax} uploads; each is kept for {Lifetime.TotalHours} hours.", TimeSpan.FromMinutes(10));

    /// <inheritdoc/>
    public int LengthMax => rules.MaxBytes;

    /// <inheritdoc/>
    public ValueTask<UploadOutcome> TakeAsync(Caller caller, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return TakeAsync(caller.Account, ids.NewUpload(), writeAsync, cancellationToken);
    }

    /// <inheritdoc/>
    public UploadTicket Reserve(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var id = ids.NewUpload();
        return new UploadTicket(id, tickets.Issue(caller.Account, id, time.GetUtcNow()), links.Of(id));
    }

    /// <inheritdoc/>
    public async ValueTask<UploadOutcome?> TakeReservedAsync(
        string ticket, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken) =>
        !tickets.TryRead(ticket, time.GetUtcNow(), out var account, out var id) ? null

            // A sender that lost our answer sends again; the ticket is used up, and what it brought is there.
            : await uploads.FindAsync(account, id, time.GetUtcNow(), cancellationToken).ConfigureAwait(false) is { } there ? new UploadOutcome.Stored(there, links.Of(id))
            : await TakeAsync(account, id, writeAsync, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<Upload?> FindAsync(Caller caller, UploadId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return uploads.FindAsync(caller.Account, id, time.GetUtcNow(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Upload>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return uploads.ListAsync(caller.Account, time.GetUtcNow(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Caller caller, UploadId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return uploads.DeleteAsync(caller.Account, id, time.GetUtcNow(), cancellationToken);
    }

    /// <inheritdoc/>
    public string AddressOf(UploadId id) => links.Of(id);

    private async ValueTask<UploadOutcome> TakeAsync(
        AccountId account, UploadId id, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writeAsync);

        // :: Step 1: an account that is full is told so before its bytes reach the disk.
        if (await uploads.CountAsync(account, time.GetUtcNow(), cancellationToken).ConfigureAwait(false) >= UploadsMax)
        {
            return Full;
        }

        var incoming = scratch.NewPath();
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
                Id = id,
                Account = account,
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
