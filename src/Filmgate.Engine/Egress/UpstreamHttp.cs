using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Filmgate.Model.Providers;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Egress;

/// <summary>
/// The one client for provider APIs. Whether a request was sent is observed, not guessed from an exception: a request other than GET
/// has a connection of its own, and the first write of the request's own bytes, after every handshake, is the moment from which on the
/// provider may have it. Before that moment every failure is <see cref="UpstreamAnswer.NotSent"/>, after it <see cref="UpstreamAnswer.Lost"/>.
/// </summary>
/// <remarks>
/// No redirect is followed, no cookie kept, no proxy used, no content encoding undone; an encoding that nobody asked for stays bytes that
/// no dialect understands. The operator names the addresses, so any port is open; private ones, and plain http, only within
/// <c>FILMGATE_ALLOW_NETWORKS</c>. Logs name method, host and kind of failure, and never a path, a header or a body.
/// </remarks>
public sealed partial class UpstreamHttp : IUpstreamHttp, IDisposable
{
    /// <summary>Largest API answer that is read, in bytes.</summary>
    public const int AnswerLengthMax = 2 * 1024 * 1024;

    // A dead provider must not take the sockets of the others.
    private const int ExchangesPerHostMax = 64;

    private readonly EgressOptions _options;
    private readonly OutboundUrlRules _rules;
    private readonly TimeProvider _time;
    private readonly ILogger<UpstreamHttp> _log;
    private readonly GuardedDialer _dialer;
    private readonly HttpMessageInvoker _reading;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the client.</summary>
    /// <param name="options">Limits; its time limits for connecting and for idle bodies are used.</param>
    /// <param name="resolver">Resolves names.</param>
    /// <param name="time">Runs the deadlines and reads dates in <c>Retry-After</c>.</param>
    /// <param name="log">The log.</param>
    public UpstreamHttp(EgressOptions options, IHostResolver resolver, TimeProvider time, ILogger<UpstreamHttp> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options with { MaxConnectionsPerServer = ExchangesPerHostMax };
        _rules = RulesFor(options.AllowNetworks);
        _time = time;
        _log = log;
        _dialer = new GuardedDialer(_rules, _options, resolver, time);
        _reading = GuardedTransport.Open(_rules, _options, resolver, time);
    }

    /// <summary>What the address of a provider must satisfy: https, or a host within the networks that the operator opened.</summary>
    public static OutboundUrlRules RulesFor(IReadOnlyList<IPNetwork> allowNetworks) =>
        new() { AllowNetworks = allowNetworks, AllowedPorts = null, RequireHttps = true, MaxLength = 8192 };

    /// <inheritdoc/>
    public async ValueTask<UpstreamAnswer> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sending = new SingleSending(_time, _options.FirstByteTimeout);
        var isRead = request.Method == "GET";
        try
        {
            using var message = Message(request);
            using var place = await EnterAsync(request, cancellationToken).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(request.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var own = isRead ? null : GuardedTransport.OpenForOne(_dialer, _options, sending);
            using var response = await (own ?? _reading).SendAsync(message, either.Token).ConfigureAwait(false);
            var body = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return new UpstreamAnswer.Answered((int)response.StatusCode, body, RetryAfter.Parse(RawHeader(response, "Retry-After"), _time.GetUtcNow()))
            {
                Headers = Headers(response),
            };
        }
        catch (Exception error)
        {
            var mapped = EgressFailures.Map(error, "talking to the provider", cancellationToken);
            if (mapped is not EgressException failure)
            {
                if (ReferenceEquals(mapped, error))
                {
                    throw;
                }

                throw mapped;
            }

            var wasSent = isRead ? MayHaveLeft(failure.Failure) : sending.HasBegun;
            LogFailed(request.Method, request.Url.Host, failure.Failure, failure.Message);
            return wasSent
                ? new UpstreamAnswer.Lost(LostReason(failure.Failure, request.Timeout))
                : new UpstreamAnswer.NotSent(NotSentReason(failure.Failure));
        }
    }

    /// <inheritdoc/>
    public async ValueTask CopyAsync(UpstreamRequest request, Stream target, long lengthMax, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(target);
        if (request.Method != "GET")
        {
            throw new ArgumentException("Only the answer to a GET can be copied.", nameof(request));
        }

        try
        {
            using var message = Message(request);
            using var place = await EnterAsync(request, cancellationToken).ConfigureAwait(false);
            using var total = new CancellationTokenSource(request.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
            var response = await _reading.SendAsync(message, either.Token).ConfigureAwait(false);
            using var body = new FetchedResponse(response, total, _options.IdleTimeout, _time, static () => { });
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new UpstreamException($"The provider answered with status {(int)response.StatusCode} instead of the file.")
                {
                    Status = (int)response.StatusCode,
                    RetryAfter = RetryAfter.Parse(RawHeader(response, "Retry-After"), _time.GetUtcNow()),
                };
            }

            await body.CopyToAsync(target, lengthMax, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not UpstreamException)
        {
            var mapped = EgressFailures.Map(error, "copying from the provider", cancellationToken);
            if (mapped is EgressException failure)
            {
                LogFailed(request.Method, request.Url.Host, failure.Failure, failure.Message);
                throw new UpstreamException($"The provider's file {failure.PublicMessage}.", failure);
            }

            if (ReferenceEquals(mapped, error))
            {
                throw;
            }

            throw mapped;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reading.Dispose();
        foreach (var host in _hosts.Values)
        {
            host.Dispose();
        }
    }

    private HttpRequestMessage Message(UpstreamRequest request)
    {
        var verdict = OutboundUrl.Check(request.Url.OriginalString, _rules);
        if (verdict.Url is not { } url)
        {
            throw new EgressException(EgressFailure.RefusedUrl, $"The provider's address is refused: {verdict.Refusal}.");
        }

        var message = new HttpRequestMessage(HttpMethod.Parse(request.Method), url);
        try
        {
            RequestHeaders.AddStandard(message);
            message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            if (!request.Body.IsEmpty)
            {
                message.Content = new ReadOnlyMemoryContent(request.Body);
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
            }
            else if (request.Method is "POST" or "PUT")
            {
                message.Content = new ReadOnlyMemoryContent(ReadOnlyMemory<byte>.Empty);
            }

            foreach (var (name, value) in request.Headers)
            {
                RequestHeaders.Add(message, name, value);
            }

            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private async ValueTask<Place> EnterAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        var host = _hosts.GetOrAdd(request.Url.Authority, static _ => new SemaphoreSlim(ExchangesPerHostMax));
        await host.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Place(host);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > AnswerLengthMax)
        {
            throw TooLarge();
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var kept = new MemoryStream();
        var piece = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            kept.Write(piece, 0, read);
            if (kept.Length > AnswerLengthMax)
            {
                throw TooLarge();
            }
        }

        return kept.ToArray();
    }

    private static EgressException TooLarge() => new(EgressFailure.TooLarge, $"The answer is larger than {AnswerLengthMax} bytes.");

    private static ImmutableDictionary<string, string> Headers(HttpResponseMessage response)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            found.TryAdd(name, values.FirstOrDefault() ?? "");
        }

        return found.ToImmutable();
    }

    private static string? RawHeader(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    // For a read it only words the reason: reading again costs nothing.
    private static bool MayHaveLeft(EgressFailure failure) => failure is not (
        EgressFailure.RefusedUrl or EgressFailure.RefusedAddress or EgressFailure.RefusedHeader or EgressFailure.NameNotResolved
        or EgressFailure.ConnectFailed or EgressFailure.TlsFailed);

    private static string NotSentReason(EgressFailure failure) => failure switch
    {
        EgressFailure.NameNotResolved => "The provider could not be reached: its name could not be resolved.",
        EgressFailure.TlsFailed => "The provider could not be reached: the TLS handshake failed.",
        EgressFailure.Timeout => "The provider could not be reached in time.",
        EgressFailure.RefusedUrl or EgressFailure.RefusedAddress => "The provider was not asked: its address may not be reached from here.",
        EgressFailure.RefusedHeader => "The provider was not asked: a header that it needs cannot be sent.",
        _ => "The provider could not be reached: no connection.",
    };

    private static string LostReason(EgressFailure failure, TimeSpan timeout) => failure switch
    {
        EgressFailure.Timeout => $"The provider did not answer within {timeout.TotalSeconds:0.#} s.",
        EgressFailure.TooLarge => "The provider's answer is larger than any that is expected.",
        _ => "The connection to the provider broke off before its answer was read.",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} to {Host} failed ({Failure}): {Detail}")]
    private partial void LogFailed(string method, string host, EgressFailure failure, string detail);

    private readonly struct Place(SemaphoreSlim host) : IDisposable
    {
        public void Dispose() => host.Release();
    }
}
