using System.Collections.Immutable;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Moderation;

/// <summary>What happens to a request that cannot be judged now.</summary>
public enum WhenUnavailable
{
    /// <summary>It waits, with growing pauses, until it can be judged.</summary>
    Wait = 1,
    /// <summary>It goes on unjudged.</summary>
    Allow = 2,
    /// <summary>It fails.</summary>
    Refuse = 3,
}

/// <summary>
/// Asks all moderators in turn and decides what follows. A violation that one of them sees stands whatever the others say; without
/// moderators everything passes.
/// </summary>
/// <param name="moderators">The moderators, cheapest first.</param>
/// <param name="whenUnavailable">What happens to a request that one of them could not judge.</param>
/// <param name="log">The log.</param>
public sealed partial class ModerationGate(ImmutableArray<IModerator> moderators, WhenUnavailable whenUnavailable, ILogger<ModerationGate> log)
{
    private const string NotJudged = "the request could not be checked against the content policy just now, and this gateway refuses what it cannot check; try again later";

    /// <summary>Judges a request.</summary>
    /// <param name="task">The task's id, for the log.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ModerationDecision> DecideAsync(string task, ModerationCase request, CancellationToken cancellationToken)
    {
        string? unavailable = null;
        foreach (var moderator in moderators)
        {
            switch (await moderator.JudgeAsync(request, cancellationToken).ConfigureAwait(false))
            {
                case ModerationVerdict.Allowed:
                    break;
                case ModerationVerdict.Violates violation:
                    LogViolation(task, violation.Category, violation.Part);
                    return new ModerationDecision.Refuse(new Failure(
                        FailureCode.ContentViolation, $"{Words(violation.Part)} breaks the policy on '{violation.Category}'"));
                case ModerationVerdict.Unavailable why:
                    LogUnavailable(task, why.Reason, whenUnavailable);
                    unavailable ??= why.Reason;
                    break;
                case var unknown:
                    throw new InvalidOperationException($"No case is written for {unknown.GetType().Name}.");
            }
        }

        return unavailable is null ? ModerationDecision.Passed : whenUnavailable switch
        {
            WhenUnavailable.Wait => new ModerationDecision.Wait($"Waiting for moderation: {unavailable}"),
            WhenUnavailable.Allow => ModerationDecision.Passed,
            WhenUnavailable.Refuse => new ModerationDecision.Refuse(new Failure(FailureCode.ModelUnavailable, NotJudged)),
            var unknown => throw new InvalidOperationException($"No case is written for {unknown}."),
        };
    }

    private static string Words(RequestPart part) => part switch
    {
        RequestPart.Prompt => "the prompt",
        RequestPart.NegativePrompt => "the negative prompt",
        RequestPart.Picture => "a picture",
        _ => "the request",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Task {Task} breaks the policy on {Category} ({Part}).")]
    private partial void LogViolation(string task, string category, RequestPart part);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task} could not be moderated: {Reason} What follows: {Choice}.")]
    private partial void LogUnavailable(string task, string reason, WhenUnavailable choice);
}

/// <summary>What follows from moderation: a closed set.</summary>
public abstract record ModerationDecision
{
    private ModerationDecision()
    {
    }

    /// <summary>The task goes on.</summary>
    public static ModerationDecision Passed { get; } = new Pass();

    /// <summary>The task goes on.</summary>
    public sealed record Pass : ModerationDecision;

    /// <summary>The task fails.</summary>
    /// <param name="Failure">Why; shown to the caller.</param>
    public sealed record Refuse(Failure Failure) : ModerationDecision;

    /// <summary>The task waits and is judged again.</summary>
    /// <param name="Reason">For what, in a sentence.</param>
    public sealed record Wait(string Reason) : ModerationDecision;
}
