using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Filmgate.Torture.Books;

namespace Filmgate.Torture.Faults;

/// <summary>A gateway behind the proxy.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Process">Its process.</param>
internal sealed record ProxyTarget(Uri Address, int Process);

/// <summary>
/// Stands in front of the gateway under one address for all of its lives, and spreads connections over those that live where there are several. It counts the bytes of creations, so that a kill falls where
/// one is half read, read, half answered or answered, and it notes every answer of 2xx that it has seen begin.
/// </summary>
internal sealed partial class CountingProxy : IAsyncDisposable
{
    private const int BufferLength = 16 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Trigger _trigger;
    private readonly Book _book;
    private readonly Task _accepting;
    private volatile IReadOnlyList<ProxyTarget> _targets = [];
    private int _turn;

    public CountingProxy(Trigger trigger, Book book)
    {
        (_trigger, _book) = (trigger, book);
        _listener.Start(512);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"));
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Names the gateways that live now. While there is none, every connection is closed.</summary>
    public void Lead(IReadOnlyList<ProxyTarget> targets) => _targets = targets;

    /// <inheritdoc/>
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
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var caller = client;
        using var gateway = new TcpClient();
        try
        {
            if (_targets is not { Count: > 0 } targets)
            {
                return;
            }

            var target = targets[(int)((uint)Interlocked.Increment(ref _turn) % targets.Count)];
            caller.NoDelay = gateway.NoDelay = true;
            await gateway.ConnectAsync(target.Address.Host, target.Address.Port, _stop.Token);
            var (from, to) = (caller.GetStream(), gateway.GetStream());
            var (head, read) = await ReadHeadAsync(from);
            if (Creation().Match(head) is { Success: true } creation)
            {
                await CarryCreationAsync(from, to, target.Process, read, head, int.Parse(creation.Groups["number"].ValueSpan, CultureInfo.InvariantCulture));
                return;
            }

            await to.WriteAsync(read, _stop.Token);
            await Task.WhenAny(from.CopyToAsync(to, _stop.Token), to.CopyToAsync(from, _stop.Token));
        }
        catch (Exception cut) when (cut is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two has gone: closing tells the other.
        }
    }

    // The driver sends one creation on a connection and asks for its end, so the rest of the connection is the answer.
    private async Task CarryCreationAsync(NetworkStream from, NetworkStream to, int process, byte[] read, string head, int number)
    {
        // :: The request, whole or in part.
        var bodyLength = int.Parse(ContentLength().Match(head).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var whole = new byte[head.Length + bodyLength];
        read.CopyTo(whole, 0);
        await from.ReadExactlyAsync(whole.AsMemory(read.Length), _stop.Token);
        if (_trigger.Take(KillPoint.RequestHalfRead, process) is { } half)
        {
            await to.WriteAsync(whole.AsMemory(0, head.Length + bodyLength * half.Percent / 100), _stop.Token);
            await _trigger.PullAsync(half, process);
            return;
        }

        await to.WriteAsync(whole, _stop.Token);
        var killing = _trigger.Take(KillPoint.RequestRead, process) is { } sent ? _trigger.PullAsync(sent, process) : Task.CompletedTask;

        // :: The answer, whole or in part.
        var buffer = new byte[BufferLength];
        for (var isFirst = true; await to.ReadAsync(buffer, _stop.Token) is > 0 and var length; isFirst = false)
        {
            if (isFirst && Encoding.ASCII.GetString(buffer, 0, length).StartsWith("HTTP/1.1 2", StringComparison.Ordinal))
            {
                _book.Write(new AnswerLine(number));
            }

            if (isFirst && _trigger.Take(KillPoint.AnswerHalfWritten, process) is { } begun)
            {
                await from.WriteAsync(buffer.AsMemory(0, Math.Max(1, length * begun.Percent / 100)), _stop.Token);
                await _trigger.PullAsync(begun, process);
                return;
            }

            await from.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
        }

        if (_trigger.Take(KillPoint.Answered, process) is { } answered)
        {
            await _trigger.PullAsync(answered, process);
        }

        await killing;
    }

    private async Task<(string Head, byte[] Read)> ReadHeadAsync(NetworkStream from)
    {
        var buffer = new byte[BufferLength];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await from.ReadAsync(buffer.AsMemory(length), _stop.Token);
            if (read == 0)
            {
                break;
            }

            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                return (Encoding.ASCII.GetString(buffer, 0, end + 4), buffer[..length]);
            }
        }

        return ("", buffer[..length]);
    }

    [GeneratedRegex(@"^POST /(api/v1/generateTask|replicate/v1/models)/.*\r\nIdempotency-Key: torture-(?<number>[0-9]+)\r\n", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Creation();

    [GeneratedRegex(@"\r\nContent-Length: ([0-9]+)\r\n", RegexOptions.IgnoreCase)]
    private static partial Regex ContentLength();
}
