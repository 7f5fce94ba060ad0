using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Filmgate.LoadRunner;

/// <summary>
/// Many open event streams on one node: half listen to the account, half watch a task each that waits. What a stream costs in memory and what
/// they cost while nothing happens; then tasks that are canceled one after the other, and how long after each event every listener has it. Both clocks
/// are this machine's, and the listeners share it with the gateway.
/// </summary>
internal static class StreamMeasurement
{
    private const string Key = "fg_test_000000000000000000000000load";
    private const int Openers = 32;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[] Waiting = Encoding.UTF8.GetBytes("""{"input":{"mode":"master-text-to-video","prompt":"@stall"}}""");

    public static async Task RunAsync(int streams, int events, string gatewayPath, string dataRoot, TextWriter output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataRoot, $"filmgate-streams-{Environment.ProcessId}"));
        var open = new ConcurrentBag<Listener>();
        try
        {
            using var gateway = await ServerProcess.GatewayAsync(gatewayPath, folder.FullName, Key, paused: false, new()
            {
                // All of them belong to one account.
                ["Filmgate__Streams__PerAccount"] = "1000000",
                ["Filmgate__Streams__PerNode"] = "1000000",
            });
            using var api = new TaskApi(gateway.Address, Key);
            var tasks = new string[streams / 2];
            await EachAsync(tasks.Length, async number => tasks[number] = (await api.CreateAsync(Waiting)).Task);
            var without = await IdleAsync(gateway);
            var before = gateway.Memory().Resident;

            // :: Step 1: open them, and let them be.
            await EachAsync(streams, async number => open.Add(await Listener.OpenAsync(
                gateway.Address, number < tasks.Length ? $"/api/v1/tasks/{tasks[number]}/events" : "/api/v1/events")));
            var idle = await IdleAsync(gateway);
            var after = gateway.Memory().Resident;

            // :: Step 2: events, one after the other, so that each lag is one event's.
            var listeners = open.Where(listener => listener.HearsAccount).ToList();
            for (var number = 1; number <= events; number++)
            {
                // A task that is canceled before anybody takes it ends at once, whoever waits for a slot.
                await api.CancelAsync((await api.CreateAsync(Waiting)).Task);
                var began = Stopwatch.GetTimestamp();
                while (listeners.Any(listener => listener.Ends < number) && Stopwatch.GetElapsedTime(began) < Patience)
                {
                    await Task.Delay(20);
                }
            }

            double[] lags = [.. listeners.SelectMany(listener => listener.Lags).Order()];
            output.WriteLine("| measured | value |");
            output.WriteLine("| --- | ---: |");
            output.WriteLine($"| open streams: of the account / of tasks | {listeners.Count} / {tasks.Length} |");
            output.WriteLine($"| memory of the gateway before / after | {before:0} / {after:0} MB |");
            output.WriteLine($"| memory of one stream | **{(after - before) * 1024 / streams:0.0} KB** |");
            output.WriteLine($"| processor while nothing happens, without streams / with them | {without:P1} / **{idle:P1}** of one core |");
            output.WriteLine($"| ends told / to be told | {listeners.Sum(listener => listener.Ends)} / {events * listeners.Count} |");
            output.WriteLine($"| end of a task to a listener, median | **{At(lags, 0.5):0} ms** |");
            output.WriteLine($"| end of a task to a listener, p99 | **{At(lags, 0.99):0} ms** |");
            output.WriteLine($"| end of a task to a listener, longest | {At(lags, 1):0} ms |");
            output.WriteLine($"| memory of the gateway at the end | {gateway.Memory().Resident:0} MB |");
        }
        finally
        {
            foreach (var listener in open)
            {
                listener.Dispose();
            }

            folder.Delete(recursive: true);
        }
    }

    // Tasks that wait for a slot cost something by themselves, and so does a gateway that has just been busy; so it is let be before it is measured.
    private static async Task<double> IdleAsync(ServerProcess gateway)
    {
        await Task.Delay(Settle);
        var (at, time) = (Stopwatch.GetTimestamp(), gateway.ProcessorTime);
        await Task.Delay(Window);
        return (gateway.ProcessorTime - time) / Stopwatch.GetElapsedTime(at);
    }

    private static async Task EachAsync(int count, Func<int, Task> actAsync)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Openers).Select(_ => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < count; number = Interlocked.Increment(ref next))
            {
                await actAsync(number);
            }
        })));
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling((sorted.Length - 1) * share)];

    /// <summary>One connection, read by hand so that five thousand of them cost the machine little.</summary>
    private sealed class Listener : IDisposable
    {
        private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();

        private readonly Socket _socket;
        private readonly ConcurrentQueue<double> _lags = [];
        private int _ends;

        private Listener(Socket socket, bool hearsAccount) => (_socket, HearsAccount) = (socket, hearsAccount);

        public bool HearsAccount { get; }

        public int Ends => Volatile.Read(ref _ends);

        public IEnumerable<double> Lags => _lags;

        public static async Task<Listener> OpenAsync(IPEndPoint server, string path)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server);

            // To HTTP/1.0 the answer goes as it is, without chunks that would cut events in two.
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: {server}\r\nAuthorization: Bearer {Key}\r\n\r\n"));
            var listener = new Listener(socket, path == "/api/v1/events");
            var begun = new TaskCompletionSource();
            _ = listener.ReadAsync(begun);
            await begun.Task;
            return listener;
        }

        public void Dispose() => _socket.Dispose();

        private async Task ReadAsync(TaskCompletionSource begun)
        {
            var kept = Array.Empty<byte>();
            var buffer = new byte[4096];
            try
            {
                while (await _socket.ReceiveAsync(buffer) is var length and > 0)
                {
                    var arrived = TimeProvider.System.GetUtcNow();
                    kept = [.. kept, .. buffer.AsSpan(0, length)];
                    if (!begun.Task.IsCompleted)
                    {
                        if (kept.AsSpan().IndexOf(EndOfHeaders) < 0)
                        {
                            continue;
                        }

                        if (!kept.AsSpan().StartsWith("HTTP/1.1 200"u8))
                        {
                            begun.TrySetException(new InvalidOperationException(Encoding.UTF8.GetString(kept)));
                            return;
                        }

                        begun.TrySetResult();
                    }

                    // An event ends with an empty line.
                    for (int end; (end = kept.AsSpan().IndexOf("\n\n"u8)) >= 0; kept = kept[(end + 2)..])
                    {
                        Hear(kept.AsSpan(0, end), arrived);
                    }
                }
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                begun.TrySetException(closed);
            }
        }

        private void Hear(ReadOnlySpan<byte> told, DateTimeOffset arrived)
        {
            var at = told.IndexOf("\ndata: "u8);
            if (!HearsAccount || at < 0 || told.IndexOf("\"failCode\":\"CANCELED\""u8) < 0)
            {
                return;
            }

            var json = new Utf8JsonReader(told[(at + 7)..]);
            using var document = JsonDocument.ParseValue(ref json);
            _lags.Enqueue(arrived.ToUnixTimeMilliseconds() - document.RootElement.GetProperty("data").GetProperty("completeTime").GetInt64());
            Interlocked.Increment(ref _ends);
        }
    }
}
