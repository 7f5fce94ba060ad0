using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Filmgate.LoadRunner;

/// <summary>What one burst of requests came to.</summary>
internal sealed record Burst(int Requests, TimeSpan Took, TimeSpan Median, TimeSpan Slowest1Percent)
{
    public double PerSecond => Requests / Took.TotalSeconds;
}

/// <summary>
/// A client that costs little: one thread, one poll over all connections, one request under way on each, no pipelining.
/// On a machine that client and server share, what a client costs goes into both figures and hides their difference.
/// </summary>
internal static partial class HttpLoad
{
    private const short PollIn = 1;
    private const int SilenceMax = 20_000;

    /// <summary>Sends the same request so many times and waits for all answers.</summary>
    /// <exception cref="InvalidOperationException">An answer was not 200, or the server fell silent.</exception>
    public static Burst Run(IPEndPoint server, byte[] request, int count, int connections)
    {
        connections = Math.Min(connections, count);
        var open = new Connection[connections];
        var polls = new PollEntry[connections];
        var taken = new long[count];
        try
        {
            for (var i = 0; i < connections; i++)
            {
                open[i] = new Connection(server);
                polls[i] = new PollEntry { Descriptor = (int)open[i].Socket.Handle, Wanted = PollIn };
            }

            var began = Stopwatch.GetTimestamp();
            foreach (var connection in open)
            {
                connection.Send(request);
            }

            var sent = connections;
            for (var done = 0; done < count;)
            {
                if (Poll(polls, (nuint)polls.Length, SilenceMax) == 0)
                {
                    throw new InvalidOperationException($"No answer for {SilenceMax / 1000} s; {done} of {count} had come.");
                }

                for (var i = 0; i < polls.Length; i++)
                {
                    if (polls[i].Found == 0 || !open[i].Receive())
                    {
                        continue;
                    }

                    taken[done++] = Stopwatch.GetTimestamp() - open[i].SentAt;
                    if (sent < count)
                    {
                        sent++;
                        open[i].Send(request);
                    }
                }
            }

            var took = Stopwatch.GetElapsedTime(began);
            Array.Sort(taken);
            return new Burst(count, took, Stopwatch.GetElapsedTime(0, taken[count / 2]), Stopwatch.GetElapsedTime(0, taken[(int)(count * 0.99)]));
        }
        finally
        {
            foreach (var connection in open)
            {
                connection?.Dispose();
            }
        }
    }

    /// <summary>The bytes of a request.</summary>
    public static byte[] Request(string method, string target, IPEndPoint server, string? key, byte[]? body)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: {server}\r\n");
        if (key is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Authorization: Bearer {key}\r\n");
        }

        if (body is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Poll([In, Out] PollEntry[] entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }

    private sealed class Connection : IDisposable
    {
        private readonly byte[] _received = new byte[8192];
        private int _length;

        public Connection(IPEndPoint server)
        {
            Socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(server);
        }

        public Socket Socket { get; }

        public long SentAt { get; private set; }

        public void Send(byte[] request)
        {
            _length = 0;
            SentAt = Stopwatch.GetTimestamp();
            if (Socket.Send(request) != request.Length)
            {
                throw new InvalidOperationException("A request did not fit into an empty socket.");
            }
        }

        /// <summary>Whether the answer is complete now.</summary>
        public bool Receive()
        {
            var read = Socket.Receive(_received.AsSpan(_length));
            _length += read;
            var answer = _received.AsSpan(0, _length);
            if (read == 0)
            {
                throw new InvalidOperationException($"The server closed a connection after: {Encoding.UTF8.GetString(answer)}");
            }

            var headEnd = answer.IndexOf("\r\n\r\n"u8);
            if (headEnd < 0)
            {
                return false;
            }

            if (!answer.StartsWith("HTTP/1.1 200 "u8))
            {
                throw new InvalidOperationException($"The answer was not 200: {Encoding.UTF8.GetString(answer)}");
            }

            return _length >= headEnd + 4 + BodyLength(answer[..headEnd]);
        }

        public void Dispose() => Socket.Dispose();

        private static int BodyLength(ReadOnlySpan<byte> head)
        {
            var name = "Content-Length: "u8;
            var rest = head[(head.IndexOf(name) + name.Length)..];
            var end = rest.IndexOf((byte)'\r');
            return int.Parse(end < 0 ? rest : rest[..end], CultureInfo.InvariantCulture);
        }
    }
}
