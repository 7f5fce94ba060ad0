using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Tests.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>Section H of the reliability reference: requests that no client library sends. Each is a 4xx or a right answer, never a 5xx or a hang.</summary>
public sealed class HttpOddityTests(TestGateway gateway)
{
    private const string Key = "Authorization: Bearer " + ScriptedDesk.LiveKey + "\r\n";
    private const string Good = """{"input":{"mode":"master-text-to-video","prompt":"a cat"}}""";
    private const string Balance = """{"code":200,"message":"success","data":12.34}""";

    public static TheoryData<string, string, int> Requests => new()
    {
        { "no Host", Get("", host: ""), 400 },
        { "two Hosts", Get("", host: "Host: a.test\r\nHost: b.test\r\n"), 400 },
        { "Host with a path", Get("", host: "Host: a.test/x\r\n"), 400 },
        { "Host with a user", Get("", host: "Host: u@a.test\r\n"), 400 },
        { "Host of somebody else", Get("", host: "Host: evil.example\r\n"), 200 },
        { "forwarding headers", Get("X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: host=evil.example\r\nX-Original-URL: /admin\r\n"), 200 },
        { "HTTP/0.9", "GET /api/v1/apikeys/current-balance\r\n\r\n", 400 },
        { "HTTP/1.0 without Host", $"GET /api/v1/apikeys/current-balance HTTP/1.0\r\n{Key}\r\n", 200 },
        { "HTTP/1.2", Get("").Replace("HTTP/1.1", "HTTP/1.2", StringComparison.Ordinal), 505 },
        { "HTTP/2 without TLS, ended by an HTTP/2 frame", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0 },
        { "lower-case method", Get("").Replace("GET ", "get ", StringComparison.Ordinal), 200 },
        { "method with a control character", Get("").Replace("GET ", "G\u0001T ", StringComparison.Ordinal), 400 },
        { "no target", "GET  HTTP/1.1\r\nHost: a.test\r\n\r\n", 400 },
        { "target without slash", "GET api/v1 HTTP/1.1\r\nHost: a.test\r\n\r\n", 400 },
        { "absolute target", Get("", target: "http://a.test/api/v1/apikeys/current-balance"), 200 },
        { "target with U+0000", Get("", target: "/api/v1/tasks/%00"), 400 },
        { "target with a raw control character", Get("", target: "/api/v1/tasks/\u0001"), 404 },
        { "target with a dot segment", Get("", target: "/x/../api/v1/apikeys/current-balance"), 200 },
        { "target that climbs out", Get("", target: "/../../etc/passwd"), 404 },
        { "target in half a percent code", Get("", target: "/api/v1/tasks/%"), 404 },
        { "spaces before the colon", Get("X-A : 1\r\n"), 400 },
        { "folded header", Get("X-A: 1\r\n 2\r\n"), 400 },
        { "header without colon", Get("X-A\r\n"), 400 },
        { "header without name", Get(": 1\r\n"), 400 },
        { "bare line feeds", Get("").Replace("\r\n", "\n", StringComparison.Ordinal), 200 },
        { "bare carriage return", Get("X-A: 1\rX-B: 2\r\n"), 400 },
        { "NUL in a header", Get("X-A: a\0b\r\n"), 400 },
        { "escape in a header", Get("X-A: a\u001b[2Jb\r\n"), 200 },
        { "unknown expectation", Post("Expect: 200-ok\r\n", Good), 200 },
        { "upgrade", Get("Connection: upgrade, close\r\nUpgrade: websocket\r\n"), 200 },
        { "range", Get("Range: bytes=0-5\r\n"), 200 },
        { "negative length", PostFramed("Content-Length: -1\r\n", Good), 400 },
        { "length that is no number", PostFramed("Content-Length: abc\r\n", Good), 400 },
        { "length beyond 64 bits", PostFramed("Content-Length: 99999999999999999999\r\n", Good), 400 },
        { "two lengths", PostFramed($"Content-Length: {Good.Length}\r\nContent-Length: 1\r\n", Good), 400 },
        { "length with a plus", PostFramed($"Content-Length: +{Good.Length}\r\n", Good), 200 },
        { "neither length nor chunks", PostFramed("", ""), 400 },
        { "chunks", PostFramed("Transfer-Encoding: chunked\r\n", Chunk(Good) + "0\r\n\r\n"), 200 },
        { "chunks with trailers", PostFramed("Transfer-Encoding: chunked\r\n", Chunk(Good) + "0\r\nX-A: 1\r\n\r\n"), 200 },
        { "chunks of one byte", PostFramed("Transfer-Encoding: chunked\r\n", string.Concat(Good.Select(c => $"1\r\n{c}\r\n")) + "0\r\n\r\n"), 200 },
        { "length and chunks", PostFramed("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", Chunk(Good) + "0\r\n\r\n"), 200 },
        { "chunk size that is no number", PostFramed("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n"), 400 },
        { "chunk size beyond 32 bits", PostFramed("Transfer-Encoding: chunked\r\n", "fffffffff\r\nabc\r\n0\r\n\r\n"), 400 },
        { "chunk longer than it says", PostFramed("Transfer-Encoding: chunked\r\n", "3\r\nabcdef\r\n0\r\n\r\n"), 400 },
        { "lone line feed in a chunk extension", PostFramed("Transfer-Encoding: chunked\r\n", "3;a\nb\r\nabc\r\n0\r\n\r\n"), 400 },
        { "encoding that is not known", PostFramed("Transfer-Encoding: gzip\r\n", Good), 400 },
        { "encoding that does not end in chunks", PostFramed("Transfer-Encoding: chunked, gzip\r\n", Good), 400 },
        { "header of 33 KB", Get($"X-A: {new string('a', 33 * 1024)}\r\n"), 431 },
        { "101 headers", Get(string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: 1\r\n"))), 431 },
        { "address of 9 KB", Get("", target: "/api/v1/tasks/" + new string('a', 9 * 1024)), 414 },
        { "body on a read", $"GET /api/v1/apikeys/current-balance HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n{Key}Content-Length: 3\r\n\r\nabc", 200 },
        { "two requests at once", Get("").Replace("Connection: close\r\n", "", StringComparison.Ordinal) + Get(""), 200 },
        { "TLS on a plain port", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task An_odd_request_gets_a_right_answer_or_4xx(string name, string request, int status)
    {
        var answer = await RawHttp.SendAsync(gateway.Endpoint, Encoding.Latin1.GetBytes(request));
        Assert.True(answer.Status == status, $"{name}: {answer.Status} instead of {status}\n{answer.Head}\n{answer.Body}");
        Assert.Null(answer.Header("Server"));
        if (status == 200 && request.StartsWith("GET", StringComparison.OrdinalIgnoreCase))
        {
            Assert.StartsWith(Balance, answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("evil.example", answer.Head + answer.Body, StringComparison.Ordinal);
        }

        // What Kestrel refuses before it knows a request has no body; whatever reaches us answers in one shape.
        if (answer.Body.Length > 0 && status >= 400)
        {
            using var envelope = JsonDocument.Parse(answer.Body);
            Assert.Equal(status, envelope.RootElement.GetProperty("code").GetInt32());
        }
    }

    [Fact]
    public async Task A_body_of_one_byte_too_many_is_refused_with_413_in_either_framing()
    {
        const string expected = """{"code":413,"message":"The body must be at most 30000000 bytes.","data":{"error":"The body must be at most 30000000 bytes."}}""";
        var announced = PostFramed($"Content-Length: {HttpLimits.MaxCreateBodyBytes + 1}\r\n", "{");
        var answer = await RawHttp.SendAsync(gateway.Endpoint, Encoding.Latin1.GetBytes(announced));
        Assert.Equal((413, expected), (answer.Status, answer.Body));

        var megabyte = Chunk(new string(' ', 1_000_000));
        var chunked = PostFramed("Transfer-Encoding: chunked\r\n", string.Concat(Enumerable.Repeat(megabyte, 30)) + "1\r\n \r\n0\r\n\r\n");
        answer = await RawHttp.SendAsync(gateway.Endpoint, Encoding.Latin1.GetBytes(chunked));
        Assert.Equal((413, expected), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_body_is_not_asked_for_when_the_key_is_wrong()
    {
        var request = PostFramed("Expect: 100-continue\r\nContent-Length: 30000000\r\n", "").Replace(ScriptedDesk.LiveKey, "fg_live_0", StringComparison.Ordinal);
        var answer = await RawHttp.SendAsync(gateway.Endpoint, Encoding.Latin1.GetBytes(request));
        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task A_body_that_ends_too_early_is_refused_and_not_logged_as_an_error()
    {
        var answer = await RawHttp.SendAsync(gateway.Endpoint, Encoding.Latin1.GetBytes(PostFramed("Content-Length: 1000\r\n", Good)), thenClose: true);
        Assert.True(answer.Status is 400 or 0, answer.Head);

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(gateway.Endpoint, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.Latin1.GetBytes(PostFramed("Content-Length: 1000\r\n", Good)), TestContext.Current.CancellationToken);
        socket.Close();

        // The next request is answered after the reset has been seen or not; either way nothing may have been logged.
        Assert.Equal(200, (await gateway.GetAsync("/api/v1/apikeys/current-balance")).Status);
        Assert.DoesNotContain(gateway.Logs.Complaints, line => !line.Contains("secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public void The_limits_are_set_as_they_are_named()
    {
        var limits = new KestrelServerOptions().Limits;
        HttpLimits.Apply(limits);
        Assert.Equal(1_000_000, limits.MaxRequestBodySize);
        Assert.Equal(TimeSpan.FromSeconds(10), limits.RequestHeadersTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), limits.KeepAliveTimeout);
        Assert.Equal(100, limits.MaxRequestHeaderCount);
        Assert.Equal(32_768, limits.MaxRequestHeadersTotalSize);
        Assert.Equal(8_192, limits.MaxRequestLineSize);
        Assert.Equal(20_000, limits.MaxConcurrentConnections);
        Assert.Equal(240, limits.MinRequestBodyDataRate!.BytesPerSecond);
    }

    private static string Get(string headers, string host = "Host: a.test\r\n", string target = "/api/v1/apikeys/current-balance") =>
        $"GET {target} HTTP/1.1\r\n{host}{(headers.Contains("Connection", StringComparison.Ordinal) ? "" : "Connection: close\r\n")}{Key}{headers}\r\n";

    private static string Post(string headers, string body) => PostFramed($"{headers}Content-Length: {body.Length}\r\n", body);

    private static string PostFramed(string headers, string body) =>
        $"POST /api/v1/generateTask/kling-2-1 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n{Key}Content-Type: application/json\r\n{headers}\r\n{body}";

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";
}
