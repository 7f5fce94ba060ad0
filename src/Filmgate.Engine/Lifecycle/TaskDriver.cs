using Filmgate.Animatic;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Moves one task by one step at a time, from whatever its record says. It keeps nothing between two steps that could not be lost, so it does
/// not matter which process, or which life of a process, makes the next one. Grains call it; so can a simulation.
/// </summary>
/// <param name="store">Where tasks are kept.</param>
/// <param name="accounts">Where accounts' policies are kept.</param>
/// <param name="providers">The configured providers.</param>
/// <param name="desks">Slots, queues and health of the providers.</param>
/// <param name="options">How patient it is.</param>
/// <param name="inputs">Fetches and checks pictures, and has requests moderated.</param>
/// <param name="submissions">Makes submissions.</param>
/// <param name="clips">Takes finished clips in.</param>
/// <param name="callbacks">Words callbacks.</param>
/// <param name="waker">Wakes tasks and the delivery pump.</param>
/// <param name="signals">Hears of every step.</param>
/// <param name="ids">Makes ids.</param>
/// <param name="time">The clock.</param>
/// <param name="chance">Spreads waits.</param>
/// <param name="log">The log.</param>
public sealed partial class TaskDriver(
    ITaskStore store,
    IAccountStore accounts,
    ProviderDirectory providers,
    IProviderDesks desks,
    RoutingOptions options,
    InputIntake inputs,
    SubmissionWriter submissions,
    IClipIntake clips,
    CallbackWriter callbacks,
    IWaker waker,
    TaskSignals signals,
    IdSource ids,
    TimeProvider time,
    Random chance,
    ILogger<TaskDriver> log)
{
    /// <summary>Most tries to fetch a picture over a network that fails.</summary>
    public const int IntakeTriesMax = 2;

    /// <summary>Quick tries to take a finished clip in; then it is parked and tried at a slow pace.</summary>
    public const int TakeInTriesMax = 8;

    private const string StoreAway = "The artifact store is out of reach.";

    private static readonly TimeSpan ParkedWait = TimeSpan.FromMinutes(10);

    private static readonly Failure Canceled = new(FailureCode.Canceled, "Canceled by the caller.");

    private readonly AbsenceWatch _absences = new(time);

    /// <summary>Makes the step that is due and returns the task as it is afterwards; a lost race returns it as it was seen.</summary>
    public async ValueTask<StepOutcome> StepAsync(VideoTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return NextSteps.Of(task) switch
        {
            NextStep.Rest => new StepOutcome(true, task),
            NextStep.Intake => await IntakeAsync(task, cancellationToken).ConfigureAwait(false),
            NextStep.Route => await RouteAsync(task, cancellationToken).ConfigureAwait(false),
            NextStep.Submit => await SubmitAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.NoteLostAnswer => await NoteLostAnswerAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Resolve => await ResolveAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Follow => await FollowAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.TakeIn => await TakeInAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Conclude => await ConcludeAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Cancel => await FailAsync(task, Canceled, cancellationToken).ConfigureAwait(false),
            NextStep.Withdraw => await RefuseAsync(
                task, task.LastAttempt!, RefusalClass.NotReceived, Canceled.Message, TimeSpan.Zero, cancellationToken).ConfigureAwait(false),
            var unknown => throw new InvalidOperationException($"No step is written for {unknown}."),
        };
    }

    /// <summary>Puts the present step off after a fault of ours, so that one bad step is neither lost nor repeated in a circle.</summary>
    public ValueTask<StepOutcome> PostponeAsync(VideoTask task, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return PostponeAsync(task, Backoff.After(task.Tries, chance.NextDouble()), reason, cancellationToken);
    }

    private async ValueTask<StepOutcome> IntakeAsync(VideoTask task, CancellationToken cancellationToken)
    {
        IntakeOutcome outcome;
        try
        {
            outcome = await inputs.TakeInAsync(task, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreUnavailableException error)
        {
            LogStoreAway(error, task.Key.Task.Value);
            outcome = new IntakeOutcome.Waiting(StoreAway);
        }

        return outcome switch
        {
            IntakeOutcome.Stored stored => await ApplyAsync(task, new TaskTransition.StoreInputs(Now, stored.Images), cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Waiting waiting => await PostponeAsync(task, waiting.Reason, cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Refused { Retryable: true } refused when task.Tries + 1 < IntakeTriesMax =>
                await PostponeAsync(task, refused.Failure.Message, cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Refused refused => await FailAsync(task, refused.Failure, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}."),
        };
    }

    private async ValueTask<StepOutcome> RouteAsync(VideoTask task, CancellationToken cancellationToken) =>
        await RouteAsync(task, await PolicyOfAsync(task, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private async ValueTask<StepOutcome> RouteAsync(VideoTask task, RoutingPolicy policy, CancellationToken cancellationToken)
    {
        // :: Step 1: who can take it, the best first.
        var asked = new RoutingCase(task.Request, task.IsTest, policy, providers.All) { Attempts = task.Attempts };
        var ranking = await desks.RankAsync(asked, options, cancellationToken).ConfigureAwait(false);
        if (RoutePatience.GiveUp(task, ranking, options, Now) is { } tired)
        {
            return await FailAsync(task, tired, cancellationToken).ConfigureAwait(false);
        }

        if (ranking.Places.IsEmpty)
        {
            var verdict = NextSteps.Of(task) == NextStep.Conclude ? FailureOf(task.LastAttempt!) : Router.WhyNone(asked, ranking);
            return await FailAsync(task, verdict, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 2: a slot there, or a place in its queue.
        var place = ranking.Places[0];
        var ticket = new SlotTicket(task.Key.ToString(), policy.QueueWeight, task.Priority, task.CreatedAt);
        var slot = await desks.AskAsync(place.Provider.Name, ticket, cancellationToken).ConfigureAwait(false);
        TaskTransition step = slot.Granted
            ? new TaskTransition.PrepareAttempt(Now, ids.NewAttempt(), place.Provider.Name, place.Reason)
            : new TaskTransition.Queue(Now, place.Provider.Name, Now + slot.AskAgainAfter);
        var routed = await ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);

        // :: Step 3: nothing is kept that is not on record.
        if (routed.Won && task.WaitingFor is { } left && left != place.Provider.Name)
        {
            await desks.ReleaseAsync(left, task.Key, cancellationToken).ConfigureAwait(false);
        }
        else if (!routed.Won)
        {
            await ReleaseUnlessThereAsync(task.Key, place.Provider.Name, cancellationToken).ConfigureAwait(false);
        }

        return routed;
    }

    // Another life of the task moved it meanwhile: perhaps to the same provider, and then the slot is its own.
    private async ValueTask ReleaseUnlessThereAsync(TaskKey key, string provider, CancellationToken cancellationToken)
    {
        var now = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        if (now is null || !(now.WaitingFor == provider || (now.LastAttempt is { } last && last.Provider == provider && last.State.IsOpen())))
        {
            await desks.ReleaseAsync(provider, key, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<RoutingPolicy> PolicyOfAsync(VideoTask task, CancellationToken cancellationToken) =>
        (await accounts.FindAsync(task.Key.Account, cancellationToken).ConfigureAwait(false))?.Routing ?? RoutingPolicy.Default;

    private async ValueTask<StepOutcome> ConcludeAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        var policy = await PolicyOfAsync(task, cancellationToken).ConfigureAwait(false);
        return RoutePatience.MayTryElsewhere(attempt, policy)
            ? await RouteAsync(task, policy, cancellationToken).ConfigureAwait(false)
            : await FailAsync(task, FailureOf(attempt), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StepOutcome> SubmitAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await RefuseAsync(task, attempt, RefusalClass.Outage, $"Provider {attempt.Provider} is no longer configured.", TimeSpan.Zero, cancellationToken)
                .ConfigureAwait(false);
        }

        // :: Step 1: whatever can fail before the first byte leaves.
        Submission submission;
        try
        {
            submission = await submissions.WriteAsync(task, attempt, provider.Facts, cancellationToken).ConfigureAwait(false);
        }
        catch (AnimaticException error)
        {
            LogNotConverted(error, task.Key.Task.Value);
            return await RefuseAsync(
                task, attempt, RefusalClass.Input, $"A picture could not be converted for {provider.Name}.", TimeSpan.Zero, cancellationToken, FailureCode.UnsupportedFormat)
                .ConfigureAwait(false);
        }
        catch (ArtifactStoreUnavailableException error)
        {
            LogStoreAway(error, task.Key.Task.Value);
            return await PostponeAsync(task, StoreAway, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 2: commit the intent. Whoever loses this race sends nothing.
        var (at, begun) = (Now, time.GetTimestamp());
        var sent = task.State == TaskState.Pending
            ? await TellAsync(task, TaskEvents.Started, callback => new TaskTransition.SendAttempt(at, attempt.Id, callback), cancellationToken).ConfigureAwait(false)
            : await ApplyAsync(task, new TaskTransition.SendAttempt(at, attempt.Id), cancellationToken).ConfigureAwait(false);
        if (!sent.Won)
        {
            return sent;
        }

        // A node that stood still here has been given up by the others, who look for the attempt at the provider: while they may still wait for
        // it, it is sent; later, when they may have submitted the task anew, it is not. The local renderer knows at once what it has, so they never
        // wait for it, and rendering twice costs nothing.
        if (provider.Facts.Tier != ProviderTier.Local && time.GetElapsedTime(begun) > provider.Facts.LookupSettles / 2)
        {
            return await RefuseAsync(
                sent.Task, attempt, RefusalClass.NotReceived, "The gateway stood still before it could be sent.", TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 3: send. From the first byte on the provider may have it, whatever happens to us. A gateway that stops waits for the answer
        // as long as it can, because an answer that nobody reads may be a clip that is paid and lost.
        cancellationToken = CancellationToken.None;
        var result = await SubmitAsync(provider, submission, cancellationToken).ConfigureAwait(false);

        // :: Step 4: record what came of it.
        switch (result)
        {
            case SubmitResult.Accepted accepted:
                var taken = await AcceptAsync(
                    sent.Task, attempt, accepted.UpstreamId, Now + (accepted.ReadAfter ?? ReadPace.Next(TimeSpan.Zero, usual: null)), cancellationToken).ConfigureAwait(false);
                await desks.NoteAsync(provider.Name, new ProviderNews(NewsKind.Accepted), cancellationToken).ConfigureAwait(false);
                return taken;
            case SubmitResult.Refused refused:
                await desks.NoteAsync(provider.Name, new ProviderNews(NewsKind.Refused, refused.Class, refused.RetryAfter), cancellationToken).ConfigureAwait(false);
                return await RefuseAsync(sent.Task, attempt, refused.Class, refused.Reason, refused.RetryAfter, cancellationToken, refused.Code).ConfigureAwait(false);
            case SubmitResult.Unknown unknown:
                var lost = await ApplyAsync(
                    sent.Task, new TaskTransition.LoseAnswer(Now, attempt.Id, unknown.Reason, Now), cancellationToken).ConfigureAwait(false);
                await desks.NoteAsync(provider.Name, new ProviderNews(NewsKind.Lost), cancellationToken).ConfigureAwait(false);
                return lost;
            default:
                throw new InvalidOperationException($"No case is written for {result.GetType().Name}.");
        }
    }

    private async ValueTask<StepOutcome> AcceptAsync(VideoTask task, Attempt attempt, string upstreamId, DateTimeOffset readAt, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyAsync(task, new TaskTransition.AcceptAttempt(Now, attempt.Id, upstreamId, readAt), cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamIdTakenException error)
        {
            // Two clips under one id: one of the two cannot be followed, and nobody can say which. Never both with one file.
            LogIdTaken(error, attempt.Provider, attempt.Id.Value);
            return attempt.CandidateId == upstreamId
                ? await DropCandidateAsync(task, attempt, cancellationToken).ConfigureAwait(false)
                : task.LastAttempt is { State: AttemptState.Unknown }
                    ? await WaitForWordAsync(task, attempt, error.Message, cancellationToken).ConfigureAwait(false)
                    : await ApplyAsync(task, new TaskTransition.LoseAnswer(Now, attempt.Id, error.Message, Now), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<SubmitResult> SubmitAsync(IVideoProvider provider, Submission submission, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.SubmitAsync(submission, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it threw, the first byte may have left: nobody knows is the only honest outcome.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogProviderThrew(error, provider.Name, submission.Attempt.Value);
            return new SubmitResult.Unknown($"The submission ended without an answer ({error.GetType().Name}).");
        }
    }

    private ValueTask<StepOutcome> NoteLostAnswerAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken) => ApplyAsync(
        task, new TaskTransition.LoseAnswer(Now, attempt.Id, "The gateway stopped before it read the answer.", Now), cancellationToken);

    private async ValueTask<StepOutcome> ResolveAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken).ConfigureAwait(false);
        }

        // :: Step 1: an id that a callback named, read with our own credentials.
        if (attempt.CandidateId is { } candidate)
        {
            return await provider.ReadAsync(candidate, cancellationToken).ConfigureAwait(false) switch
            {
                Reading.Unreadable { IsNotThere: true } when StillSettles(provider, attempt) is var wait && wait > TimeSpan.Zero =>
                    await PostponeAsync(task, wait, "The provider does not know the id that it posted yet.", cancellationToken).ConfigureAwait(false),
                Reading.Lost or Reading.Unreadable { IsNotThere: true } => await DropCandidateAsync(task, attempt, cancellationToken).ConfigureAwait(false),
                Reading.Unreadable unreadable => await WaitForWordAsync(task, attempt, unreadable.Reason, cancellationToken).ConfigureAwait(false),
                _ => await AcceptAsync(task, attempt, candidate, Now, cancellationToken).ConfigureAwait(false),
            };
        }

        // :: Step 2: our own id.
        var sighting = await provider.FindAsync(attempt.Id, cancellationToken).ConfigureAwait(false);
        return sighting switch
        {
            Sighting.Found found => await AcceptAsync(task, attempt, found.UpstreamId, Now, cancellationToken).ConfigureAwait(false),
            Sighting.Absent when StillSettles(provider, attempt) is var wait && wait > TimeSpan.Zero =>
                await PostponeAsync(task, wait, "The provider does not have it yet.", cancellationToken).ConfigureAwait(false),
            Sighting.Absent => await RefuseAsync(
                task, attempt, RefusalClass.NotReceived, "The provider does not have it.", TimeSpan.Zero, cancellationToken).ConfigureAwait(false),
            Sighting.CannotTell unclear => await WaitForWordAsync(task, attempt, unclear.Reason, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {sighting.GetType().Name}."),
        };
    }

    // How much longer "not there" has to be said before it counts. Rows keep whole milliseconds: a part of one would be due at once, and again.
    private TimeSpan StillSettles(IVideoProvider provider, Attempt attempt) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((provider.Facts.LookupSettles - _absences.Note(attempt.Id)).TotalMilliseconds));

    // What is said of the one id says nothing of the other, so the look-up that follows waits anew.
    private ValueTask<StepOutcome> DropCandidateAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        _absences.Forget(attempt.Id);
        return ApplyAsync(task, new TaskTransition.DropCandidate(Now, attempt.Id), cancellationToken);
    }

    // Nobody knows yet. After the deadline the operator's policy decides what follows, never chance.
    private async ValueTask<StepOutcome> WaitForWordAsync(VideoTask task, Attempt attempt, string reason, CancellationToken cancellationToken)
    {
        var left = attempt.SentAt!.Value + options.UnknownDeadline - Now;
        if (left > TimeSpan.Zero)
        {
            var wait = Backoff.After(task.Tries, chance.NextDouble());
            return await PostponeAsync(task, wait < left ? wait : left, reason, cancellationToken).ConfigureAwait(false);
        }

        var stake = PriceOf(task, attempt.Provider);
        LogUnresolved(attempt.Provider, attempt.Id.Value, task.Key.Task.Value, options.WhenUnknown);
        var renewed = options.WhenUnknown == UnknownPolicy.Resubmit && task.CancelRequestedAt is null;
        return await CloseAsync(
            task,
            attempt,
            new TaskTransition.AbandonAttempt(
                Now,
                attempt.Id,
                $"Nobody could say within {options.UnknownDeadline.TotalMinutes:0} minutes whether {attempt.Provider} has it: {attempt.Reason}",
                stake,
                renewed ? null : FailureCode.GenerationFailed,
                renewed ? stake : Usd.Zero),
            cancellationToken).ConfigureAwait(false);
    }

    private Usd PriceOf(VideoTask task, string provider) =>
        !task.IsTest && providers.TryGet(provider, out var known) ? known.Facts.Prices.Of(task.Request) : Usd.Zero;

    private async ValueTask<StepOutcome> FollowAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken).ConfigureAwait(false);
        }

        if (task.CancelRequestedAt is not null && attempt.CancelSentAt is null)
        {
            // On record before the provider is asked: a crash in between leaves the wish unheard, and never heard twice.
            var passedOn = await ApplyAsync(task, new TaskTransition.SendCancel(Now, attempt.Id), cancellationToken).ConfigureAwait(false);
            if (!passedOn.Won)
            {
                return passedOn;
            }

            task = passedOn.Task;
            await CancelAtProviderAsync(provider, attempt, cancellationToken).ConfigureAwait(false);
        }

        // A step before its time was asked for by somebody who knows more.
        var followed = new FollowedTask(attempt.UpstreamId!, task.Request, attempt.AcceptedAt!.Value, IsHinted: task.DueAt > Now);
        var reading = await provider.ReadAsync(followed, cancellationToken).ConfigureAwait(false);
        var isWithoutClip = reading is Reading.Unreadable { IsWithoutClip: true };
        switch (reading)
        {
            case Reading.InProgress or Reading.Unreadable when Now - attempt.AcceptedAt > options.FollowDeadline:
                return await CloseAsync(
                    task,
                    attempt,
                    new TaskTransition.AbandonAttempt(
                        Now,
                        attempt.Id,
                        $"{provider.Name} took it and {(isWithoutClip ? "says that it is done, but showed no clip" : "did not finish it")} within {options.FollowDeadline.TotalHours:0} hours.",
                        PriceOf(task, provider.Name),
                        isWithoutClip ? FailureCode.GenerationFailed : FailureCode.ProcessingTimeout),
                    cancellationToken).ConfigureAwait(false);
            case Reading.InProgress progress:
                return await ApplyAsync(
                    task, new TaskTransition.NoteProgress(Now, attempt.Id, progress.Percent ?? task.Progress, Now + (progress.ReadAfter ?? ReadPace.Next(Now - followed.AcceptedAt, usual: null))), cancellationToken)
                    .ConfigureAwait(false);
            case Reading.Unreadable unreadable:
                var rest = isWithoutClip ? Backoff.After(task.Tries, chance.NextDouble()) : TimeSpan.Zero;
                return await PostponeAsync(task, rest > unreadable.RetryAfter ? rest : unreadable.RetryAfter, unreadable.Reason, cancellationToken).ConfigureAwait(false);
            case Reading.Completed completed:
                var cost = task.IsTest ? Usd.Zero : completed.Cost ?? provider.Facts.Prices.Of(task.Request);
                return await CloseAsync(
                    task, attempt, new TaskTransition.CompleteAttempt(Now, attempt.Id, completed.Location, cost), cancellationToken).ConfigureAwait(false);
            case Reading.Failed failed:
                var (charged, unconfirmed) = task.IsTest ? (Usd.Zero, Usd.Zero)
                    : failed.Cost is { } said ? (said, Usd.Zero)
                    : (Usd.Zero, provider.Facts.FailureBills ? provider.Facts.Prices.Of(task.Request) : Usd.Zero);
                return await CloseAsync(
                    task,
                    attempt,
                    new TaskTransition.FailAttempt(Now, attempt.Id, failed.Failure.Message, failed.Failure.Code, charged, unconfirmed),
                    cancellationToken).ConfigureAwait(false);
            case Reading.Lost lost:
                return await CloseAsync(
                    task, attempt, new TaskTransition.FailAttempt(Now, attempt.Id, lost.Reason, Code: null), cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"No case is written for {reading.GetType().Name}.");
        }
    }

    private async ValueTask<StepOutcome> TakeInAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken).ConfigureAwait(false);
        }

        var outcome = await clips.TakeInAsync(task, attempt.ClipLocation!, provider, cancellationToken).ConfigureAwait(false);
        if (outcome is ClipOutcome.LinkDead dead)
        {
            // Once in a step, so that a provider whose links are all dead is not asked in a circle.
            (task, outcome) = await RenewLinkAsync(task, attempt, provider, dead, cancellationToken).ConfigureAwait(false);
        }

        switch (outcome)
        {
            case ClipOutcome.Stored stored:
                var at = Now;
                var succeeded = await TellAsync(
                    task, TaskEvents.Completed, callback => new TaskTransition.Succeed(at, stored.Clip, callback), cancellationToken).ConfigureAwait(false);
                if (succeeded.Won)
                {
                    await ReleaseAtProviderAsync(attempt, cancellationToken).ConfigureAwait(false);
                }

                return succeeded;
            case ClipOutcome.WrongKind wrong:
                return await FailAsync(task, new Failure(FailureCode.GenerationFailed, wrong.Reason), cancellationToken).ConfigureAwait(false);
            case ClipOutcome.Unfetched { RetryAfter: { } wait } unfetched when task.Tries + 1 < TakeInTriesMax:
                return await PostponeAsync(task, wait, unfetched.Reason, cancellationToken).ConfigureAwait(false);
            case ClipOutcome.NotTaken notTaken when task.Tries + 1 < TakeInTriesMax:
                return await PostponeAsync(task, notTaken.Reason, cancellationToken).ConfigureAwait(false);
            case ClipOutcome.NotTaken notTaken when notTaken is ClipOutcome.Unstored || Now - attempt.EndedAt < (provider.Facts.ResultLifetime ?? options.ClipPatience):
                if (attempt.UnfetchedSince is null)
                {
                    GatewayMetrics.CountUnfetched(provider.Name);
                    LogUnfetched(provider.Name, attempt.Id.Value, task.Key.Task.Value, notTaken.Reason);
                }

                return await ApplyAsync(
                    task, new TaskTransition.ParkClip(Now, attempt.Id, notTaken.Reason, Now + ParkedWait), cancellationToken).ConfigureAwait(false);
            case ClipOutcome.NotTaken notTaken:
                return await FailAsync(task, new Failure(FailureCode.GenerationFailed, notTaken.Reason), cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}.");
        }
    }

    private async ValueTask<(VideoTask Task, ClipOutcome Outcome)> RenewLinkAsync(
        VideoTask task, Attempt attempt, IVideoProvider provider, ClipOutcome.LinkDead dead, CancellationToken cancellationToken)
    {
        var reading = await provider.ReadAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        switch (reading)
        {
            case Reading.Completed { Location: var fresh } when fresh != attempt.ClipLocation:
                var relocated = await ApplyAsync(task, new TaskTransition.RelocateClip(Now, attempt.Id, fresh), cancellationToken).ConfigureAwait(false);
                return relocated.Won
                    ? (relocated.Task, await clips.TakeInAsync(relocated.Task, fresh, provider, cancellationToken).ConfigureAwait(false))
                    : (task, dead);
            case Reading.Unreadable unreadable:
                return (task, new ClipOutcome.Unfetched($"{dead.Reason} The provider could not be asked for another address: {unreadable.Reason}", unreadable.RetryAfter));
            case Reading.Failed failed:
                return (task, new ClipOutcome.LinkDead($"{dead.Reason} Read again, the provider says: {failed.Failure.Message}"));
            default:
                return (task, dead);
        }
    }

    private async ValueTask<StepOutcome> RefuseAsync(
        VideoTask task, Attempt attempt, RefusalClass refusal, string reason, TimeSpan? retryAfter, CancellationToken cancellationToken, FailureCode? code = null)
    {
        // Its health says when a provider may be asked again; only one that says nothing of itself makes the task wait.
        var isVerdict = refusal is RefusalClass.Input or RefusalClass.Policy;
        var wait = refusal is RefusalClass.Outage or RefusalClass.NotReceived ? retryAfter ?? Backoff.After(task.Attempts.Length, chance.NextDouble()) : TimeSpan.Zero;
        var unconfirmed = isVerdict && providers.TryGet(attempt.Provider, out var provider) && provider.Facts.RefusalBills ? PriceOf(task, attempt.Provider) : Usd.Zero;
        return await CloseAsync(
            task, attempt, new TaskTransition.RefuseAttempt(Now, attempt.Id, refusal, reason, Now + wait, code, unconfirmed), cancellationToken).ConfigureAwait(false);
    }

    // Read from the record, so that a crash between the attempt's end and the task's changes nothing.
    private static Failure FailureOf(Attempt attempt) => new(
        attempt.FailCode ?? (attempt.Refusal == RefusalClass.Policy ? FailureCode.ContentViolation : FailureCode.GenerationFailed), attempt.Reason!);

    // Every step that closes an attempt gives its slot back.
    private async ValueTask<StepOutcome> CloseAsync(VideoTask task, Attempt attempt, TaskTransition step, CancellationToken cancellationToken)
    {
        var closed = await ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);
        if (closed.Won)
        {
            _absences.Forget(attempt.Id);
            await desks.ReleaseAsync(attempt.Provider, task.Key, cancellationToken).ConfigureAwait(false);
            if (NewsOf(step) is { } news)
            {
                await desks.NoteAsync(attempt.Provider, news, cancellationToken).ConfigureAwait(false);
            }

            if (closed.Task.LastAttempt!.Unconfirmed > Usd.Zero)
            {
                GatewayMetrics.CountUnconfirmed(attempt.Provider);
            }

            if (step is TaskTransition.FailAttempt)
            {
                await ReleaseAtProviderAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }

        return closed;
    }

    // A verdict on the content says nothing about the provider.
    private static ProviderNews? NewsOf(TaskTransition step) => step switch
    {
        TaskTransition.CompleteAttempt => new ProviderNews(NewsKind.Completed),
        TaskTransition.FailAttempt { Code: FailureCode.GenerationFailed or FailureCode.ProcessingTimeout or FailureCode.ModelUnavailable or null } => new ProviderNews(NewsKind.Failed),
        _ => null,
    };

    private async ValueTask<StepOutcome> FailAsync(VideoTask task, Failure failure, CancellationToken cancellationToken)
    {
        var at = Now;
        var failed = await TellAsync(task, TaskEvents.Completed, callback => new TaskTransition.Fail(at, failure, callback), cancellationToken).ConfigureAwait(false);
        if (failed.Won && task.WaitingFor is { } left)
        {
            await desks.ReleaseAsync(left, task.Key, cancellationToken).ConfigureAwait(false);
        }

        return failed;
    }

    // The callback says what the task is after the step, so the step is tried out before it is made; both have one moment, so that callback
    // and status answer say the same to the millisecond.
    private async ValueTask<StepOutcome> TellAsync(
        VideoTask task, TaskEvents happened, Func<NewDelivery?, TaskTransition> step, CancellationToken cancellationToken)
    {
        var silent = step(null);
        var after = silent.Apply(task);
        var callback = callbacks.Write(happened, after);
        var happening = callbacks.WriteEvent(happened, after, silent.At);
        var told = await ApplyAsync(task, (callback is null ? silent : step(callback)) with { Event = happening }, cancellationToken).ConfigureAwait(false);
        if (told.Won && (callback is not null || happening.IsTold))
        {
            waker.WakeDeliveries();
        }

        return told;
    }

    private ValueTask<StepOutcome> PostponeAsync(VideoTask task, TimeSpan wait, string reason, CancellationToken cancellationToken) =>
        ApplyAsync(task, new TaskTransition.Postpone(Now, Now + wait, reason), cancellationToken);

    private async ValueTask<StepOutcome> ApplyAsync(VideoTask task, TaskTransition step, CancellationToken cancellationToken)
    {
        var outcome = await store.ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);
        if (outcome.Won)
        {
            signals.Changed(task.Key);
            if (outcome.Task.State.IsTerminal())
            {
                GatewayMetrics.CountEnd(outcome.Task);
            }

            LogStep(task.Key.Task.Value, step.Name, outcome.Task.State, outcome.Task.Revision);
        }
        else
        {
            LogLostRace(task.Key.Task.Value, step.Name, task.Revision);
        }

        return outcome;
    }

    private async ValueTask CancelAtProviderAsync(IVideoProvider provider, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            await provider.CancelAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Best effort: what became of it is found out by reading.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogNotCanceled(error, provider.Name, attempt.Id.Value);
        }
    }

    private async ValueTask ReleaseAtProviderAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return;
        }

        try
        {
            await provider.ReleaseAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Best effort: the step before it is made, and must not count as failed.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogNotReleased(error, provider.Name, attempt.Id.Value);
        }
    }

    private DateTimeOffset Now => time.GetRowNow();

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task}: {Step}, now {State} at revision {Revision}.")]
    private partial void LogStep(string task, string step, TaskState state, long revision);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task}: {Step} was not applied, revision {Revision} has passed.")]
    private partial void LogLostRace(string task, string step, long revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} could not be asked to stop attempt {Attempt}.")]
    private partial void LogNotCanceled(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} could not be told that attempt {Attempt} is no longer needed.")]
    private partial void LogNotReleased(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task} waits: the artifact store is out of reach.")]
    private partial void LogStoreAway(Exception error, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A picture of task {Task} could not be converted.")]
    private partial void LogNotConverted(Exception error, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} threw while taking attempt {Attempt}; its answer counts as lost.")]
    private partial void LogProviderThrew(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Provider {Provider} named an id for attempt {Attempt} that stands for another attempt already.")]
    private partial void LogIdTaken(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nobody can say whether provider {Provider} has attempt {Attempt} of task {Task}; its charge stays unconfirmed, policy {Policy}.")]
    private partial void LogUnresolved(string provider, string attempt, string task, UnknownPolicy policy);

    [LoggerMessage(Level = LogLevel.Error, Message = "The clip of attempt {Attempt} of task {Task} exists at provider {Provider} and cannot be fetched: {Reason}")]
    private partial void LogUnfetched(string provider, string attempt, string task, string reason);
}
