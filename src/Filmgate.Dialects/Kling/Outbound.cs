using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// Submits to Kling's video API and reads it. A submission is one POST that is never repeated and always bears our attempt's id, by which
/// it can be found again. Source of fields and states: Kling, text to video, image to video, query task.
/// </summary>
internal sealed class KlingProvider : IVideoProvider
{
    private const string Videos = "/videos";
    private const string Version = "/v1";

    private readonly ProviderSettings _settings;
    private readonly IUpstreamHttp _http;
    private readonly TokenSource _tokens;
    private readonly OutboundAnswers _answers;
    private readonly string _base;

    public KlingProvider(ProviderSettings settings, IUpstreamHttp http, TimeProvider time)
    {
        _settings = settings;
        _http = http;
        _tokens = new TokenSource(settings, time);
        _answers = new OutboundAnswers(settings);

        // Clients of Kling write its address with and without the beginning of the path.
        var address = settings.BaseUrl.OriginalString.TrimEnd('/');
        _base = address.EndsWith(Version + Videos, StringComparison.Ordinal) ? address
            : address.EndsWith(Version, StringComparison.Ordinal) ? address + Videos
            : address + Version + Videos;
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => _settings.Facts;

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        if (submission.Request.Prompt.EnumerateRunes().Count() > Wire.PromptLengthMax)
        {
            return new SubmitResult.Refused(
                RefusalClass.Input, $"{Name} takes prompts of at most {Wire.PromptLengthMax} characters.", Code: FailureCode.PromptTooLong);
        }

        var pictures = await PictureTexts.ReadAsync(_settings, submission, cancellationToken).ConfigureAwait(false);
        if (pictures.Refusal is { } refused)
        {
            return refused;
        }

        var kind = TaskKind.Of(submission.Request.Mode);
        var answer = await _http.SendAsync(Request("POST", kind.Name) with { Body = Body(submission, pictures.Texts) }, cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfSubmission(answer, _settings, answered => _answers.Submission(answered, kind));
    }

    /// <inheritdoc/>
    public async ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        // Which kind it was is not known here; each kind is asked, and only both together can say that it is nowhere.
        Sighting? doubt = null;
        foreach (var kind in TaskKind.All)
        {
            var answer = await _http.SendAsync(Request("GET", $"{kind.Name}/{Uri.EscapeDataString(attempt.Value)}"), cancellationToken).ConfigureAwait(false);
            switch (OutboundAnswers.Sighting(answer, kind, attempt))
            {
                case Sighting.Found found:
                    return found;
                case Sighting.CannotTell unsure:
                    doubt = unsure;
                    break;
            }
        }

        return doubt ?? new Sighting.Absent();
    }

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upstreamId);
        var (kind, id) = UpstreamTask.Parse(upstreamId);
        if (kind != UpstreamTask.EitherKind)
        {
            return await ReadAsync(kind, id, cancellationToken).ConfigureAwait(false);
        }

        var first = await ReadAsync(TaskKind.All[0].Name, id, cancellationToken).ConfigureAwait(false);
        if (first is not Reading.Unreadable doubt)
        {
            return first;
        }

        // Only both together can say that it is nowhere.
        var second = await ReadAsync(TaskKind.All[1].Name, id, cancellationToken).ConfigureAwait(false);
        return second is Reading.Unreadable { IsNotThere: true } && !doubt.IsNotThere ? doubt : second;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, Reading>?> ReadManyAsync(ImmutableArray<FollowedTask> tasks, CancellationToken cancellationToken)
    {
        // A list has one kind. Its order is not stated, so what is not on its first page is read alone.
        var kind = tasks.GroupBy(task => UpstreamTask.Parse(task.UpstreamId).Kind).MaxBy(group => group.Count())!.Key;
        if (kind == UpstreamTask.EitherKind)
        {
            return ImmutableDictionary<string, Reading>.Empty;
        }

        var answer = await _http.SendAsync(Request("GET", $"{kind}?{Wire.PageNum}=1&{Wire.PageSize}={Facts.TasksPerRead}"), cancellationToken).ConfigureAwait(false);
        return answer is UpstreamAnswer.Answered { IsSuccess: true, Body: var bytes } && WireValue.Read(bytes) is var body
            && body["code"].Whole == 0 && body["data"] is { IsList: true } entries
            ? ListedTasks.Read(entries.Items, entry => entry["task_id"].Id is { } id ? UpstreamTask.Of(kind, id) : null, _answers.Reading)
            : null;
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId)
    {
        upstreamId = ListedTasks.TryTakeId(WireValue.Read(body)["task_id"].Id, out var id) ? UpstreamTask.Of(UpstreamTask.EitherKind, id) : null;
        return upstreamId is not null;
    }

    private async ValueTask<Reading> ReadAsync(string kind, string id, CancellationToken cancellationToken)
    {
        var answer = await _http.SendAsync(Request("GET", $"{kind}/{Uri.EscapeDataString(id)}"), cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfReading(answer, _answers.Reading);
    }

    private UpstreamRequest Request(string method, string path) => new(method, new Uri($"{_base}/{path}")) { Headers = [_tokens.Header()] };

    private byte[] Body(Submission submission, ImmutableArray<string> pictures)
    {
        var request = submission.Request;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model_name", request.Mode is GenerationMode.StandardImageToVideo or GenerationMode.ProImageToVideo ? Wire.ModelV21 : Wire.ModelMaster);
            switch (request.Mode)
            {
                case GenerationMode.StandardImageToVideo:
                    json.WriteString("mode", Wire.Standard);
                    break;
                case GenerationMode.ProImageToVideo:
                    json.WriteString("mode", Wire.Professional);
                    break;
            }

            json.WriteString("prompt", request.Prompt);
            if (request.NegativePrompt is { } negative)
            {
                json.WriteString("negative_prompt", negative);
            }

            json.WriteString("duration", request.DurationSeconds.ToString());
            if (request.AspectRatio is { } ratio)
            {
                json.WriteString("aspect_ratio", ratio.Name());
            }

            if (pictures.Length > 0)
            {
                json.WriteString("image", pictures[0]);
            }

            if (pictures.Length > 1)
            {
                json.WriteString("image_tail", pictures[1]);
            }

            if (submission.SecureCallbackUrl(Facts) is { } url)
            {
                json.WriteString("callback_url", url);
            }

            json.WriteString("external_task_id", submission.Attempt.Value);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>How a task of Kling's is remembered: its kind belongs to its address, so the two are kept together.</summary>
internal static class UpstreamTask
{
    /// <summary>Stands for the kind of a task of which only the id is known, from a post that does not name it.</summary>
    public const string EitherKind = "either";

    private const char Separator = '/';

    /// <summary>Kind and id in one text.</summary>
    public static string Of(TaskKind kind, string id) => Of(kind.Name, id);

    /// <summary>The name of a kind and an id in one text.</summary>
    public static string Of(string kind, string id) => $"{kind}{Separator}{id}";

    /// <summary>Reads what <see cref="Of(string, string)"/> wrote.</summary>
    public static (string Kind, string Id) Parse(string text)
    {
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : (TaskKind.Image.Name, text);
    }
}
