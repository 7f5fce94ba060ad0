using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">The status; 0 when the server closed without an answer.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">What follows, still framed.</param>
public sealed record RawAnswer(int Status, string Head, string Body)
{
    /// <summary>The value of a header; null when it is absent.</summary>
    public string? Header(string name) => Head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();
}

/// <summary>Sends bytes that no HTTP client would send.</summary>
public static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends, then reads until the server closes; an answer that never ends is a failure.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="request">All bytes of the request.</param>
    /// <param name="thenClose">Whether to say that no more will come.</param>
    public static async Task<RawAnswer> SendAsync(IPEndPoint endpoint, ReadOnlyMemory<byte> request, bool thenClose = false)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint, patience.Token);
        var sending = SendAllAsync(socket, request, thenClose, patience.Token);
        var answer = await ReadToEndAsync(socket, patience.Token);
        await sending;
        return Parse(answer);
    }

    /// <summary>Reads what an already open socket still brings.</summary>
    public static async Task<RawAnswer> ReceiveAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        return Parse(await ReadToEndAsync(socket, patience.Token));
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> request, bool thenClose, CancellationToken cancellationToken)
    {
        try
        {
            for (var rest = request; rest.Length > 0;)
            {
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
            }

            if (thenClose)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            // The server may answer and close before it has read everything.
        }
    }

    private static async Task<string> ReadToEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        var all = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken) is > 0 and var read)
            {
                all.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // A reset after the answer is an end, too.
        }

        return all.ToString();
    }

    private static RawAnswer Parse(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0
            ? new RawAnswer(0, answer, string.Empty)
            : new RawAnswer(int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3)), answer[..end], Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer[(end + 4)..])));
    }
}
