using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Rehearsal;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Admission;

/// <summary>Admits drafts, makes tasks durable, cancels them and shows them to their owners.</summary>
public sealed class TaskDesk(
    ITaskStore tasks,
    IAccountStore accounts,
    ProviderDirectory providers,
    IProviderDesks desks,
    RoutingOptions routing,
    RequestImages images,
    EgressOptions egress,
    ClipLinks links,
    CallbackWriter callbacks,
    AnswerScripts scripts,
    TaskDriver driver,
    TaskSignals signals,
    IWaker waker,
    IdSource ids,
    TimeProvider time) : ITaskDesk
{
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(2);

    // A slot of the cap becomes free when a clip is done, which takes a minute or two; asking every few seconds finds it soon enough.
    private static readonly TimeSpan InFlightRetry = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async ValueTask<CreateOutcome> CreateAsync(
        Caller caller, string dialect, GenerationDraft draft, string? idempotencyKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(draft);

        // :: Step 1: everything that can be told from the request alone, all faults at once.
        var pictures = await images.ReadAsync(caller.Account, draft.ImageUrls, cancellationToken).ConfigureAwait(false);
        var request = Check(draft, pictures, out var faults);
        if (request is null)
        {
            return new CreateOutcome.Refused(faults);
        }

        // :: Step 2: a test may ask to be refused, or not to be heard.
        var rehearsed = scripts.Next(caller, request.Prompt);
        if (rehearsed is { } answer and not RehearsedAnswer.LostAnswer)
        {
            return answer == RehearsedAnswer.LostRequest ? new CreateOutcome.Unanswered(Made: null) : new CreateOutcome.Rehearsed(answer);
        }

        try
        {
            // :: Step 3: pictures that came with the request are put on the disk.
            request = request with { Images = await images.StoreAsync(pictures, cancellationToken).ConfigureAwait(false) };

            // :: Step 4: cap, budget, key and task are decided and written at once; only then may the caller be told.
            var now = time.GetRowNow();
            var task = new VideoTask
            {
                Key = new TaskKey(caller.Account, ids.NewTask()),
                KeyId = caller.Key,
                IsTest = caller.Kind == KeyKind.Test,
                Dialect = dialect,
                Request = request,
                CallbackUrl = draft.CallbackUrl,
                CallbackEvents = draft.CallbackEvents,
                Source = draft.Source,
                ExternalId = draft.ExternalId,
                Notes = draft.Notes,
                Metadata = draft.Metadata,
                Priority = (int)(draft.Priority ?? 0),
                Hold = Router.MostItCanCost(await CaseAsync(caller, request, cancellationToken).ConfigureAwait(false)),
                State = TaskState.Pending,
                CreatedAt = now,
                DueAt = now,
            };
            var claim = idempotencyKey is null
                ? null
                : new IdempotencyClaim(idempotencyKey, IdempotencyClaim.FingerprintOf(draft), now + IdempotencyClaim.Lifetime);

            // Not given up with the caller's connection: once the write is queued, its outcome is the task's.
            var admission = new Model.Tasks.Admission(task, claim, callbacks.Write(TaskEvents.Accepted, task))
            {
                Event = callbacks.WriteEvent(TaskEvents.Accepted, task, now),
            };
            var outcome = Answer(await tasks.AdmitAsync(admission, CancellationToken.None).ConfigureAwait(false), admission);

            // A repetition by the same idempotency key is how the caller hears of it after all.
            return rehearsed == RehearsedAnswer.LostAnswer && outcome is CreateOutcome.Accepted { IsReplay: false } unheard
                ? new CreateOutcome.Unanswered(unheard.Id) : outcome;
        }
        catch (StoreUnavailableException error)
        {
            return new CreateOutcome.Unavailable(
                error.IsOutcomeUnknown
                    ? "The store went out of reach while it was writing; the task may have been created. Repeat the request with the same Idempotency-Key to be sure."
                    : "The store cannot take tasks now; nothing was created.",
                StoreRetry);
        }
        catch (IOException)
        {
            return new CreateOutcome.Unavailable("The artifact folder cannot take pictures now; nothing was created.", StoreRetry);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<EstimateOutcome> EstimateAsync(Caller caller, GenerationDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(draft);
        var pictures = await images.ReadAsync(caller.Account, draft.ImageUrls, cancellationToken).ConfigureAwait(false);
        var request = Check(draft, pictures, out var faults);
        if (request is null)
        {
            return new EstimateOutcome.Refused(faults);
        }

        var asked = await CaseAsync(caller, request, cancellationToken).ConfigureAwait(false);
        var ranking = await desks.RankAsync(asked, routing, cancellationToken).ConfigureAwait(false);
        return ranking.Places is [var first, ..]
            ? new EstimateOutcome.Priced(first.Price, Router.MostItCanCost(asked), first.Provider.Name, first.Reason)
            : new EstimateOutcome.Priced(Usd.Zero, Usd.Zero, null, Router.WhyNone(asked, ranking).Message);
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
        return task is null ? null : links.Details(task) with { Place = await PlaceAsync(task, cancellationToken).ConfigureAwait(false) };
    }

    private async ValueTask<TaskPlace?> PlaceAsync(VideoTask task, CancellationToken cancellationToken) =>
        task.WaitingFor is { } provider && await desks.PlaceAsync(provider, task.Key, cancellationToken).ConfigureAwait(false) is { } place
            ? new TaskPlace(place.Position, time.GetRowNow() + place.ExpectedWait)
            : null;

    /// <inheritdoc/>
    public async ValueTask<TaskDetails?> FindByExternalIdAsync(Caller caller, string dialect, string externalId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var task = await tasks.FindByExternalIdAsync(caller.Account, dialect, externalId, cancellationToken).ConfigureAwait(false);
        return task is null ? null : links.Details(task);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TaskDetails> WatchAsync(Caller caller, TaskId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var key = new TaskKey(caller.Account, id);

        // Watched before it is read, so that no change falls between the two.
        using var watch = signals.Begin(key);
        for ((long, int?)? seen = null; await tasks.LoadAsync(key, cancellationToken).ConfigureAwait(false) is { } task;)
        {
            // Its place changes when others leave the queue, which is no step of its own.
            var place = await PlaceAsync(task, cancellationToken).ConfigureAwait(false);
            watch.Saw(new TaskSignals.Sight(task.Revision, task.WaitingFor, place?.Position ?? 0));
            if (seen != (task.Revision, place?.Position))
            {
                seen = (task.Revision, place?.Position);
                yield return links.Details(task) with { Place = place };
            }

            if (task.State.IsTerminal())
            {
                yield break;
            }

            await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool?> DeleteAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return tasks.DeleteAsync(new TaskKey(caller.Account, id), time.GetUtcNow(), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<TaskDetails>> ListAsync(Caller caller, TaskFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return [.. (await tasks.ListAsync(caller.Account, filter, cancellationToken).ConfigureAwait(false)).Select(links.Details)];
    }

    /// <inheritdoc/>
    public async ValueTask<CancelOutcome?> CancelAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        while (await tasks.LoadAsync(new TaskKey(caller.Account, id), cancellationToken).ConfigureAwait(false) is { } task)
        {
            if (task.State.IsTerminal() || task.LastAttempt is { State: AttemptState.Completed })
            {
                return task.Failure is { Code: FailureCode.Canceled } ? CancelOutcome.Canceled : CancelOutcome.TooLate;
            }

            // The task may move between our look and our step; then we look again. It can only move a few times.
            var wished = task.CancelRequestedAt is null
                ? await tasks.ApplyAsync(task, new TaskTransition.RequestCancel(time.GetRowNow()), cancellationToken).ConfigureAwait(false)
                : new StepOutcome(Won: true, task);
            if (!wished.Won)
            {
                continue;
            }

            if (NextSteps.Of(wished.Task) != NextStep.Cancel)
            {
                waker.WakeTask(task.Key);
                return CancelOutcome.Requested;
            }

            if ((await driver.StepAsync(wished.Task, cancellationToken).ConfigureAwait(false)).Won)
            {
                return CancelOutcome.Canceled;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<Usd> BalanceAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var account = await accounts.FindAsync(caller.Account, cancellationToken).ConfigureAwait(false);
        var totals = await accounts.TotalsAsync(caller.Account, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return account!.Budget.Left(totals!.Spent);
    }

    private CreateOutcome Answer(AdmissionOutcome outcome, Model.Tasks.Admission admission)
    {
        var task = admission.Task;
        switch (outcome)
        {
            case AdmissionOutcome.Accepted:
                signals.Changed(task.Key);
                waker.WakeTask(task.Key);
                if (admission is { Callback: not null } or { Event.IsTold: true })
                {
                    waker.WakeDeliveries();
                }

                return new CreateOutcome.Accepted(task.Key.Task);
            case AdmissionOutcome.Replayed replayed:
                return new CreateOutcome.Accepted(replayed.Original, IsReplay: true);
            case AdmissionOutcome.KeyReused:
                return new CreateOutcome.KeyReused();
            case AdmissionOutcome.DuplicateExternalId:
                return new CreateOutcome.DuplicateId(task.ExternalId!);
            case AdmissionOutcome.TooManyInFlight full:
                return new CreateOutcome.TooMany($"The account has its {full.Limit} tasks in flight; wait until one of them has ended.", InFlightRetry, full.Limit);
            case AdmissionOutcome.OverBudget over:
                return new CreateOutcome.OverBudget(task.Hold, over.Left);
            default:
                throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}.");
        }
    }

    private GenerationRequest? Check(GenerationDraft draft, PendingImages pictures, out ImmutableArray<RequestFault> faults)
    {
        var request = GenerationRules.Check(draft, providers.Names, out faults);
        faults = [.. faults, .. pictures.Faults, .. CheckCallback(draft.CallbackUrl)];
        return faults.IsEmpty ? request : null;
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

    private async ValueTask<RoutingCase> CaseAsync(Caller caller, GenerationRequest request, CancellationToken cancellationToken)
    {
        var isTest = caller.Kind == KeyKind.Test;
        var account = isTest ? null : await accounts.FindAsync(caller.Account, cancellationToken).ConfigureAwait(false);
        return new RoutingCase(request, isTest, account?.Routing ?? RoutingPolicy.Default, providers.All);
    }
}
