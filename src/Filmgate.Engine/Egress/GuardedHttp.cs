using System.Net.Http;

namespace Filmgate.Engine.Egress;

/// <summary>
/// The one HTTP client for addresses that a caller or a provider names: pictures, webhooks, result clips. It reaches public
/// addresses and those the operator has opened, sends no credentials of ours, and bounds time, bytes and redirects.
/// </summary>
/// <remarks>
/// It is no client for provider APIs, whose base URLs the operator sets: that is <see cref="UpstreamHttp"/>. Safe for concurrent use; keep one per process.
/// Connections are dialled by address after the check, with the original name in SNI, certificate check and Host.
/// </remarks>
public sealed class GuardedHttp : IDisposable
{
    // Signed links of result stores are longer than what we take from callers.
    private const int LongestFetchedUrl = 8192;

    private readonly EgressOptions _options;
    private readonly TimeProvider _time;
    private readonly OutboundUrlRules _fetchRules;
    private readonly OutboundUrlRules _callbackRules;
    private readonly HttpMessageInvoker _fetching;
    private readonly HttpMessageInvoker _posting;
    private readonly SemaphoreSlim _fetchSlots;
    private readonly SemaphoreSlim _postSlots;

    /// <summary>Creates the client.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="resolver">Resolves names.</param>
    /// <param name="time">Runs the deadlines and reads dates in <c>Retry-After</c>.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names all of them.</exception>
    public GuardedHttp(EgressOptions options, IHostResolver resolver, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(resolver);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        _options = options;
        _time = time;
        _fetchRules = options.FetchRules with { MaxLength = LongestFetchedUrl };
        _callbackRules = options.CallbackRules;
        // Two pools: a connection that is good enough for a picture over http may not carry a webhook.
        _fetching = GuardedTransport.Open(_fetchRules, options, resolver, time);
        _posting = GuardedTransport.Open(_callbackRules, options with { MaxConnectionsPerServer = options.MaxConcurrentPosts }, resolver, time);
        _fetchSlots = new SemaphoreSlim(options.MaxConcurrentRequests);
        _postSlots = new SemaphoreSlim(options.MaxConcurrentPosts);
    }

    /// <summary>Fetches a URL, following redirects, up to the head of a 200 answer.</summary>
    /// <param name="url">The URL; its text is checked again here, so no unchecked one can slip in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="totalTimeout">Replaces <see cref="EgressOptions.TotalTimeout"/>, for large files.</param>
    /// <param name="rest">
    /// Where an earlier answer broke off; null for the whole. A server that still has the same file may send the rest alone
    /// (<see cref="FetchedResponse.Offset"/> says whether it did), any other sends all of it.
    /// </param>
    /// <returns>The answer with its body still to be read. The total deadline runs on until it is disposed.</returns>
    /// <exception cref="EgressException">Any failure, <see cref="EgressFailure.BadStatus"/> for a status that brings no file.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<FetchedResponse> GetAsync(Uri url, CancellationToken cancellationToken, TimeSpan? totalTimeout = null, RestOfFile? rest = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        var current = Checked(url, _fetchRules);

        await _fetchSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        var total = new CancellationTokenSource(totalTimeout ?? _options.TotalTimeout, _time);
        HttpResponseMessage? response = null;
        var redirects = 0;
        var handedOver = false;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
            for (; ; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, current);
                RequestHeaders.AddStandard(request);
                request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
                if (rest is not null)
                {
                    request.Headers.TryAddWithoutValidation("Range", $"bytes={rest.Offset}-");
                    request.Headers.TryAddWithoutValidation("If-Range", rest.Validator);
                }
                response = await SendAsync(_fetching, request, either.Token, cancellationToken).ConfigureAwait(false);
                var status = (int)response.StatusCode;
                if (status == 200 || (status == 206 && rest is not null && BeginsAt(response, rest.Offset)))
                {
                    handedOver = true;
                    return new FetchedResponse(response, total, _options.IdleTimeout, _time, () => _fetchSlots.Release()) { Offset = status == 206 ? rest!.Offset : 0 };
                }
                if (status is not (301 or 302 or 303 or 307 or 308))
                {
                    throw new EgressException(EgressFailure.BadStatus, $"{current.Host} answered with status {status}.")
                    {
                        StatusCode = status,
                        RetryAfter = RetryAfter.Parse(RawHeader(response, "Retry-After"), _time.GetUtcNow()),
                    };
                }
                if (redirects == _options.MaxRedirects)
                    throw new EgressException(EgressFailure.TooManyRedirects, $"{current.Host} redirects once more after {redirects} redirects.");
                current = Redirected(current, response);
                response.Dispose();
            }
        }
        catch (EgressException e) when (e.Failure == EgressFailure.RefusedAddress && redirects > 0)
        {
            // The address that was named is good; only the one it led to is not.
            throw new EgressException(EgressFailure.RefusedRedirect, e.Message, e);
        }
        finally
        {
            if (!handedOver)
            {
                response?.Dispose();
                total.Dispose();
                _fetchSlots.Release();
            }
        }
    }

    /// <summary>Posts a body once; redirects are not followed. What it answers is the outcome, whatever its status.</summary>
    /// <param name="url">The URL: https, or http towards <see cref="EgressOptions.AllowNetworks"/>.</param>
    /// <param name="headers">Headers to send, with Content-Type among them.</param>
    /// <param name="body">The bytes to send.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Status and the beginning of the answer. An answer that drips or breaks off after its status still counts: what was
    /// read by then is returned and the connection is dropped.
    /// </returns>
    /// <exception cref="EgressException">There was no status, or a header is not valid.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<PostAnswer> PostAsync(
        Uri url, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(headers);
        using var request = new HttpRequestMessage(HttpMethod.Post, Checked(url, _callbackRules)) { Content = new ReadOnlyMemoryContent(body) };
        RequestHeaders.AddStandard(request);
        foreach (var (name, value) in headers)
            RequestHeaders.Add(request, name, value);

        await _postSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var limit = new CancellationTokenSource(_options.AnswerTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var response = await SendAsync(_posting, request, either.Token, cancellationToken).ConfigureAwait(false);
            var kept = await ReadBeginningAsync(response, either.Token, cancellationToken).ConfigureAwait(false);
            var wait = RetryAfter.Parse(RawHeader(response, "Retry-After"), _time.GetUtcNow());
            return new PostAnswer((int)response.StatusCode, wait, kept);
        }
        finally
        {
            _postSlots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fetching.Dispose();
        _posting.Dispose();
        // The semaphores own no handle unless one is asked for, and a response may still give its slot back.
    }

    // Nothing else is believed of a partial answer: bytes of another place would make a file that only looks whole.
    private static bool BeginsAt(HttpResponseMessage response, long offset) =>
        response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } && from == offset;

    private static Uri Checked(Uri url, OutboundUrlRules rules)
    {
        var result = OutboundUrl.Check(url.OriginalString, rules);
        return result.Url ?? throw new EgressException(EgressFailure.RefusedUrl, $"The URL is refused: {result.Refusal}.");
    }

    private Uri Redirected(Uri from, HttpResponseMessage response)
    {
        if (RawHeader(response, "Location") is not { Length: > 0 } location)
            throw new EgressException(EgressFailure.RefusedRedirect, $"{from.Host} redirects without saying where to.");
        var target = OutboundUrl.CheckRedirect(from, location, _fetchRules);
        return target.Url
            ?? throw new EgressException(EgressFailure.RefusedRedirect, $"{from.Host} redirects to a URL that is not allowed: {target.Refusal}.");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpMessageInvoker invoker, HttpRequestMessage request, CancellationToken token, CancellationToken caller)
    {
        try
        {
            return await invoker.SendAsync(request, token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var mapped = EgressFailures.Map(e, "waiting for the answer", caller);
            if (ReferenceEquals(mapped, e))
                throw;
            throw mapped;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBeginningAsync(HttpResponseMessage response, CancellationToken token, CancellationToken caller)
    {
        var kept = new byte[PostAnswer.MostBodyBytes];
        var scratch = new byte[4096];
        var keptBytes = 0;
        var seen = 0;
        try
        {
            var body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            // Reading a little beyond what is kept lets an ordinary answer end, so that its connection can be used again.
            while (seen < GuardedTransport.MostDrainedBytes)
            {
                var room = keptBytes < kept.Length ? kept.AsMemory(keptBytes) : scratch;
                var read = await body.ReadAsync(room, token).ConfigureAwait(false);
                if (read == 0)
                    break;
                seen += read;
                keptBytes = Math.Min(seen, kept.Length);
            }
        }
        catch (Exception e) when (!caller.IsCancellationRequested && e is OperationCanceledException or IOException or HttpRequestException)
        {
            // The status has been said; that the rest did not arrive changes nothing.
        }
        return kept.AsMemory(0, keptBytes);
    }

    private static string? RawHeader(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
