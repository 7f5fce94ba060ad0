using System.Collections.Immutable;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Admission;

/// <summary>Admits drafts, makes tasks durable and shows them to their owners.</summary>
public sealed class TaskDesk(
    ITaskStore tasks,
    IAccountStore accounts,
    ProviderDirectory providers,
    RequestImages images,
    EgressOptions egress,
    ClipLinks links,
    IWaker waker,
    IdSource ids,
    TimeProvider time) : ITaskDesk
{
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async ValueTask<CreateOutcome> CreateAsync(Caller caller, string dialect, GenerationDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(draft);

        // :: Step 1: everything that can be told from the request alone, all faults at once.
        var request = GenerationRules.Check(draft, providers.Names, out var faults);
        var pictures = images.Read(draft.ImageUrls);
        faults = [.. faults, .. pictures.Faults, .. CheckCallback(draft.CallbackUrl)];
        if (request is null || faults.Length > 0)
        {
            return new CreateOutcome.Refused(faults);
        }

        try
        {
            // :: Step 2: pictures that came with the request are put on the disk.
            request = request with { Images = await images.StoreAsync(pictures, cancellationToken).ConfigureAwait(false) };

            // :: Step 3: the task is made durable; only then may the caller be told.
            var now = time.GetUtcNow();
            var task = new VideoTask
            {
                Key = new TaskKey(caller.Account, ids.NewTask()),
                KeyId = caller.Key,
                IsTest = caller.Kind == KeyKind.Test,
                Dialect = dialect,
                Request = request,
                CallbackUrl = draft.CallbackUrl,
                Source = draft.Source,
                State = TaskState.Pending,
                CreatedAt = now,
                DueAt = now,
            };

            // Not given up with the caller's connection: once the write is queued, its outcome is the task's.
            await tasks.AcceptAsync(task, CancellationToken.None).ConfigureAwait(false);
            waker.WakeTask(task.Key);
            return new CreateOutcome.Accepted(task.Key.Task);
        }
        catch (StoreUnavailableException)
        {
            return new CreateOutcome.Unavailable("The store cannot take tasks now; nothing was created.", StoreRetry);
        }
        catch (IOException)
        {
            return new CreateOutcome.Unavailable("The artifact folder cannot take pictures now; nothing was created.", StoreRetry);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TaskView?> FindAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var record = await tasks.FindStatusAsync(new TaskKey(caller.Account, id), cancellationToken).ConfigureAwait(false);
        return record is null ? null : new TaskView
        {
            Id = id,
            State = record.State,
            CreatedAt = record.CreatedAt,
            CompletedAt = record.CompletedAt,
            Failure = record.Failure,
            ClipUrl = record.Clip is { } clip ? links.Clip(clip, record.ClipExpiresAt!.Value) : null,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<TaskDetails?> FindDetailsAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var task = await tasks.LoadAsync(new TaskKey(caller.Account, id), cancellationToken).ConfigureAwait(false);
        return task is null ? null : new TaskDetails(
            task,
            task.Clip is { } clip ? links.Clip(clip.Id, clip.ExpiresAt) : null,
            task.Clip is { PosterSha256: not null } withPoster ? links.Poster(withPoster.Id, withPoster.ExpiresAt) : null);
    }

    /// <inheritdoc/>
    public ValueTask<Usd> BalanceAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return accounts.BalanceAsync(caller.Account, cancellationToken);
    }

    private ImmutableArray<RequestFault> CheckCallback(string? url)
    {
        if (url is null)
        {
            return [];
        }

        var verdict = OutboundUrl.Check(url, egress.CallbackRules);
        return verdict.IsAllowed
            ? []
            : [new RequestFault(RequestField.CallbackUrl, $"must be an https URL of a public address; this one is refused: {verdict.Refusal}", url)];
    }
}
