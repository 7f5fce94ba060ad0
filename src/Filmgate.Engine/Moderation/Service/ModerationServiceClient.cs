using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Moderation.Service;

/// <summary>
/// Asks a moderation service in the widely served shape <c>POST /v1/moderations</c>: prompt and pictures in, flagged categories out.
/// The operator names its address, so any port is open; a private address is reached only through <c>FILMGATE_ALLOW_NETWORKS</c>, and
/// only there without TLS, because what is sent are callers' words and pictures.
/// </summary>
public sealed class ModerationServiceClient : IModerator, IDisposable
{
    /// <summary>Largest answer that is read, in bytes.</summary>
    public const int AnswerLengthMax = 1024 * 1024;

    // A request may hold two pictures of 10 MB as base64; more of them at a time would be felt in memory.
    private const int ConcurrencyMax = 8;

    private readonly ModerationServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private readonly SemaphoreSlim _slots = new(ConcurrencyMax);

    /// <summary>Creates the client.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="resolver">Resolves names.</param>
    /// <param name="time">Runs the deadline.</param>
    public ModerationServiceClient(ModerationServiceOptions options, IHostResolver resolver, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        var egress = new EgressOptions { AllowNetworks = options.AllowNetworks, MaxConnectionsPerServer = ConcurrencyMax };
        _http = GuardedTransport.Open(RulesFor(options.AllowNetworks), egress, resolver, time);
    }

    /// <summary>What the service's address must satisfy.</summary>
    public static OutboundUrlRules RulesFor(IReadOnlyList<IPNetwork> allowNetworks) =>
        new() { AllowNetworks = allowNetworks, AllowedPorts = null, RequireHttps = true };

    /// <inheritdoc/>
    public async ValueTask<ModerationVerdict> JudgeAsync(ModerationCase request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var limit = new CancellationTokenSource(_options.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var (answer, why) = await AskAsync(request, either.Token, cancellationToken).ConfigureAwait(false);
            return answer?.Judge(_options.Threshold, !request.Pictures.IsEmpty) ?? new ModerationVerdict.Unavailable(why!);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
    }

    private async ValueTask<(ModerationAnswer? Answer, string? Why)> AskAsync(ModerationCase request, CancellationToken token, CancellationToken caller)
    {
        var body = await ModerationBody.WriteAsync(_options.Model, request, caller).ConfigureAwait(false);
        try
        {
            using var message = Message(body);
            using var response = await _http.SendAsync(message, token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (null, $"The moderation service answered with status {(int)response.StatusCode}.");
            }

            var bytes = await ReadAsync(response, token).ConfigureAwait(false);
            return bytes is null ? (null, $"The moderation service answered with more than {AnswerLengthMax} bytes.")
                : ModerationAnswer.Read(bytes) is { } answer ? (answer, null)
                : (null, "The moderation service answered with something that is no moderation result.");
        }
        catch (Exception error)
        {
            var mapped = EgressFailures.Map(error, "asking the moderation service", caller);
            if (mapped is EgressException failure)
            {
                return (null, failure.Message);
            }

            if (ReferenceEquals(mapped, error))
            {
                throw;
            }

            throw mapped;
        }
    }

    private HttpRequestMessage Message(ReadOnlyMemory<byte> body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("Filmgate", "1"));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_options.ApiKey is { } key)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return message;
    }

    /// <summary>The body; null when it is larger than is taken.</summary>
    private static async ValueTask<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken token)
    {
        if (response.Content.Headers.ContentLength > AnswerLengthMax)
        {
            return null;
        }

        var body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
        var kept = new MemoryStream();
        var piece = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(piece, token).ConfigureAwait(false)) > 0)
        {
            kept.Write(piece, 0, read);
            if (kept.Length > AnswerLengthMax)
            {
                return null;
            }
        }

        return kept.ToArray();
    }
}
