using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// Reads Kling's answers. The body's <c>code</c> decides and not the HTTP status: 429 stands for "busy", "blocked" and "no money" alike.
/// Source: Kling, error codes and query task; of sentences: answers of the real API.
/// </summary>
/// <param name="Settings">The provider's settings.</param>
internal sealed record OutboundAnswers(ProviderSettings Settings)
{
    private const decimal UnitsMax = 10_000;
    private const int StatusOfAbsence = 404;
    private static readonly TimeSpan BusyWaitMin = TimeSpan.FromSeconds(1);
    private static readonly string[] PolicyWords = ["risk control", "sensitive", "content security", "policy", "violat", "moderation"];
    private static readonly string[] PictureWords = ["image pixel", "aspect ratio of the input image", "resolution or aspect ratio", "image size", "image format"];
    private static readonly string[] AbsenceWords = ["not found", "not exist", "no such task"];

    /// <summary>The answer to a submission; null when its body says nothing that is known.</summary>
    public SubmitResult? Submission(UpstreamAnswer.Answered answer, TaskKind kind)
    {
        var body = WireValue.Read(answer.Body);
        var words = body["message"].Text;
        SubmitResult.Refused Refused(RefusalClass refusal, string sentence, TimeSpan? wait = null, FailureCode? code = null) =>
            new(refusal, ProviderWords.Shown(words, Settings, sentence), wait, code);

        return body["code"].Whole switch
        {
            0 => answer.IsSuccess && body["data"]["task_id"].Id is { } id ? new SubmitResult.Accepted(UpstreamTask.Of(kind, id)) : null,
            >= 1000 and <= 1002 => Refused(RefusalClass.Auth, "Kling does not accept our key."),
            1003 => Refused(RefusalClass.Auth, "Kling says that our token is not yet valid; compare the clock of this machine."),
            1004 => Refused(RefusalClass.Auth, "Kling says that our token is expired; compare the clock of this machine."),
            1100 => Refused(RefusalClass.Permission, "Kling says that our account needs attention."),
            1101 or 1102 => Refused(RefusalClass.Balance, "Our account at Kling has no units."),
            1103 => Refused(RefusalClass.Permission, "Our key may not use this model at Kling."),
            1200 or 1201 => Refused(RefusalClass.Input, "Kling refuses the request's parameters.", code: InputCode(words)),
            1202 or 1203 => Refused(RefusalClass.Input, "Kling does not have what the request names."),
            1300 or 1301 => Refused(RefusalClass.Policy, "Kling refuses the content.", code: FailureCode.ContentViolation),
            1302 or 1303 => Refused(RefusalClass.Busy, "Kling is busy.", answer.RetryAfter is { } asked && asked < BusyWaitMin ? BusyWaitMin : answer.RetryAfter),
            1304 => Refused(RefusalClass.Permission, "Kling does not take requests from this address."),
            5000 => AnswerTable.OfSubmission(500, answer.RetryAfter, Settings, words),
            5001 => AnswerTable.OfSubmission(503, answer.RetryAfter, Settings, words),
            5002 => AnswerTable.OfSubmission(504, answer.RetryAfter, Settings, words),
            _ => AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, Settings, words),
        };
    }

    /// <summary>The answer to a read; null when its body says nothing that is known.</summary>
    public Reading? Reading(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        if (IsAbsent(answer, body))
        {
            return AnswerTable.OfReading(StatusOfAbsence, answer.RetryAfter);
        }

        if (!answer.IsSuccess || body["code"].Whole != 0)
        {
            return null;
        }

        return Reading(body["data"]);
    }

    /// <summary>What a task says, alone or in a list; null when it says nothing that is known.</summary>
    public Reading? Reading(WireValue task) => task["task_status"].Text switch
    {
        "submitted" or "processing" => new Reading.InProgress(null),
        "succeed" when task["task_result"]["videos"].Items.FirstOrDefault()["url"].Text is { Length: > 0 } url =>
            new Reading.Completed(new ClipLocation.Url(url), Cost(task)),
        "succeed" => AnswerTable.WithoutClip("Kling says succeed without the address of a clip."),
        "failed" => new Reading.Failed(FailureOf(task["task_status_msg"].Text)),
        _ => null,
    };

    /// <summary>The answer to a look-up by our attempt's id under one kind.</summary>
    public static Sighting Sighting(UpstreamAnswer answer, TaskKind kind, AttemptId attempt)
    {
        var unsure = new Sighting.CannotTell("Kling could not be asked whether it has the task.");
        if (answer is not UpstreamAnswer.Answered answered)
        {
            return unsure;
        }

        var body = WireValue.Read(answered.Body);
        var task = body["data"];
        return body["code"].Whole switch
        {
            0 when answered.IsSuccess && task["task_id"].Id is { } id && task["task_info"]["external_task_id"].Text is { } own =>
                own == attempt.Value ? new Sighting.Found(UpstreamTask.Of(kind, id)) : unsure,
            _ => IsAbsent(answered, body) ? new Sighting.Absent() : unsure,
        };
    }

    private static bool IsAbsent(UpstreamAnswer.Answered answer, WireValue body) => body["code"].Whole switch
    {
        1203 => answer.Status is 404 or 200,
        1200 or 1201 => Has(body["message"].Text, AbsenceWords),
        _ => false,
    };

    // Units at the price that follows from the price list, which operators set to what their packs cost.
    private Usd? Cost(WireValue task)
    {
        if (task["final_unit_deduction"].Number is not { } units || units is < 0 or > UnitsMax)
        {
            return null;
        }

        foreach (var mode in Settings.Facts.Modes)
        {
            var price = Settings.Facts.Prices.Of(new GenerationRequest
            {
                Mode = mode, Prompt = string.Empty, DurationSeconds = GenerationRules.DurationDefault, CfgScale = 0, Provider = string.Empty,
            });
            if (price > Usd.Zero)
            {
                return new Usd((long)decimal.Round(units * price.Micros / Wire.Units(mode, GenerationRules.DurationDefault)));
            }
        }

        return null;
    }

    private Failure FailureOf(string? words)
    {
        var shown = ProviderWords.Shown(words, Settings, "Kling gives no reason.");
        return new Failure(
            Has(words, PolicyWords) ? FailureCode.ContentViolation
            : Has(words, PictureWords) ? FailureCode.UnsupportedFormat
            : FailureCode.GenerationFailed,
            shown);
    }

    private static FailureCode? InputCode(string? words) =>
        Has(words, PictureWords) ? FailureCode.UnsupportedFormat
        : Has(words, ["base64"]) ? FailureCode.InvalidImageUrl
        : Has(words, ["prompt"]) && Has(words, ["length", "too long", "exceed", "at most"]) ? FailureCode.PromptTooLong
        : null;

    private static bool Has(string? text, string[] words) =>
        text is not null && words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
