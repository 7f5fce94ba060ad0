using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filmgate.Engine.Tests.Egress;

/// <summary>A server on a free port of a loopback address that answers with the very bytes a test gives it.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawExchange, Task> _answer;
    private readonly Task _accepting;
    private readonly ConcurrentQueue<string> _heads = new();
    private int _connections;

    public RawServer(Func<RawExchange, Task> answer, IPAddress? address = null)
    {
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _answer = answer;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public static RawServer Answering(string text, IPAddress? address = null) => new(exchange => exchange.SendAsync(text), address);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The request heads in the order of arrival, each character one byte.</summary>
    public IReadOnlyList<string> Heads => [.. _heads];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(one, _stop.Token) == 0)
                    return;
                head.Append((char)one[0]);
            }
            _heads.Enqueue(head.ToString());
            await _answer(new RawExchange(head.ToString(), stream, socket, _stop.Token));
            socket.Shutdown(SocketShutdown.Send);
            // Closing with unread bytes would send a reset and take the answer away from the client.
            while (await stream.ReadAsync(one, _stop.Token) != 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
        }
    }
}

/// <summary>One request and the stream for its answer.</summary>
internal sealed record RawExchange(string Head, NetworkStream Stream, Socket Socket, CancellationToken Stop)
{
    public string Target => Head.Split(' ')[1];

    public Task SendAsync(string text) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text), Stop).AsTask();

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes, Stop).AsTask();

    public Task StallAsync() => Task.Delay(Timeout.Infinite, Stop);

    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }
}
