using Filmgate.Dialects.Upstream;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kie;

/// <summary>
/// Reads kie's envelopes: the HTTP status is 200 even for errors, so <c>code</c> in the body decides; where the status says otherwise (older
/// pages, the edge in front) the status does. Source: docs.kie.ai, status codes and get-task-detail page.
/// </summary>
internal sealed class OutboundAnswers(ProviderSettings settings)
{
    // Requests beyond the limit of a ten-second window are dropped, and the next window begins anew.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private static readonly string[] PolicyWords = ["policy", "sensitive", "prohibited", "nsfw", "moderation", "violat", "safety", "risk control"];
    private static readonly string[] ImageWords = ["image", "picture"];

    private static readonly string[] RecordWords = ["record"];

    // The sentence of a family that is switched off comes with the code of a server error.
    private static readonly string[] PausedWords = ["paused"];

    /// <summary>The answer to a submission; null when its body says nothing that is known.</summary>
    public SubmitResult? Submission(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        var words = Words(body);
        if (!answer.IsSuccess && body["code"].Whole is null)
        {
            return AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, settings, words);
        }

        return body["code"].Whole switch
        {
            Wire.Ok => body["data"]["taskId"].Id is { } id ? new SubmitResult.Accepted(id) : null,
            401 => Refused(RefusalClass.Auth, words, "kie does not accept our key."),
            402 => Refused(RefusalClass.Balance, words, "Our account at kie has no credits."),
            403 => Refused(RefusalClass.Permission, words, "Our key may not do this at kie."),
            404 or 505 => Refused(RefusalClass.Outage, words, "kie does not serve this model now."),
            400 or 422 => Unfit(words),
            429 => Refused(RefusalClass.Busy, words, "kie is busy.") with { RetryAfter = answer.RetryAfter ?? Window },

            // A limit that the operator set on this key: others may have room.
            433 => Refused(RefusalClass.Permission, words, "Our key at kie has reached a limit of its own."),
            ErrorMap.Maintenance => Refused(RefusalClass.Outage, words, "kie is being maintained."),
            500 when Has(words, PausedWords) => Refused(RefusalClass.Outage, words, "kie does not serve this model now."),

            // None of these says whether a job was made before something went wrong.
            408 or 409 or (>= 500 and < 600) => new SubmitResult.Unknown(ProviderWords.Shown(words, settings, "kie's answer does not say whether it has the task.")),
            >= 400 and < 500 and var code => AnswerTable.OfSubmission((int)code, answer.RetryAfter, settings, words),
            _ => AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, settings, words),
        };
    }

    /// <summary>The answer to a read; null when its body says nothing that is known.</summary>
    public Reading? Reading(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        if (body["code"].Whole is not { } code || !answer.IsSuccess)
        {
            return answer.IsSuccess ? null : AnswerTable.OfReading(answer.Status, answer.RetryAfter);
        }

        // A failed callback has 501 at its top; whoever answers a read so means the same.
        var task = body["data"];
        if (code is not (Wire.Ok or Wire.GenerationFailed) || task["state"].Text is not { } state)
        {
            return code is Wire.Ok or < 100 or > 599 ? null : Unread((int)code, answer.RetryAfter, Words(body));
        }

        return state switch
        {
            "success" when Address(task) is { } address => new Reading.Completed(new ClipLocation.Url(address), Cost(task)),
            "success" => AnswerTable.WithoutClip("kie says success without the address of a clip."),
            "fail" => new Reading.Failed(FailureOf(task)),

            // waiting, queuing, generating, and whatever word is added one day.
            _ => new Reading.InProgress(null),
        };
    }

    private Reading.Unreadable Unread(int code, TimeSpan? retryAfter, string? words)
    {
        // Some answers say 422 about a record that is null, where the pages have 404.
        var isNotThere = code == 422 && Has(words, RecordWords);
        var unread = AnswerTable.OfReading(isNotThere ? 404 : code, retryAfter);
        return unread with { Reason = ProviderWords.Shown(words, settings, unread.Reason) };
    }

    private SubmitResult.Refused Refused(RefusalClass refusal, string? words, string ifNone) =>
        new(refusal, ProviderWords.Shown(words, settings, ifNone));

    private SubmitResult.Refused Unfit(string? words)
    {
        var refused = Refused(RefusalClass.Input, words, "kie refuses the request.");
        return Has(words, PolicyWords) ? refused with { Class = RefusalClass.Policy, Code = FailureCode.ContentViolation }
            : Has(words, ImageWords) ? refused with { Code = FailureCode.InvalidImageUrl }
            : refused;
    }

    private static string? Address(WireValue task)
    {
        // A string that holds JSON; newer answers have it parsed as well.
        var result = task["resultJson"];
        var urls = (result.IsObject ? result : WireValue.Read(result.Text))["resultUrls"];
        return urls.Items.Concat(task["response"]["resultUrls"].Items).Select(url => url.Text).FirstOrDefault(text => !string.IsNullOrEmpty(text));
    }

    private static Usd? Cost(WireValue task) =>
        (task["creditsConsumed"].Number ?? task["consumeCredits"].Number) is { } credits and >= 0 and < 1_000_000
            ? new Usd((long)decimal.Round(credits * Wire.Credit.Micros))
            : null;

    private Failure FailureOf(WireValue task)
    {
        var words = task["failMsg"].Text;
        var code = task["failCode"].Whole switch
        {
            408 => FailureCode.ProcessingTimeout,
            402 or ErrorMap.Maintenance or 505 => FailureCode.ModelUnavailable,
            _ when Has(words, PolicyWords) => FailureCode.ContentViolation,
            422 when Has(words, ImageWords) => FailureCode.InvalidImageUrl,
            422 => FailureCode.InvalidPrompt,
            _ => FailureCode.GenerationFailed,
        };
        return new Failure(code, ProviderWords.Shown(words, settings, "kie gives no reason."));
    }

    private static string? Words(WireValue body) => body["msg"].Text ?? body["message"].Text;

    private static bool Has(string? text, string[] words) => text is not null && words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
