using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Kie;

/// <summary>
/// Submits to kie's job API and reads it. A submission is one POST that is never repeated; kie documents no look-up by an id of ours and no
/// cancellation. Source of fields and states: docs.kie.ai, market pages of the Kling 2.1 family and get-task-detail page.
/// </summary>
internal sealed class KieProvider(ProviderSettings settings, IUpstreamHttp http) : IVideoProvider
{
    private readonly OutboundAnswers _answers = new(settings);
    private readonly string _base = settings.BaseUrl.OriginalString.TrimEnd('/');

    /// <inheritdoc/>
    public string Name => settings.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => settings.Facts;

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var pictures = await PictureTexts.ReadAsync(settings, submission, cancellationToken).ConfigureAwait(false);
        if (pictures.Refusal is { } refused)
        {
            return refused;
        }

        var request = Request("POST", Wire.CreatePath) with { Body = Body(submission, pictures.Texts) };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfSubmission(answer, settings, _answers.Submission);
    }

    /// <inheritdoc/>
    public ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Sighting>(new Sighting.CannotTell("kie does not find a task by an id of ours."));

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(
            Request("GET", $"{Wire.ReadPath}?{Wire.TaskIdParameter}={Uri.EscapeDataString(upstreamId)}"), cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfReading(answer, _answers.Reading);
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId)
    {
        // The page about signatures has the second name.
        var data = WireValue.Read(body)["data"];
        return ListedTasks.TryTakeId(data["taskId"].Id ?? data["task_id"].Id, out upstreamId);
    }

    private UpstreamRequest Request(string method, string path) => new(method, new Uri(_base + path)) { Headers = [Credential.Bearer(settings.ApiKey)] };

    private static byte[] Body(Submission submission, ImmutableArray<string> pictures)
    {
        var request = submission.Request;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JsonAnswer.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString(Wire.Model, KieModel.Of(request.Mode).Name);
            if (submission.CallbackUrl is { } callback)
            {
                json.WriteString(Wire.CallBackUrl, callback);
            }

            json.WriteStartObject(Wire.Input);
            json.WriteString("prompt", request.Prompt);
            if (pictures.Length > 0)
            {
                json.WriteString("image_url", pictures[0]);
            }

            if (pictures.Length > 1)
            {
                json.WriteString("tail_image_url", pictures[1]);
            }

            // A number would be refused.
            json.WriteString("duration", request.DurationSeconds.ToString());
            if (request.AspectRatio is { } ratio)
            {
                json.WriteString("aspect_ratio", ratio.Name());
            }

            if (request.NegativePrompt is { } negative)
            {
                json.WriteString("negative_prompt", negative);
            }

            // It has steps of 0.1 there.
            json.WriteNumber("cfg_scale", decimal.Round(request.CfgScale, 1, MidpointRounding.AwayFromZero));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
