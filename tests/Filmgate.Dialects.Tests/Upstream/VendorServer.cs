using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filmgate.Dialects.Tests.Upstream;

/// <summary>A request as it came over the wire, each character of the head one byte.</summary>
public sealed record VendorRequest(string Head, byte[] Body)
{
    public string Method => Head.Split(' ')[0];

    /// <summary>Path and query.</summary>
    public string Target => Head.Split(' ')[1];

    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Head.Split("\r\n").Skip(1).Select(line => line.Split(": ", 2))
        .FirstOrDefault(parts => parts.Length == 2 && parts[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
}

/// <summary>A vendor on a free loopback port: reads each request whole and does to the connection what a test says.</summary>
public sealed class VendorServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<VendorRequest, VendorConnection, Task> _answer;
    private readonly ConcurrentQueue<VendorRequest> _requests = [];
    private readonly Task _accepting;
    private int _connections;

    public VendorServer(Func<VendorRequest, VendorConnection, Task> answer)
    {
        _answer = answer;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public IReadOnlyList<VendorRequest> Requests => [.. _requests];

    public int Connections => Volatile.Read(ref _connections);

    public static VendorServer Answering(Func<VendorRequest, (int Status, string Body)> answer) => new((request, connection) =>
    {
        var (status, body) = answer(request);
        return connection.AnswerAsync(status, body);
    });

    /// <summary>An address where nobody listens.</summary>
    public static Uri ClosedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

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
            while (await ReadAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                var connection = new VendorConnection(stream, socket, _stop.Token);
                await _answer(request, connection);
                if (connection.Ends)
                {
                    socket.Shutdown(SocketShutdown.Send);
                    while (await stream.ReadAsync(new byte[4096], _stop.Token) != 0)
                    {
                    }

                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task<VendorRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var request = new VendorRequest(head.ToString(), []);
        var body = new byte[int.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return request with { Body = body };
    }
}

/// <summary>The server's end of a connection.</summary>
public sealed class VendorConnection(NetworkStream stream, Socket socket, CancellationToken stop)
{
    /// <summary>Whether the connection closes after this answer. Default: true.</summary>
    public bool Ends { get; set; } = true;

    public Task AnswerAsync(int status, string body, string headers = "Content-Type: application/json\r\n") =>
        AnswerAsync(status, Encoding.UTF8.GetBytes(body), headers);

    public Task AnswerAsync(int status, byte[] body, string headers = "Content-Type: application/json\r\n") =>
        SendAsync([.. Encoding.Latin1.GetBytes($"HTTP/1.1 {status} Said\r\n{headers}Content-Length: {body.Length}\r\n\r\n"), .. body]);

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public Task SendAsync(byte[] bytes) => stream.WriteAsync(bytes, stop).AsTask();

    public Task StallAsync() => Task.Delay(Timeout.Infinite, stop);

    public async Task DripAsync(string text)
    {
        foreach (var letter in text)
        {
            await SendAsync(letter.ToString());
            await Task.Delay(30, stop);
        }
    }

    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }
}
