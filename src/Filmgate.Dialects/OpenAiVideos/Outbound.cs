using System.Diagnostics.CodeAnalysis;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// A gateway that serves the shape of OpenAI's Videos API for Kling 2.1, another Filmgate among them. OpenAI itself has shut it down, so there is
/// no public address: the operator gives one.
/// </summary>
public sealed class OpenAiVideosDialect : IProviderDialect
{
    /// <inheritdoc/>
    public string Name => Wire.Dialect;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl => null;

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(OpenAiVideosDialect));

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings) => Credential.NeedsKey(settings);

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new OpenAiVideosProvider(settings, http);
}

/// <summary>
/// Submits videos, reads them and copies their content through the door that needs our key. A submission is one POST that is never repeated;
/// it carries our attempt id as its <c>Idempotency-Key</c>, for gateways that look at one. Nothing is deleted there: the copy is the
/// operator's to keep.
/// </summary>
internal sealed class OpenAiVideosProvider(ProviderSettings settings, IUpstreamHttp http) : IVideoProvider
{
    private static readonly TimeSpan CopyTimeout = TimeSpan.FromMinutes(10);

    private readonly OutboundAnswers _answers = new(settings);
    private readonly string _videos = BaseOf(settings.BaseUrl) + Wire.VideosPath;

    /// <inheritdoc/>
    public string Name => settings.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => settings.Facts;

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        if (submission.Images.Length > 1)
        {
            return new SubmitResult.Refused(
                RefusalClass.Input,
                $"{Name} is spoken to in the shape of OpenAI's Videos API, which has one picture and no end frame. Send the task to another provider, or leave the end frame away.",
                Code: FailureCode.ModelUnavailable);
        }

        var isForm = PictureTexts.Choose(settings, submission) is ImageTransport.Upload;
        var (body, refusal) = isForm
            ? await OutboundBodies.FormAsync(submission, cancellationToken).ConfigureAwait(false)
            : await OutboundBodies.JsonAsync(settings, submission, cancellationToken).ConfigureAwait(false);
        if (refusal is not null)
        {
            return refusal;
        }

        var request = Request("POST", _videos) with { Body = body, ContentType = isForm ? OutboundBodies.FormType(submission) : "application/json" };
        request = request with { Headers = request.Headers.Add(new(IdempotencyHeader.Name, submission.Attempt.Value)) };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfSubmission(answer, settings, _answers.Submission);
    }

    /// <inheritdoc/>
    public ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Sighting>(new Sighting.CannotTell("The shape of OpenAI's Videos API does not find a video by an id of ours."));

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(Request("GET", AddressOf(upstreamId)), cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfReading(answer, answered => _answers.Reading(answered, upstreamId));
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId)
    {
        // An event has an id of its own beside the video's; gateways that post the video itself have that alone.
        var posted = WireValue.Read(body);
        return ListedTasks.TryTakeId(posted["data"] is { IsObject: true } data ? OutboundAnswers.IdOf(data) : OutboundAnswers.IdOf(posted), out upstreamId);
    }

    /// <inheritdoc/>
    public ValueTask CopyClipAsync(string reference, Stream target, long lengthMax, CancellationToken cancellationToken) =>
        http.CopyAsync(Request("GET", AddressOf(reference) + Wire.ContentPath) with { Timeout = CopyTimeout }, target, lengthMax, cancellationToken);

    private string AddressOf(string id) => $"{_videos}/{Uri.EscapeDataString(id)}";

    private UpstreamRequest Request(string method, string address) => new(method, new Uri(address)) { Headers = [Credential.Bearer(settings.ApiKey)] };

    // Gateways print their address with the version, as the official clients take it, or without.
    private static string BaseOf(Uri address)
    {
        var text = address.OriginalString.TrimEnd('/');
        return text.EndsWith(Wire.Base, StringComparison.Ordinal) ? text : text + Wire.Base;
    }
}
