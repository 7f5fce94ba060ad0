using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Filmgate.Torture.Faults;

/// <summary>
/// A line between two parts that can go dead: what is written into it then goes nowhere and comes from nowhere, and nobody is told, as on a network that is
/// cut. When it is mended, what was on its way arrives.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private const int BufferLength = 32 * 1024;

    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly Func<int, int, int> _findPeer;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _carrying = new();
    private readonly Task _accepting;
    private volatile Cut _cut = Cut.None;

    /// <summary>Listens.</summary>
    /// <param name="listen">Where; port 0 for any that is free.</param>
    /// <param name="target">Where what comes is carried to.</param>
    /// <param name="findPeer">Says which process has the other end of a connection, from its port and ours; 0 for nobody that matters.</param>
    public Relay(IPEndPoint listen, IPEndPoint target, Func<int, int, int>? findPeer = null)
    {
        (_target, _findPeer) = (target, findPeer ?? ((_, _) => 0));
        _listener = new TcpListener(listen);
        _listener.Start(256);
        _accepting = AcceptAsync();
    }

    /// <summary>The port on which it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The line goes dead.</summary>
    /// <param name="process">For this process only; 0 for everybody.</param>
    public void GoDead(int process = 0)
    {
        var before = _cut;
        _cut = new Cut(IsDead: true, process, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        before.Mended.TrySetResult();
    }

    /// <summary>It lives again.</summary>
    public void Mend()
    {
        var before = _cut;
        _cut = Cut.None;
        before.Mended.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_carrying.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var carrying = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
                _carrying[carrying] = true;
                _ = carrying.ContinueWith(done => _carrying.TryRemove(done, out var _), TaskScheduler.Default);
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
        using var callee = new TcpClient();
        try
        {
            var peer = _findPeer(((IPEndPoint)caller.Client.RemoteEndPoint!).Port, ((IPEndPoint)caller.Client.LocalEndPoint!).Port);
            await UntilAliveAsync(peer);
            caller.NoDelay = callee.NoDelay = true;
            await callee.ConnectAsync(_target, _stop.Token);
            await Task.WhenAny(PumpAsync(caller.GetStream(), callee.GetStream(), peer), PumpAsync(callee.GetStream(), caller.GetStream(), peer));
            await UntilAliveAsync(peer);
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end has gone: closing tells the other.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, int peer)
    {
        var buffer = new byte[BufferLength];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var length)
            {
                await UntilAliveAsync(peer);
                await to.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // So has that of this direction.
        }
    }

    private async Task UntilAliveAsync(int peer)
    {
        while (_cut is { IsDead: true } cut && (cut.Process == 0 || cut.Process == peer))
        {
            await cut.Mended.Task.WaitAsync(_stop.Token);
        }
    }

    private sealed record Cut(bool IsDead, int Process, TaskCompletionSource Mended)
    {
        public static readonly Cut None = new(IsDead: false, 0, new TaskCompletionSource());
    }
}
