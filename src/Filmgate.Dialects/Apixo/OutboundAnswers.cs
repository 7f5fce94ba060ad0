using System.Text;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Reads the envelopes of APIXO's task API. The HTTP status decides, then the body's <c>code</c>, because either may stand alone.
/// Source: APIXO, response-format, error-codes and errors pages.
/// </summary>
/// <param name="Settings">The provider's settings.</param>
internal sealed record OutboundAnswers(ProviderSettings Settings)
{
    private const int Forbidden = 403;
    private const string InsufficientCredits = "INSUFFICIENT_CREDITS";

    private static readonly string[] PolicyWords = ["policy", "violat", "sensitive", "prohibited", "nsfw", "moderation"];
    private static readonly string[] BalanceWords = ["balance", "credit"];

    /// <summary>The answer to a submission; null when its body says nothing that is known.</summary>
    public SubmitResult? Submission(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        var status = StatusOf(answer, body);
        if (status is >= 200 and < 300)
        {
            return body["data"]["taskId"].Id is { } id ? new SubmitResult.Accepted(id) : null;
        }

        if (status is < 400 or >= 500)
        {
            return AnswerTable.OfSubmission(status, answer.RetryAfter, Settings, Words(answer, body));
        }

        var words = Words(answer, body);
        var name = body["data"]["failCode"].Text ?? body["failCode"].Text;
        var shown = ProviderWords.Shown(words, Settings, $"The provider refuses the request (status {status}).");
        if (FailureWords.TryRead(name, out var code))
        {
            return FailureWords.IsPolicy(code) ? new SubmitResult.Refused(RefusalClass.Policy, shown, null, code)
                : FailureWords.IsInput(code) ? new SubmitResult.Refused(RefusalClass.Input, shown, null, code)
                : name == InsufficientCredits ? new SubmitResult.Refused(RefusalClass.Balance, shown)
                : AnswerTable.OfSubmission(status, answer.RetryAfter, Settings, words);
        }

        // APIXO's own pages disagree about 403: permission, policy or balance.
        if (status == Forbidden && Has(words, PolicyWords))
        {
            return new SubmitResult.Refused(RefusalClass.Policy, shown, null, FailureCode.ContentViolation);
        }

        return status == Forbidden && Has(words, BalanceWords)
            ? new SubmitResult.Refused(RefusalClass.Balance, shown)
            : AnswerTable.OfSubmission(status, answer.RetryAfter, Settings, words);
    }

    /// <summary>The answer to a read; null when its body says nothing that is known.</summary>
    public Reading? Reading(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        var status = StatusOf(answer, body);
        if (status is < 200 or >= 300)
        {
            return AnswerTable.OfReading(status, answer.RetryAfter);
        }

        return Reading(body["data"]);
    }

    /// <summary>What a task says, alone or in another Filmgate's list; null when it says nothing that is known.</summary>
    public Reading? Reading(WireValue task) => task["state"].Text switch
    {
        "pending" or "processing" => new Reading.InProgress(task["progress"].Whole is { } percent and >= 0 and <= 100 ? (int)percent : null),
        "success" when Address(task) is { } address => new Reading.Completed(new ClipLocation.Url(address), Cost: null),
        "success" => AnswerTable.WithoutClip("The provider says success without the address of a clip."),
        "failed" => new Reading.Failed(FailureOf(task)),
        _ => null,
    };

    /// <summary>The answer to a look-up by our attempt id; only another Filmgate gives one.</summary>
    public static Sighting Sighting(UpstreamAnswer answer)
    {
        if (answer is not UpstreamAnswer.Answered { Status: 200 } answered)
        {
            return new Sighting.CannotTell("The provider could not be asked whether it has the task.");
        }

        var tasks = WireValue.Read(answered.Body)["data"]["tasks"];
        return !tasks.IsList ? new Sighting.CannotTell("The provider's answer to a look-up cannot be understood.")
            : tasks.Items.FirstOrDefault() is { IsMissing: false } found
                ? found["taskId"].Id is { } id ? new Sighting.Found(id) : new Sighting.CannotTell("The provider's answer to a look-up cannot be understood.")
            : new Sighting.Absent();
    }

    private static int StatusOf(UpstreamAnswer.Answered answer, WireValue body) =>
        answer.IsSuccess && body["code"].Whole is { } code and >= 100 and < 600 ? (int)code : answer.Status;

    private static string? Address(WireValue task)
    {
        // A string that holds JSON; one client met an object, too. A list of ours has the addresses themselves.
        var result = task["resultJson"];
        var urls = (result.IsObject ? result : WireValue.Read(result.Text))["resultUrls"];
        return urls.Items.Concat(task["resultUrls"].Items).FirstOrDefault().Text is { Length: > 0 } address ? address : null;
    }

    private Failure FailureOf(WireValue task)
    {
        var name = task["failCode"].Text;
        var words = task["failMsg"].Text;
        if (name == InsufficientCredits)
        {
            // The account without credit is ours there, not the caller's here.
            return new Failure(FailureCode.ModelUnavailable, "The provider has stopped the task, because our account there has no credit.");
        }

        return FailureWords.TryRead(name, out var code)
            ? new Failure(code, ProviderWords.Shown(words, Settings, "The provider gives no reason."))
            : new Failure(
                FailureCode.GenerationFailed,
                ProviderWords.Shown(string.Join(": ", new[] { name, words }.Where(text => !string.IsNullOrWhiteSpace(text))), Settings, "The provider gives no reason."));
    }

    private static string? Words(UpstreamAnswer.Answered answer, WireValue body) =>
        body["message"].Text ?? body["data"]["error"].Text ?? body["error"].Text
        ?? (body.IsMissing && !IsPage(answer) ? Encoding.UTF8.GetString(answer.Body.Span) : null);

    // The page of a proxy says nothing to an account.
    private static bool IsPage(UpstreamAnswer.Answered answer) => answer.Body.Span.TrimStart(" \r\n\t"u8).StartsWith("<"u8);

    private static bool Has(string? text, string[] words) =>
        text is not null && words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
