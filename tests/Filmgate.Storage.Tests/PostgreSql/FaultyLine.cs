using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>What a <see cref="FaultyLine"/> does to the next commit that comes by.</summary>
internal enum CommitFault
{
    None,
    /// <summary>The server gets it and commits; the line breaks before the answer is through.</summary>
    LoseAnswer,
    /// <summary>The line breaks before the server gets it.</summary>
    LoseRequest,
    /// <summary>The server gets it; the line breaks at once, whether it is done or not.</summary>
    BreakAtOnce,
}

/// <summary>A line to a database server that breaks when it is told to.</summary>
internal sealed class FaultyLine : IDisposable
{
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("COMMIT");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _server;
    private readonly List<(TcpClient Client, TcpClient Server)> _open = [];
    private readonly Lock _gate = new();
    private volatile bool _isCut;
    private volatile bool _isFrozen;
    private volatile CommitFault _fault;
    private int _spared;

    public FaultyLine(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completed when the fault that was armed has happened.</summary>
    public TaskCompletionSource Happened { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the line stays broken after a fault, so that every new connection is refused.</summary>
    public bool StaysBroken { get; set; }

    /// <summary>Arms a fault. A commit is told by its text, which only the first request for one has on each connection, but every answer.</summary>
    /// <param name="fault">What is to happen.</param>
    /// <param name="spared">Commits that go through before, for a fault of the answer.</param>
    public void Arm(CommitFault fault, int spared = 0)
    {
        Happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _spared = spared;
        _fault = fault;
        if (fault != CommitFault.LoseAnswer)
        {
            BreakAll();
        }
    }

    /// <summary>Nothing goes through any more, and nobody is told; what is sent is lost.</summary>
    public void Freeze() => _isFrozen = true;

    /// <summary>New connections go through again.</summary>
    public void Mend()
    {
        _isCut = false;
        _isFrozen = false;
        BreakAll();
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        BreakAll();
        _end.Dispose();
    }

    private void BreakAll()
    {
        lock (_gate)
        {
            foreach (var (client, server) in _open)
            {
                client.Close();
                server.Close();
            }

            _open.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                if (_isCut)
                {
                    client.Close();
                    continue;
                }

                var server = new TcpClient();
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
                }
                catch (SocketException)
                {
                    client.Close();
                    continue;
                }

                lock (_gate)
                {
                    _open.Add((client, server));
                }

                _ = ForwardAsync(client, server, isRequest: true);
                _ = ForwardAsync(server, client, isRequest: false);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ForwardAsync(TcpClient from, TcpClient to, bool isRequest)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = await from.GetStream().ReadAsync(bytes, _end.Token);
                if (read == 0)
                {
                    break;
                }

                if (_isFrozen)
                {
                    continue;
                }

                var isCommit = bytes.AsSpan(0, read).IndexOf(Commit) >= 0;
                if (isCommit && ((isRequest && _fault == CommitFault.LoseRequest) || (!isRequest && _fault == CommitFault.LoseAnswer && _spared-- == 0)))
                {
                    Break();
                    return;
                }

                await to.GetStream().WriteAsync(bytes.AsMemory(0, read), _end.Token);
                if (isCommit && isRequest && _fault == CommitFault.BreakAtOnce)
                {
                    Break();
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or SocketException)
        {
            // One end is gone; the other one follows.
        }

        from.Close();
        to.Close();
    }

    private void Break()
    {
        _fault = CommitFault.None;
        _isCut = StaysBroken;
        BreakAll();
        Happened.TrySetResult();
    }
}
