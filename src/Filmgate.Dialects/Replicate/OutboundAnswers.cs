using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Replicate;

/// <summary>Reads the answers of Replicate: predictions, and errors by status, title and detail.</summary>
/// <param name="Settings">The provider's settings.</param>
internal sealed record OutboundAnswers(ProviderSettings Settings)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromHours(1);

    private static readonly string[] NudityWords = ["nsfw", "nudity", "sexual"];
    private static readonly string[] PolicyWords = ["sensitive", "policy", "moderation", "prohibited", "flagged", "E005"];

    /// <summary>The answer to a submission; null when its body says nothing that is known.</summary>
    public SubmitResult? Submission(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        if (answer.IsSuccess)
        {
            return body[Wire.Id.Value].Text is { Length: > 0 } id ? new SubmitResult.Accepted(id) : null;
        }

        var words = WordsIn(body);
        switch (answer.Status)
        {
            case 422 when body[Wire.Title.Value].Text is "Invalid version or not permitted":
                // Said about the model, not about what was asked of it.
                return new SubmitResult.Refused(RefusalClass.Permission, ProviderWords.Shown(words, Settings, "The provider does not let us use this model."));
            case 422 when Has(words, NudityWords):
                return new SubmitResult.Refused(RefusalClass.Policy, Shown(words), null, FailureCode.NsfwDetected);
            case 422 when Has(words, PolicyWords):
                return new SubmitResult.Refused(RefusalClass.Policy, Shown(words), null, FailureCode.ContentViolation);
            case 429:
                return AnswerTable.OfSubmission(answer.Status, answer.RetryAfter ?? WaitIn(body), Settings, words);
            default:
                return AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, Settings, words);
        }
    }

    /// <summary>The answer to a read; null when its body says nothing that is known.</summary>
    public Reading? Reading(UpstreamAnswer.Answered answer)
    {
        var body = WireValue.Read(answer.Body);
        if (!answer.IsSuccess)
        {
            return AnswerTable.OfReading(answer.Status, answer.RetryAfter ?? WaitIn(body));
        }

        return Reading(body);
    }

    /// <summary>What a prediction says, alone or in a list; null when it says nothing that is known.</summary>
    public Reading? Reading(WireValue prediction) => prediction[Wire.Status.Value].Text switch
    {
        "starting" or "processing" => new Reading.InProgress(null),
        "succeeded" when AddressIn(prediction[Wire.Output.Value]) is { } address => new Reading.Completed(new ClipLocation.Url(address), Cost: null),
        "succeeded" when prediction[Wire.DataRemoved.Value].Flag is true =>
            new Reading.Failed(new Failure(FailureCode.GenerationFailed, "The provider made the clip and has removed it before it could be fetched.")),
        "succeeded" => AnswerTable.WithoutClip("The provider says succeeded without the address of a clip."),
        "failed" => new Reading.Failed(FailureOf(prediction)),
        "canceled" => new Reading.Failed(new Failure(FailureCode.GenerationFailed, "The provider has canceled the task.")),

        // Its deadline came before its start, and then nothing is billed.
        "aborted" => new Reading.Lost("The provider did not begin the task in time."),
        _ => null,
    };

    /// <summary>What an error says: <c>detail</c>, else <c>error</c>, else <c>title</c>; null when it says nothing.</summary>
    public static string? WordsIn(WireValue body) => body[Wire.Detail.Value].Text ?? body[Wire.Error.Value].Text ?? body[Wire.Title.Value].Text;

    // One address, or a list that begins with one: other models of the vendor give lists.
    private static string? AddressIn(WireValue output) =>
        (output.IsList ? output.Items.FirstOrDefault() : output).Text is { } text
        && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? text : null;

    private static TimeSpan? WaitIn(WireValue body) =>
        body[Wire.RetryAfter.Value].Number is { } seconds and > 0 ? seconds < (decimal)WaitMax.TotalSeconds ? TimeSpan.FromSeconds((double)seconds) : WaitMax : null;

    private Failure FailureOf(WireValue body)
    {
        var words = body[Wire.Error.Value].Text;
        var code = Has(words, NudityWords) ? FailureCode.NsfwDetected : Has(words, PolicyWords) ? FailureCode.ContentViolation : FailureCode.GenerationFailed;
        return new Failure(code, ProviderWords.Shown(words, Settings, "The provider gives no reason."));
    }

    private string Shown(string? words) => ProviderWords.Shown(words, Settings, "The provider refuses the request for its content.");

    private static bool Has(string? text, string[] words) =>
        text is not null && words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
