using System.Collections.Frozen;
using System.Globalization;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// Reads the answers of gateways that serve this shape. <c>error.code</c> decides, then <c>error.type</c>, then the HTTP status; the words for
/// states are OpenAI's and those that gateways were seen to let through from their own upstreams.
/// </summary>
/// <param name="settings">The provider's settings.</param>
internal sealed class OutboundAnswers(ProviderSettings settings)
{
    private static readonly TimeSpan NextReadMax = TimeSpan.FromMinutes(1);

    private static readonly FrozenSet<string> Working =
        new[] { Wire.Queued, Wire.Working, "pending", "submitted", "processing", "running", "throttled" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Done = new[] { Wire.Completed, "succeeded", "success" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Failed =
        new[] { Wire.Failed, "cancelled", "canceled", "expired", "error" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Balance =
        new[] { ErrorMap.InsufficientQuota, "insufficient_user_quota", "insufficient_balance", "billing_hard_limit_reached" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The answer to a submission; null when its body says nothing that is known.</summary>
    public SubmitResult? Submission(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        if (answer.IsSuccess)
        {
            return IdOf(body) is { } id ? new SubmitResult.Accepted(id, WaitOf(answer)) : null;
        }

        var (code, words) = ErrorOf(body);
        if (answer.Status is < 400 or >= 500)
        {
            return AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, settings, words);
        }

        var shown = ProviderWords.Shown(words, settings, $"The provider refuses the request (status {answer.Status}).");
        return code switch
        {
            null => AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, settings, words),
            _ when Balance.Contains(code) => new SubmitResult.Refused(RefusalClass.Balance, shown),
            ErrorMap.InvalidApiKey => new SubmitResult.Refused(RefusalClass.Auth, shown),
            ErrorMap.ModelNotFound => new SubmitResult.Refused(RefusalClass.Outage, shown),
            _ when ErrorMap.TryRead(code, out var failure) && IsPolicy(failure) => new SubmitResult.Refused(RefusalClass.Policy, shown, null, failure),
            _ when ErrorMap.TryRead(code, out var failure) && IsInput(failure) => new SubmitResult.Refused(RefusalClass.Input, shown, null, failure),
            _ => AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, settings, words),
        };
    }

    /// <summary>The answer to a read; null when its body says nothing that is known.</summary>
    public Reading? Reading(UpstreamAnswer.Answered answer, string upstreamId)
    {
        if (!answer.IsSuccess)
        {
            return null;
        }

        var body = WireValue.Read(answer.Body);
        return body["status"].Text switch
        {
            null => null,
            var status when Working.Contains(status) => new Reading.InProgress(ProgressOf(body), WaitOf(answer)),
            var status when Done.Contains(status) => new Reading.Completed(new ClipLocation.AtProvider(upstreamId), Cost: null),
            var status when Failed.Contains(status) => new Reading.Failed(FailureOf(body, status)),
            _ => null,
        };
    }

    private Failure FailureOf(WireValue body, string status)
    {
        var (code, words) = ErrorOf(body);
        if (code is not null && Balance.Contains(code))
        {
            // The account without credit is ours there, not the caller's here.
            return new Failure(FailureCode.ModelUnavailable, "The provider has stopped the task, because our account there has no credit.");
        }

        return ErrorMap.TryRead(code, out var failure)
            ? new Failure(failure, ProviderWords.Shown(words, settings, "The provider gives no reason."))
            : new Failure(
                FailureCode.GenerationFailed,
                ProviderWords.Shown(
                    string.Join(": ", new[] { code ?? (status == Wire.Failed ? null : status), words }.Where(text => !string.IsNullOrWhiteSpace(text))),
                    settings,
                    "The provider gives no reason."));
    }

    /// <summary>The id of a video. One fork answers with it under its older name, too, and another with that one alone.</summary>
    public static string? IdOf(WireValue body) => body["id"].Id ?? body["task_id"].Id;

    private static (string? Code, string? Words) ErrorOf(WireValue body)
    {
        var error = body["error"];
        return (
            error["code"].Id ?? error["type"].Text ?? body["code"].Text,
            error["message"].Text ?? error.Text ?? body["message"].Text ?? body["detail"].Text);
    }

    private static int? ProgressOf(WireValue body) => body["progress"].Number is { } percent ? (int)Math.Clamp(percent, 0, 100) : null;

    private static TimeSpan? WaitOf(UpstreamAnswer.Answered answer) =>
        answer.Headers.GetValueOrDefault(Wire.PollAfterHeader) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1000, NextReadMax.TotalMilliseconds))
            : null;

    private static bool IsPolicy(FailureCode code) => code is FailureCode.ContentViolation or FailureCode.NsfwDetected;

    private static bool IsInput(FailureCode code) => code is
        FailureCode.PromptTooLong or FailureCode.InvalidPrompt or FailureCode.InvalidImageUrl or FailureCode.ImageTooLarge
        or FailureCode.UnsupportedFormat or FailureCode.ImageDownloadFailed;
}
