using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Tests.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>A gateway whose patience is cut to what a test can wait for; Kestrel looks at its clocks once a second.</summary>
public sealed class ImpatientGateway : TestGateway
{
    /// <inheritdoc/>
    protected override void Configure(KestrelServerOptions kestrel)
    {
        base.Configure(kestrel);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(HttpLimits.MinBodyBytesPerSecond, TimeSpan.FromSeconds(2));
    }
}

public sealed class SlowClientTests(ImpatientGateway gateway) : IClassFixture<ImpatientGateway>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Headers_that_do_not_come_end_in_408() => Assert.Equal(408, (await SendPartAsync("GET / HTTP/1.1\r\nHost: a.test\r\nX-A")).Status);

    [Fact]
    public async Task A_body_that_does_not_come_ends_in_408_in_our_shape()
    {
        var answer = await SendPartAsync(
            "POST /api/v1/generateTask/kling-2-1 HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n"
            + $"Authorization: Bearer {ScriptedDesk.LiveKey}\r\n\r\n{{");
        Assert.Equal(
            (408, """{"code":408,"message":"The body came too slowly and was given up.","data":{"error":"The body came too slowly and was given up."}}"""),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed() => Assert.Equal(0, (await SendPartAsync("")).Status);

    private async Task<RawAnswer> SendPartAsync(string part)
    {
        var clock = Stopwatch.StartNew();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.Endpoint, TestContext.Current.CancellationToken);
        if (part.Length > 0)
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(part), TestContext.Current.CancellationToken);
        }

        var answer = await RawHttp.ReceiveAsync(socket);
        Assert.True(clock.Elapsed < Patience, $"{clock.Elapsed}");
        return answer;
    }
}
