using Filmgate.Engine.Routing;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Finds a provider and a slot for a task that is at none: at first, and again where an attempt was in vain.</summary>
internal sealed class RouteStage(ITaskStore store, IAccountStore accounts, ProviderDirectory providers, IProviderDesks desks, RoutingOptions options, IdSource ids, TaskSteps steps)
{
    /// <summary>Prepares an attempt, takes a place in a queue, or ends the task where nobody can take it.</summary>
    public async ValueTask<StepOutcome> RouteAsync(VideoTask task, CancellationToken cancellationToken) =>
        await RouteAsync(task, await PolicyOfAsync(task, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>After an attempt in vain: another provider where that is allowed, else the end.</summary>
    public async ValueTask<StepOutcome> ConcludeAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        var policy = await PolicyOfAsync(task, cancellationToken).ConfigureAwait(false);
        return RoutePatience.MayTryElsewhere(attempt, policy)
            ? await RouteAsync(task, policy, cancellationToken).ConfigureAwait(false)
            : await steps.FailAsync(task, FailureOf(attempt), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StepOutcome> RouteAsync(VideoTask task, RoutingPolicy policy, CancellationToken cancellationToken)
    {
        // :: Step 1: who can take it, the best first.
        var asked = new RoutingCase(task.Request, task.IsTest, policy, providers.All) { Attempts = task.Attempts };
        var ranking = await desks.RankAsync(asked, options, cancellationToken).ConfigureAwait(false);
        if (RoutePatience.GiveUp(task, ranking, options, steps.Now) is { } tired)
        {
            return await steps.FailAsync(task, tired, cancellationToken).ConfigureAwait(false);
        }

        if (ranking.Places.IsEmpty)
        {
            var verdict = NextSteps.Of(task) == NextStep.Conclude ? FailureOf(task.LastAttempt!) : Router.WhyNone(asked, ranking);
            return await steps.FailAsync(task, verdict, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 2: a slot there, or a place in its queue.
        var place = ranking.Places[0];
        var ticket = new SlotTicket(task.Key.ToString(), policy.QueueWeight, task.Priority, task.CreatedAt);
        var slot = await desks.AskAsync(place.Provider.Name, ticket, cancellationToken).ConfigureAwait(false);
        TaskTransition step = slot.Granted
            ? new TaskTransition.PrepareAttempt(steps.Now, ids.NewAttempt(), place.Provider.Name, place.Reason)
            : new TaskTransition.Queue(steps.Now, place.Provider.Name, steps.Now + slot.AskAgainAfter);
        var routed = await steps.ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);

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

    // Read from the record, so that a crash between the attempt's end and the task's changes nothing.
    private static Failure FailureOf(Attempt attempt) => new(
        attempt.FailCode ?? (attempt.Refusal == RefusalClass.Policy ? FailureCode.ContentViolation : FailureCode.GenerationFailed), attempt.Reason!);
}
