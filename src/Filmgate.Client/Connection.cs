using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Filmgate.Client;

/// <summary>One server and one key: sends requests, and decides which may be sent again.</summary>
/// <param name="http">The transport.</param>
/// <param name="root">The server's address, with a slash at the end.</param>
/// <param name="key">The API key.</param>
/// <param name="options">How patient to be.</param>
internal sealed class Connection(HttpClient http, Uri root, string key, FilmgateClientOptions options)
{
    private const string LastEventId = "Last-Event-ID";
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(5);

    /// <summary>How patient to be.</summary>
    public FilmgateClientOptions Options => options;

    /// <summary>
    /// Posts once. There is no second try: when the answer is lost nobody knows whether the server accepted, and a clip
    /// asked for twice is paid twice.
    /// </summary>
    /// <param name="path">Path below the server's address.</param>
    /// <param name="json">The body.</param>
    /// <param name="idempotencyKey">Names the request; null sends no name.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the server may have accepted all the same.</param>
    public Task<Answer> PostOnceAsync(string path, byte[] json, string? idempotencyKey, CancellationToken cancellationToken) =>
        SendOnceAsync(HttpMethod.Post, path, json, idempotencyKey, cancellationToken);

    /// <summary>Sends a change once, for the same reason.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path below the server's address.</param>
    /// <param name="json">The body; null sends none.</param>
    /// <param name="idempotencyKey">Names the request; null sends no name.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the server may have done it all the same.</param>
    public async Task<Answer> SendOnceAsync(HttpMethod method, string path, byte[]? json, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(root, path));
        if (json is not null)
        {
            request.Content = new ByteArrayContent(json);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await AskAsync(request, cancellationToken);
    }

    /// <summary>Reads, again and again while the failure may pass.</summary>
    /// <param name="path">Path and query below the server's address.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public Task<Answer> GetAsync(string path, CancellationToken cancellationToken) => RetryAsync(
        async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
            return await AskAsync(request, cancellationToken);
        },
        cancellationToken);

    /// <summary>Reads a text that is not JSON; refusals are read as those of every other answer.</summary>
    /// <param name="path">Path and query below the server's address.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) => RetryAsync(
        async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
            return await AskAsync(
                request,
                (status, text, retryAfter) => (int)status is >= 200 and <= 299 ? text : Answer.Read(status, text, retryAfter).Text,
                cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// Copies a file. The key is not sent: a result's address may belong to somebody else's host, and is a secret itself.
    /// </summary>
    /// <param name="url">Address of the file; a relative one is below the server's.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="cancellationToken">Stops copying.</param>
    /// <returns>The number of bytes, which is the number announced where one was.</returns>
    public async Task<long> CopyAsync(string url, Stream destination, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, url));
        using var patience = new Patience(options, cancellationToken);
        var writing = false;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw new FilmgateException($"The clip cannot be downloaded: its address answers {(int)response.StatusCode}.", response.StatusCode)
                {
                    RetryAfter = Answer.RetryAfter(response.Headers.RetryAfter, options.Time.GetUtcNow()),
                };
            }

            await using var source = await response.Content.ReadAsStreamAsync(patience.Token);
            var buffer = new byte[81920];
            long length = 0;
            while (await source.ReadAsync(buffer, patience.Token) is var read and > 0)
            {
                patience.Renew();
                writing = true;
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                writing = false;
                length += read;
            }

            return response.Content.Headers.ContentLength is { } announced && announced != length
                ? throw new FilmgateException($"The download ended after {length} of {announced} bytes.")
                : length;
        }
        catch (Exception exception) when (!writing && patience.Translate(exception, request.RequestUri!) is { } translated)
        {
            // A full disk is the caller's trouble and stays what it is; the server could do nothing about it.
            throw translated;
        }
    }

    /// <summary>
    /// Reads server-sent events from one connection, until it ends or breaks. A connection that is quiet for longer than the server's heartbeats
    /// allow has broken.
    /// </summary>
    /// <param name="path">Path and query below the server's address.</param>
    /// <param name="lastId">The id behind which to go on; null begins with the present.</param>
    /// <param name="opened">Called when the server has taken the request, with the id that it says the stream begins behind; null when it says none.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public async IAsyncEnumerable<SseItem<byte[]>> StreamAsync(
        string path, string? lastId, Action<string?> opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root, path));
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation(LastEventId, lastId);
        }

        using var patience = new Patience(options, cancellationToken);
        HttpResponseMessage? response = null;
        Stream? body = null;
        try
        {
            try
            {
                response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
                if (response.StatusCode == HttpStatusCode.NoContent)
                {
                    yield break;
                }

                if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
                {
                    // Whatever it is, it is no stream: a refusal, or an answer of something else, which is refused as well.
                    var text = await response.Content.ReadAsStringAsync(patience.Token);
                    var retryAfter = Answer.RetryAfter(response.Headers.RetryAfter, options.Time.GetUtcNow());
                    _ = Answer.Read(response.StatusCode, text, retryAfter);
                    throw new FilmgateException("The server answered without a stream of events.", response.StatusCode) { RawResponse = text };
                }

                body = new QuietLimit(await response.Content.ReadAsStreamAsync(patience.Token), patience, options.StreamQuietMax);
            }
            catch (Exception exception) when (patience.Translate(exception, request.RequestUri!) is { } translated)
            {
                throw translated;
            }

            opened(response.Headers.TryGetValues(LastEventId, out var begin) ? begin.First() : null);
            await using var items = SseParser.Create(body, static (_, data) => data.ToArray()).EnumerateAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
            while (true)
            {
                bool isThere;
                try
                {
                    isThere = await items.MoveNextAsync();
                }
                catch (Exception exception) when (patience.Translate(exception, request.RequestUri!) is { } translated)
                {
                    throw translated;
                }

                if (!isThere)
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
        finally
        {
            body?.Dispose();
            response?.Dispose();
        }
    }

    /// <summary>Does something that changes nothing on the server, again and again while its failure may pass.</summary>
    /// <param name="read">What is done.</param>
    /// <param name="cancellationToken">Stops waiting for the next try.</param>
    public async Task<T> RetryAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            TimeSpan delay;
            try
            {
                return await read();
            }
            catch (FilmgateException exception) when (
                exception.IsTransient && tries < options.ReadTriesMax && !(exception.RetryAfter > options.RetryAfterMax))
            {
                var backOff = options.RetryDelayMin * Math.Pow(2, Math.Min(tries - 1, 10));
                delay = exception.RetryAfter ?? (backOff < RetryDelayMax ? backOff : RetryDelayMax);
            }

            await Task.Delay(delay, options.Time, cancellationToken);
        }
    }

    private Task<Answer> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Accept.ParseAdd("application/json");
        return AskAsync(request, Answer.Read, cancellationToken);
    }

    private async Task<T> AskAsync<T>(HttpRequestMessage request, Func<HttpStatusCode, string, TimeSpan?, T> read, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var patience = new Patience(options, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, patience.Token);
            return read(
                response.StatusCode,
                await response.Content.ReadAsStringAsync(patience.Token),
                Answer.RetryAfter(response.Headers.RetryAfter, options.Time.GetUtcNow()));
        }
        catch (Exception exception) when (patience.Translate(exception, request.RequestUri!) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>The caller's token joined with a time limit, and the knowledge which of the two it was.</summary>
    private sealed class Patience : IDisposable
    {
        private readonly FilmgateClientOptions _options;
        private readonly CancellationToken _caller;
        private readonly CancellationTokenSource _limit;
        private readonly CancellationTokenSource _both;

        public Patience(FilmgateClientOptions options, CancellationToken caller)
        {
            _options = options;
            _caller = caller;
            _limit = new CancellationTokenSource(options.RequestTimeout, options.Time);
            _both = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, caller);
        }

        public CancellationToken Token => _both.Token;

        /// <summary>Whether it was the time limit, and not the caller.</summary>
        public bool IsOver => _limit.IsCancellationRequested && !_caller.IsCancellationRequested;

        public void Renew() => Renew(_options.RequestTimeout);

        public void Renew(TimeSpan limit) => _limit.CancelAfter(limit);

        /// <summary>What a failure of the transport means to the caller; null for what is not one.</summary>
        public FilmgateException? Translate(Exception exception, Uri address) => exception switch
        {
            _ when _caller.IsCancellationRequested => null,
            OperationCanceledException => new FilmgateException(
                $"{address.GetLeftPart(UriPartial.Authority)} did not answer within {_options.RequestTimeout.TotalSeconds:0.#} s.", null, exception),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => new FilmgateException(
                $"{address.GetLeftPart(UriPartial.Authority)} cannot be reached: {Innermost(exception)}", null, exception),
            HttpRequestException or IOException => new FilmgateException(
                $"The connection to {address.GetLeftPart(UriPartial.Authority)} broke: {Innermost(exception)}", null, exception),
            _ => null,
        };

        public void Dispose()
        {
            _both.Dispose();
            _limit.Dispose();
        }

        private static string Innermost(Exception exception) => exception.GetBaseException().Message;
    }

    /// <summary>A stream of events, whose every read renews the patience.</summary>
    private sealed class QuietLimit(Stream inner, Patience patience, TimeSpan limit) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Only the server's silence counts, and not how long its events are thought about here.
            patience.Renew(limit);
            try
            {
                return await inner.ReadAsync(buffer, patience.Token);
            }
            catch (OperationCanceledException) when (patience.IsOver)
            {
                throw new IOException($"nothing came for {limit.TotalSeconds:0.#} s");
            }
            finally
            {
                patience.Renew(Timeout.InfiniteTimeSpan);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
