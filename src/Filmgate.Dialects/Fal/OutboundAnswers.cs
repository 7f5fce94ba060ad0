using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Fal;

/// <summary>Reads the answers of fal's queue. What is wrong stands in the type of an error, not in its status.</summary>
/// <param name="Settings">The provider's settings.</param>
internal sealed record OutboundAnswers(ProviderSettings Settings)
{
    private const int Forbidden = 403, Unprocessable = 422;

    private static readonly string[] BalanceWords = ["locked", "balance"];

    /// <summary>The answer to a submission; null when its body says nothing that is known.</summary>
    public SubmitResult? Submission(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        if (answer.IsSuccess)
        {
            return body["request_id"].Id is { } id ? new SubmitResult.Accepted(id) : null;
        }

        var (type, words) = Read(body);
        var shown = ProviderWords.Shown(words, Settings, $"The provider refuses the request (status {answer.Status}).");
        if (answer.Status == Unprocessable)
        {
            var code = ErrorMap.CodeOf(type);
            return new SubmitResult.Refused(type == ErrorMap.ContentPolicy ? RefusalClass.Policy : RefusalClass.Input, shown, null, code);
        }

        // fal locks an account whose money is used up, and says so before anything is queued.
        return answer.Status == Forbidden && words is not null && BalanceWords.Any(word => words.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? new SubmitResult.Refused(RefusalClass.Balance, shown)
            : AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, Settings, words);
    }

    /// <summary>Whether a status says that the request has ended.</summary>
    public static bool HasEnded(UpstreamAnswer.Answered status) => status.IsSuccess && WireValue.Read(status.Body)["status"].Text == Wire.Completed.Value;

    /// <summary>The answer to a read of a request that has not ended; null when its body says nothing that is known.</summary>
    public static Reading? Status(UpstreamAnswer.Answered answer) =>
        answer.IsSuccess && WireValue.Read(answer.Body)["status"].Text is { } state && (state == Wire.InQueue.Value || state == Wire.InProgress.Value)
            ? new Reading.InProgress(null)
            : null;

    /// <summary>What a request that has ended came to; null when that cannot be told.</summary>
    /// <param name="status">The status that said so.</param>
    /// <param name="result">The result.</param>
    public Reading? Result(UpstreamAnswer.Answered status, UpstreamAnswer.Answered result)
    {
        var body = WireValue.Read(result.Body);
        if (result.IsSuccess)
        {
            return body["video"]["url"].Text is { Length: > 0 } url ? new Reading.Completed(new ClipLocation.Url(url), Cost: null)
                : AnswerTable.WithoutClip("The provider says that it has ended, without the address of a clip.");
        }

        var said = WireValue.Read(status.Body);
        var (type, words) = Read(body);
        var (statusType, statusWords) = (said["error_type"].Text, said["error"].Text);

        // An error without a type may be anybody's: a proxy's, a limit's, a key's. It counts once the status says that there was one.
        return type is null && statusType is null && statusWords is null ? null
            : Failed(type ?? statusType, words ?? statusWords);
    }

    private Reading.Failed Failed(string? type, string? words)
    {
        var code = ErrorMap.CodeOf(type) ?? FailureCode.GenerationFailed;
        var named = ErrorMap.CodeOf(type) is null && type is not null ? $"{type}: {words}" : words;
        return new Reading.Failed(new Failure(code, ProviderWords.Shown(named, Settings, "The provider gives no reason.")));
    }

    // A list of entries with a type each, or a sentence with the type beside it.
    private static (string? Type, string? Words) Read(WireValue body)
    {
        var detail = body["detail"];
        return detail.Items.FirstOrDefault() is { IsObject: true } first
            ? (first["type"].Text, string.Join("; ", detail.Items.Select(entry => entry["msg"].Text).Where(text => !string.IsNullOrWhiteSpace(text))))
            : (body["error_type"].Text, detail.Text);
    }
}
