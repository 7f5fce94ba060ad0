using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Submits to APIXO's task API and reads it: APIXO itself, or another Filmgate. A submission is one POST that is never repeated; what its
/// answer proves is decided by <see cref="AnswerTable"/>. Source of fields and states: APIXO, generate-task, status-task and errors pages.
/// </summary>
internal sealed class ApixoProvider : IVideoProvider
{
    private const string ModelPath = "/kling-2-1";
    private const string AttemptEntry = "attempt";
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMilliseconds(50);

    private readonly ProviderSettings _settings;
    private readonly IUpstreamHttp _http;
    private readonly OutboundAnswers _answers;
    private readonly string _base;
    private readonly bool _isFilmgate;

    public ApixoProvider(ProviderSettings settings, IUpstreamHttp http)
    {
        _settings = settings;
        _http = http;
        _isFilmgate = settings.Dialect == FilmgateDialect.DialectName;

        // Clients of APIXO write its address with and without the path.
        var address = settings.BaseUrl.OriginalString.TrimEnd('/');
        _base = address.EndsWith(Wire.Base, StringComparison.Ordinal) ? address : address + Wire.Base;
        _answers = new OutboundAnswers(settings);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => _settings.Facts;

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var pictures = await PictureTexts.ReadAsync(_settings, submission, cancellationToken).ConfigureAwait(false);
        if (pictures.Refusal is { } refused)
        {
            return refused;
        }

        var request = Request("POST", $"/generateTask{ModelPath}") with { Body = Body(submission, pictures.Texts) };
        request = request with { Headers = request.Headers.Add(new(IdempotencyHeader.Name, submission.Attempt.Value)) };
        var answer = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfSubmission(answer, _settings, _answers.Submission);
    }

    /// <inheritdoc/>
    public async ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        if (!_isFilmgate)
        {
            return new Sighting.CannotTell("APIXO does not find a task by an id of ours.");
        }

        var answer = await _http.SendAsync(Request("GET", $"/tasks?{Wire.MetadataParameter}{AttemptEntry}={attempt.Value}&limit=1"), cancellationToken).ConfigureAwait(false);
        return OutboundAnswers.Sighting(answer);
    }

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        var path = $"/statusTask{ModelPath}?{Wire.TaskIdParameter}={Uri.EscapeDataString(upstreamId)}";
        var answer = await _http.SendAsync(Request("GET", path), cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfReading(answer, _answers.Reading);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, Reading>?> ReadManyAsync(ImmutableArray<FollowedTask> tasks, CancellationToken cancellationToken)
    {
        // Theirs is made a little before ours is told so, and the list begins with the newest.
        var (first, last) = (tasks.Min(task => task.AcceptedAt) - AnswerTime, tasks.Max(task => task.AcceptedAt) + ClockDifference);
        var path = $"/tasks?{Wire.LimitParameter}={Wire.PageMax}&{Wire.CreatedFromParameter}={first.ToUnixTimeMilliseconds()}&{Wire.CreatedBeforeParameter}={last.ToUnixTimeMilliseconds()}";
        var answer = await _http.SendAsync(Request("GET", path), cancellationToken).ConfigureAwait(false);
        return answer is UpstreamAnswer.Answered { Status: 200, Body: var body } && WireValue.Read(body)["data"]["tasks"] is { IsList: true } entries
            ? ListedTasks.Read(entries.Items, entry => entry["taskId"].Id, _answers.Reading)
            : null;
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId)
    {
        var posted = WireValue.Read(body);
        return ListedTasks.TryTakeId(posted["data"]["taskId"].Id ?? posted["taskId"].Id, out upstreamId);
    }

    /// <inheritdoc/>
    public async ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken)
    {
        if (_isFilmgate)
        {
            await _http.SendAsync(Request("POST", $"/tasks/{Uri.EscapeDataString(upstreamId)}/cancel"), cancellationToken).ConfigureAwait(false);
        }
    }

    private UpstreamRequest Request(string method, string path) => new(method, new Uri(_base + path)) { Headers = [Credential.Bearer(_settings.ApiKey)] };

    private byte[] Body(Submission submission, ImmutableArray<string> pictures)
    {
        var request = submission.Request;
        var callback = submission.SecureCallbackUrl(Facts);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("request_type", callback is null ? Wire.Async : Wire.Callback);
            if (callback is not null)
            {
                json.WriteString("callback_url", callback);
            }

            // The name of a provider of ours means nothing there.
            json.WriteString("provider", request.Provider is "value" or "official" ? request.Provider : "auto");
            if (_isFilmgate)
            {
                json.WriteStartObject("metadata");
                json.WriteString(AttemptEntry, submission.Attempt.Value);
                json.WriteEndObject();
            }

            json.WriteStartObject("input");
            json.WriteString("mode", request.Rules.Name);
            json.WriteString("prompt", request.Prompt);
            json.WriteNumber("duration", request.DurationSeconds);
            json.WriteNumber("cfg_scale", request.CfgScale);
            if (request.NegativePrompt is { } negative)
            {
                json.WriteString("negative_prompt", negative);
            }

            if (request.AspectRatio is { } ratio)
            {
                json.WriteString("aspect_ratio", ratio.Name());
            }

            if (!pictures.IsEmpty)
            {
                json.WriteStartArray("image_urls");
                foreach (var picture in pictures)
                {
                    json.WriteStringValue(picture);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
