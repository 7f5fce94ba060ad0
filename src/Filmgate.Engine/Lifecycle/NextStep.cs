using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Lifecycle;

/// <summary>What a task needs next.</summary>
public enum NextStep
{
    /// <summary>Nothing: it is terminal.</summary>
    Rest,
    /// <summary>Its pictures are fetched and checked.</summary>
    Intake,
    /// <summary>A provider and a slot are found.</summary>
    Route,
    /// <summary>The prepared attempt is sent.</summary>
    Submit,
    /// <summary>A submission was interrupted: its answer is lost.</summary>
    NoteLostAnswer,
    /// <summary>Whether the provider has it is found out.</summary>
    Resolve,
    /// <summary>The provider is read.</summary>
    Follow,
    /// <summary>The finished clip is fetched, checked and stored.</summary>
    TakeIn,
    /// <summary>The attempt's verdict becomes the task's, unless another provider may be tried.</summary>
    Conclude,
    /// <summary>The caller's wish to cancel becomes the task's end: it is at no provider.</summary>
    Cancel,
    /// <summary>A prepared attempt is taken back before it is sent, because the caller wants to cancel.</summary>
    Withdraw,
}

/// <summary>Decides what a task needs next, from its record alone: the same after a crash as without one.</summary>
public static class NextSteps
{
    /// <summary>The next step of a task.</summary>
    public static NextStep Of(VideoTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.State.IsTerminal())
        {
            return NextStep.Rest;
        }

        if (task.CancelRequestedAt is not null)
        {
            switch (task.LastAttempt)
            {
                case null:
                case { State: var state } when state.IsInVain():
                    return NextStep.Cancel;
                case { State: AttemptState.Prepared }:
                    return NextStep.Withdraw;
            }
        }

        if (task.Inputs is null)
        {
            return NextStep.Intake;
        }

        return task.LastAttempt switch
        {
            null => NextStep.Route,
            { State: AttemptState.Prepared } => NextStep.Submit,
            { State: AttemptState.Sent } => NextStep.NoteLostAnswer,
            { State: AttemptState.Unknown } => NextStep.Resolve,
            { State: AttemptState.Accepted } => NextStep.Follow,
            { State: AttemptState.Completed } => NextStep.TakeIn,
            { State: AttemptState.Failed or AttemptState.Abandoned, FailCode: not null } => NextStep.Conclude,
            { State: AttemptState.Refused, Refusal: RefusalClass.Input or RefusalClass.Policy } => NextStep.Conclude,
            _ => NextStep.Route,
        };
    }
}
