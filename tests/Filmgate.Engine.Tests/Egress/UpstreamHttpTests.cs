using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Filmgate.Engine.Egress;
using Filmgate.Model.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Egress;

public sealed class UpstreamHttpTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");
    private static readonly byte[] Body = "{\"prompt\":\"a secret plan\"}"u8.ToArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static UpstreamHttp Open(ILogger<UpstreamHttp>? log = null, ScriptedResolver? resolver = null) => new(
        new EgressOptions { AllowNetworks = [Loopback], ConnectTimeout = TimeSpan.FromSeconds(1) },
        resolver ?? new ScriptedResolver(), TimeProvider.System, log ?? NullLogger<UpstreamHttp>.Instance);

    private static UpstreamRequest Post(RawServer server, string path = "/v1/videos") => Post($"http://127.0.0.1:{server.Port}{path}");

    private static UpstreamRequest Post(string url) => new("POST", new Uri(url))
    {
        Headers = [new("Authorization", "Bearer the-key")],
        Body = Body,
        Timeout = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public async Task An_answer_comes_back_whole_whatever_its_status()
    {
        await using var server = RawServer.Answering("HTTP/1.1 429 Slow\r\nContent-Length: 5\r\nRetry-After: 7\r\nX-Id: one\r\nX-Id: two\r\n\r\nlater");
        using var http = Open();
        var answer = Assert.IsType<UpstreamAnswer.Answered>(await http.SendAsync(Post(server), Cancel));
        Assert.Equal(429, answer.Status);
        Assert.False(answer.IsSuccess);
        Assert.Equal("later", Encoding.UTF8.GetString(answer.Body.Span));
        Assert.Equal(TimeSpan.FromSeconds(7), answer.RetryAfter);
        Assert.Equal("one", answer.Headers["x-id"]);
        var head = Assert.Single(server.Heads);
        Assert.Contains("Authorization: Bearer the-key", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", head, StringComparison.Ordinal);
        Assert.Contains("Accept-Encoding: identity", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submission_is_never_sent_again_when_the_server_closes_a_connection_that_it_kept_open()
    {
        // The first answer leaves the connection open as if more were welcome; then the server closes it without a word.
        var heads = new ConcurrentQueue<string>();
        await using var server = new KeepAliveServer(heads);
        using var http = Open();
        var url = $"http://127.0.0.1:{server.Port}/v1/videos";
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<UpstreamAnswer.Answered>(await http.SendAsync(Post(url + "?n=" + i), Cancel));
            server.CloseAll();
        }

        Assert.Equal(20, heads.Count);
        Assert.Equal(20, heads.Distinct().Count());
        Assert.Equal(20, server.Connections);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_connection_that_closes_before_a_word_of_the_answer_is_not_tried_again(string method)
    {
        await using var server = new RawServer(exchange =>
        {
            exchange.Socket.Close();
            return Task.CompletedTask;
        });
        using var http = Open();
        var request = Post(server) with { Method = method, Body = method == "DELETE" ? default : Body };
        var lost = Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(request, Cancel));
        Assert.DoesNotContain("127.0.0.1", lost.Reason, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task A_head_too_large_for_one_write_is_not_sent_again_when_the_connection_breaks_within_it()
    {
        await using var server = new RawServer(exchange =>
        {
            exchange.Reset();
            return Task.CompletedTask;
        });
        using var http = Open();
        var request = Post(server) with { Body = new byte[1_500_000], Headers = [new("X-Long", new string('a', 20_000))] };
        Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(request, Cancel));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Nothing_was_sent_when_the_connection_is_refused()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var http = Open();
        Assert.IsType<UpstreamAnswer.NotSent>(await http.SendAsync(Post($"http://127.0.0.1:{port}/"), Cancel));
    }

    [Fact]
    public async Task Nothing_was_sent_when_the_name_is_not_known()
    {
        using var http = Open();
        var notSent = Assert.IsType<UpstreamAnswer.NotSent>(await http.SendAsync(Post("https://nobody.example.com/"), Cancel));
        Assert.Contains("resolved", notSent.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_was_sent_when_the_other_side_speaks_no_tls()
    {
        await using var server = new SilentServer(reply: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        using var http = Open();
        var notSent = Assert.IsType<UpstreamAnswer.NotSent>(await http.SendAsync(Post($"https://127.0.0.1:{server.Port}/"), Cancel));
        Assert.Contains("TLS", notSent.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("the-key", server.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_was_sent_when_the_tls_handshake_never_ends()
    {
        await using var server = new SilentServer(reply: null);
        using var http = Open();
        Assert.IsType<UpstreamAnswer.NotSent>(await http.SendAsync(Post($"https://127.0.0.1:{server.Port}/"), Cancel));
    }

    [Theory]
    [InlineData("http://10.1.2.3/v1")]
    [InlineData("https://10.1.2.3/v1")]
    [InlineData("http://kling.example.com/v1")]
    [InlineData("https://inside.example.com/v1")]
    [InlineData("http://user:pass@127.0.0.1/v1")]
    public async Task Nothing_was_sent_to_an_address_that_the_operator_did_not_open(string url)
    {
        var resolver = new ScriptedResolver().With("inside.example.com", "10.1.2.3").With("kling.example.com", "93.184.216.34");
        using var http = Open(resolver: resolver);
        var notSent = Assert.IsType<UpstreamAnswer.NotSent>(await http.SendAsync(Post(url), Cancel));
        Assert.Equal("The provider was not asked: its address may not be reached from here.", notSent.Reason);
    }

    [Theory]
    [InlineData("X-Key", "a\r\nX-Other: b")]
    [InlineData("X-Key", "klucz-ż")]
    [InlineData("Host", "evil.example.com")]
    public async Task Nothing_was_sent_with_a_header_that_cannot_be(string name, string value)
    {
        await using var server = RawServer.Answering(Ok);
        using var http = Open();
        Assert.IsType<UpstreamAnswer.NotSent>(await http.SendAsync(Post(server) with { Headers = [new(name, value)] }, Cancel));
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Len")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("")]
    public async Task The_answer_is_lost_when_it_breaks_off_or_is_no_http(string text)
    {
        await using var server = RawServer.Answering(text);
        using var http = Open();
        Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(Post(server), Cancel));
        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task The_answer_is_lost_when_it_does_not_come_in_time()
    {
        await using var server = new RawServer(exchange => exchange.StallAsync());
        using var http = Open();
        var lost = Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(Post(server) with { Timeout = TimeSpan.FromMilliseconds(300) }, Cancel));
        Assert.Equal("The provider did not answer within 0.3 s.", lost.Reason);
    }

    [Fact]
    public async Task The_deadline_covers_a_body_that_drips()
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (true)
            {
                await exchange.SendAsync("x");
                await Task.Delay(20, exchange.Stop);
            }
        });
        using var http = Open();
        var watch = Stopwatch.StartNew();
        Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(Post(server) with { Timeout = TimeSpan.FromMilliseconds(300) }, Cancel));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"It took {watch.Elapsed}.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_is_lost_when_it_is_larger_than_any_that_is_expected(bool announced)
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync(announced ? "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n");
            await exchange.SendAsync(new byte[10_000_000]);
        });
        using var http = Open();
        Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(Post(server), Cancel));
    }

    [Fact]
    public async Task Too_many_headers_lose_the_answer()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 700).Select(i => $"X-{i}: {new string('a', 100)}\r\n")) + "\r\n");
        using var http = Open();
        Assert.IsType<UpstreamAnswer.Lost>(await http.SendAsync(Post(server), Cancel));
    }

    [Theory]
    [InlineData("GET", 302)]
    [InlineData("POST", 303)]
    [InlineData("POST", 308)]
    public async Task A_redirect_is_an_answer_and_nobody_is_asked_there(string method, int status)
    {
        await using var canary = RawServer.Answering(Ok);
        await using var server = RawServer.Answering($"HTTP/1.1 {status} Elsewhere\r\nLocation: http://127.0.0.1:{canary.Port}/\r\nContent-Length: 0\r\n\r\n");
        using var http = Open();
        var answer = Assert.IsType<UpstreamAnswer.Answered>(await http.SendAsync(Post(server) with { Method = method, Body = method == "GET" ? default : Body }, Cancel));
        Assert.Equal(status, answer.Status);
        Assert.Equal(0, canary.Connections);
    }

    [Fact]
    public async Task No_cookie_is_sent_back()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n");
        using var http = Open();
        await http.SendAsync(Post(server), Cancel);
        await http.SendAsync(Post(server) with { Method = "GET", Body = default }, Cancel);
        Assert.Equal(2, server.Heads.Count);
        Assert.DoesNotContain(server.Heads, head => head.Contains("Cookie", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task An_encoded_body_is_not_unpacked()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b");
        using var http = Open();
        var answer = Assert.IsType<UpstreamAnswer.Answered>(await http.SendAsync(Post(server), Cancel));
        Assert.Equal([0x1f, 0x8b], answer.Body.ToArray());
    }

    [Theory]
    [InlineData("-5", null)]
    [InlineData("1.5", null)]
    [InlineData("99999999999", 3600.0)]
    [InlineData("2147483647", 3600.0)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)]
    public async Task A_wait_that_is_asked_for_is_clamped(string value, double? seconds)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 503 Later\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
        using var http = Open();
        var answer = Assert.IsType<UpstreamAnswer.Answered>(await http.SendAsync(Post(server), Cancel));
        Assert.Equal(seconds, answer.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_so_by_an_exception()
    {
        using var giveUp = new CancellationTokenSource();
        await using var server = new RawServer(async exchange =>
        {
            await giveUp.CancelAsync();
            await exchange.StallAsync();
        });
        using var http = Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.SendAsync(Post(server), giveUp.Token).AsTask());
    }

    [Fact]
    public async Task A_log_names_method_and_host_and_nothing_that_was_sent_or_answered()
    {
        var log = new RecordingLog();
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nX-Answer: answered-secret\r\nContent-Length: 50\r\n\r\nbody-secret");
        using var http = Open(log);
        await http.SendAsync(Post(server, "/path-secret?query-secret"), Cancel);
        var line = Assert.Single(log.Lines);
        Assert.Contains("POST to 127.0.0.1", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.DoesNotContain("the-key", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_copied_with_the_credentials_to_the_host_that_was_named()
    {
        await using var server = RawServer.Answering(Ok);
        using var http = Open();
        using var target = new MemoryStream();
        await http.CopyAsync(Post(server) with { Method = "GET", Body = default }, target, 5, Cancel);
        Assert.Equal("hello"u8.ToArray(), target.ToArray());
        Assert.Contains("Bearer the-key", Assert.Single(server.Heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 302 No\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlonger")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")]
    public async Task A_file_that_is_not_there_whole_is_an_exception_whose_words_may_be_shown(string text)
    {
        await using var server = RawServer.Answering(text);
        using var http = Open();
        using var target = new MemoryStream();
        var error = await Assert.ThrowsAsync<UpstreamException>(() => http.CopyAsync(Post(server) with { Method = "GET", Body = default }, target, 5, Cancel).AsTask());
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Heads);
    }

    private sealed class RecordingLog : ILogger<UpstreamHttp>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);
    }

    /// <summary>Answers every request on every connection and leaves it open until told to close all.</summary>
    private sealed class KeepAliveServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentQueue<Socket> _open = [];
        private readonly ConcurrentQueue<string> _heads;
        private readonly Task _accepting;
        private int _connections;

        public KeepAliveServer(ConcurrentQueue<string> heads)
        {
            _heads = heads;
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Connections => Volatile.Read(ref _connections);

        public void CloseAll()
        {
            while (_open.TryDequeue(out var socket))
            {
                socket.Dispose();
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _accepting;
            CloseAll();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var socket = await _listener.AcceptSocketAsync();
                    Interlocked.Increment(ref _connections);
                    _open.Enqueue(socket);
                    _ = ServeAsync(socket);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
            }
        }

        private async Task ServeAsync(Socket socket)
        {
            try
            {
                var buffer = new byte[64 * 1024];
                var text = new StringBuilder();
                while (true)
                {
                    var read = await socket.ReceiveAsync(buffer);
                    if (read == 0)
                    {
                        return;
                    }

                    text.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    if (text.ToString().EndsWith('}'))
                    {
                        _heads.Enqueue(text.ToString().Split('\r')[0]);
                        text.Clear();
                        await socket.SendAsync(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"));
                    }
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }
        }
    }

    /// <summary>Reads whatever comes and answers once with plain text, or never.</summary>
    private sealed class SilentServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly StringBuilder _received = new();
        private readonly Task _serving;

        public SilentServer(string? reply)
        {
            _listener.Start();
            _serving = ServeAsync(reply);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public string Received
        {
            get
            {
                lock (_received)
                {
                    return _received.ToString();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await _serving;
            _stop.Dispose();
        }

        private async Task ServeAsync(string? reply)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                var buffer = new byte[4096];
                while (await socket.ReceiveAsync(buffer, _stop.Token) is var read and > 0)
                {
                    lock (_received)
                    {
                        _received.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    }

                    if (reply is not null)
                    {
                        await socket.SendAsync(Encoding.Latin1.GetBytes(reply), _stop.Token);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }
}
