using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// Submits to Replicate's Kling 2.1 models by their names and reads predictions. A submission is one POST that is never repeated; what its
/// answer proves is decided by <see cref="AnswerTable"/>. Addresses within answers are never called: what is read is found by our own base
/// address and the prediction's id.
/// </summary>
internal sealed class ReplicateProvider : IVideoProvider
{
    // A prediction is ended by the vendor after half an hour of running; this also ends one that waits for ever, and no later than it
    // takes to be of no use. Source: lifecycle page, and changelog of 2025-10-16.
    private const string Lifetime = "1h";

    private const string ApiVersion = "/v1";

    // An attempt is sent soon after it got its id, unless the gateway stood still in between.
    private const int LookupPagesMax = 5;
    private static readonly TimeSpan LookupSpan = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ListClockDifference = TimeSpan.FromMilliseconds(50);

    private readonly ProviderSettings settings;
    private readonly IUpstreamHttp http;
    private readonly OutboundAnswers answers;
    private readonly OutboundFiles files;
    private readonly string root;

    public ReplicateProvider(ProviderSettings settings, IUpstreamHttp http)
    {
        this.settings = settings;
        this.http = http;

        // The vendor's own clients disagree about whether the version belongs to the address.
        var address = settings.BaseUrl.OriginalString.TrimEnd('/');
        root = address.EndsWith(ApiVersion, StringComparison.Ordinal) ? address : address + ApiVersion;
        answers = new OutboundAnswers(settings);
        files = new OutboundFiles(settings, http, Request);
    }

    /// <inheritdoc/>
    public string Name => settings.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => settings.Facts;

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var pictures = submission.Images.Length > 0 && PictureTexts.Choose(settings, submission) == ImageTransport.Upload
            ? await files.SendAsync(submission, cancellationToken).ConfigureAwait(false)
            : await PictureTexts.ReadAsync(settings, submission, cancellationToken).ConfigureAwait(false);
        if (pictures.Refusal is { } refused)
        {
            return refused;
        }

        var model = ServedModel.Of(submission.Request.Mode);
        var request = Request("POST", $"{Wire.Models}/{model.Path}{Wire.Predictions}") with { Body = Body(submission, pictures.Texts) };
        request = request with { Headers = request.Headers.Add(new(Wire.CancelAfterHeader, Lifetime)) };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfSubmission(answer, settings, answers.Submission);
    }

    /// <inheritdoc/>
    public async ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        // There is no look-up by an id of ours, but a prediction shows the address that it posts to, and that names the attempt. That it is
        // not there proves nothing: not every submission has such an address.
        var unseen = new Sighting.CannotTell("Replicate does not find a prediction by an id of ours, and its list does not show one that posts to the attempt's address.");
        if (IdSource.TimeOf(attempt.Value) is not { } prepared)
        {
            return unseen;
        }

        var cursor = string.Empty;
        for (var page = 0; page < LookupPagesMax; page++)
        {
            var list = await ListAsync(prepared - ClockDifference, prepared + LookupSpan, cursor, cancellationToken).ConfigureAwait(false);
            if (!list.IsObject)
            {
                return new Sighting.CannotTell("Replicate could not be asked for its list of predictions.");
            }

            if (list[Wire.Results.Value].Items.FirstOrDefault(entry => entry[Wire.Webhook.Value].Text?.Contains(attempt.Value, StringComparison.Ordinal) == true)[Wire.Id.Value].Text is { Length: > 0 } id)
            {
                return new Sighting.Found(id);
            }

            if (CursorIn(list[Wire.Next.Value].Text) is not { } next)
            {
                break;
            }

            cursor = next;
        }

        return unseen;
    }

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(Request("GET", PathOf(upstreamId)), cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfReading(answer, answers.Reading);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, Reading>?> ReadManyAsync(ImmutableArray<FollowedTask> tasks, CancellationToken cancellationToken)
    {
        // Theirs is made a little before ours is told so, and the list begins with the newest.
        var (first, last) = (tasks.Min(task => task.AcceptedAt), tasks.Max(task => task.AcceptedAt));
        var list = await ListAsync(first - AnswerTime, last + ListClockDifference, cursor: "", cancellationToken).ConfigureAwait(false);
        return list[Wire.Results.Value] is { IsList: true } entries ? ListedTasks.Read(entries.Items, entry => entry[Wire.Id.Value].Text, answers.Reading) : null;
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId) =>
        ListedTasks.TryTakeId(WireValue.Read(body)[Wire.Id.Value].Text, out upstreamId);

    /// <inheritdoc/>
    public async ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken) =>
        await http.SendAsync(Request("POST", PathOf(upstreamId) + "/cancel"), cancellationToken).ConfigureAwait(false);

    private async ValueTask<WireValue> ListAsync(DateTimeOffset after, DateTimeOffset before, string cursor, CancellationToken cancellationToken)
    {
        static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var path = $"{Wire.Predictions}?{Wire.CreatedAfterParameter}={Text(after)}&{Wire.CreatedBeforeParameter}={Text(before)}";
        path = cursor.Length == 0 ? path : $"{path}&{Wire.CursorParameter}={Uri.EscapeDataString(cursor)}";
        var answer = await http.SendAsync(Request("GET", path), cancellationToken).ConfigureAwait(false);
        return answer is UpstreamAnswer.Answered { IsSuccess: true, Body: var body } ? WireValue.Read(body) : WireValue.Missing;
    }

    // Of the address of the next page only this is taken; the address itself is ours.
    private static string? CursorIn(string? next) =>
        Uri.TryCreate(next, UriKind.Absolute, out var address) && QueryHelpers.ParseQuery(address.Query).TryGetValue(Wire.CursorParameter, out var cursor)
            ? cursor.ToString() : null;

    private static string PathOf(string upstreamId) => $"{Wire.Predictions}/{Uri.EscapeDataString(upstreamId)}";

    private UpstreamRequest Request(string method, string path) => new(method, new Uri(root + path)) { Headers = [Credential.Bearer(settings.ApiKey)] };

    private byte[] Body(Submission submission, ImmutableArray<string> pictures)
    {
        var request = submission.Request;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(Wire.Input);
            json.WriteString(Wire.Prompt, request.Prompt);
            if (!ServedModel.Of(request.Mode).IsMaster)
            {
                json.WriteString(Wire.Mode, request.Mode == GenerationMode.ProImageToVideo ? Wire.Pro : Wire.Standard);
            }

            json.WriteNumber(Wire.Duration, request.DurationSeconds);
            if (!string.IsNullOrEmpty(request.NegativePrompt))
            {
                json.WriteString(Wire.NegativePrompt, request.NegativePrompt);
            }

            if (request.AspectRatio is { } ratio)
            {
                json.WriteString(Wire.AspectRatio, ratio.Name());
            }

            foreach (var (index, picture) in pictures.Index())
            {
                json.WriteString(index == 0 ? Wire.StartImage : Wire.EndImage, picture);
            }

            json.WriteEndObject();
            if (submission.SecureCallbackUrl(Facts) is { } url)
            {
                json.WriteString(Wire.Webhook, url);
                json.WriteStartArray(Wire.EventsFilter);
                json.WriteStringValue("completed");
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
