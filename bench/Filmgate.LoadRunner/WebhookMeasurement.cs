using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Filmgate.LoadRunner;

/// <summary>
/// Callbacks of tasks that fail at once, spread over healthy receivers beside a dead and a slow one: how long after its event a healthy
/// receiver has it. Both clocks are this machine's.
/// </summary>
internal static class WebhookMeasurement
{
    private const string Key = "fg_test_000000000000000000000000load";
    private const int Creators = 16;

    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(int events, int healthy, string gatewayPath, string dataRoot, TextWriter output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataRoot, $"filmgate-webhooks-{Environment.ProcessId}"));
        using var slow = new Receiver(Slowness);
        var receivers = Enumerable.Range(0, healthy).Select(_ => new Receiver(TimeSpan.Zero)).ToList();
        try
        {
            using var gateway = await ServerProcess.GatewayAsync(gatewayPath, folder.FullName, Key, paused: false, new() { ["FILMGATE_ALLOW_NETWORKS"] = "127.0.0.0/8" });
            using var api = new TaskApi(gateway.Address, Key);

            // A tenth of all goes to the dead receiver and a tenth to the slow one; the port of the dead one answers nobody.
            var dead = new TcpListener(IPAddress.Loopback, 0);
            dead.Start();
            var deadUrl = $"http://{dead.LocalEndpoint}/hook";
            dead.Stop();
            var expected = 0;
            var next = -1;
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Creators).Select(_ => Task.Run(async () =>
            {
                for (var number = Interlocked.Increment(ref next); number < events; number = Interlocked.Increment(ref next))
                {
                    var url = (number % 10) switch { 0 => deadUrl, 1 => slow.Url, _ => receivers[number % healthy].Url };
                    if (number % 10 > 1)
                    {
                        Interlocked.Increment(ref expected);
                    }

                    await api.CreateAsync(Encoding.UTF8.GetBytes(
                        $$$"""{"request_type":"callback","callback_url":"{{{url}}}","input":{"mode":"master-text-to-video","prompt":"@fail(CONTENT_VIOLATION)"}}"""));
                }
            })));
            var created = Stopwatch.GetElapsedTime(began);
            while (receivers.Sum(receiver => receiver.Lags.Count) < expected && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(50);
            }

            double[] lags = [.. receivers.SelectMany(receiver => receiver.Lags).Order()];
            output.WriteLine("| measured | value |");
            output.WriteLine("| --- | ---: |");
            output.WriteLine($"| events: to {healthy} healthy receivers / in all | {expected} / {events} |");
            output.WriteLine($"| taken by healthy receivers | {lags.Length} |");
            output.WriteLine($"| creations a second meanwhile | {events / created.TotalSeconds:0} |");
            output.WriteLine($"| event to healthy receiver, median | **{At(lags, 0.5):0} ms** |");
            output.WriteLine($"| event to healthy receiver, p99 | **{At(lags, 0.99):0} ms** |");
            output.WriteLine($"| event to healthy receiver, longest | {At(lags, 1):0} ms |");
            output.WriteLine($"| taken by the slow receiver ({Slowness.TotalSeconds:0} s) so far | {slow.Lags.Count} |");
        }
        finally
        {
            receivers.ForEach(receiver => receiver.Dispose());
            folder.Delete(recursive: true);
        }
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling((sorted.Length - 1) * share)];

    /// <summary>Takes callbacks after a while, and notes how old each is when it arrives.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener;
        private readonly TimeSpan _dwell;

        public Receiver(TimeSpan dwell)
        {
            _dwell = dwell;
            // HttpListener takes no port 0; between finding a free one and using it somebody may be faster.
            while (true)
            {
                using var probe = new TcpListener(IPAddress.Loopback, 0);
                probe.Start();
                var port = ((IPEndPoint)probe.LocalEndpoint).Port;
                probe.Stop();
                Url = $"http://127.0.0.1:{port}/hook";
                var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
                try
                {
                    listener.Start();
                    _listener = listener;
                    break;
                }
                catch (HttpListenerException)
                {
                    listener.Close();
                }
            }

            _ = ServeAsync();
        }

        public string Url { get; }

        public ConcurrentQueue<double> Lags { get; } = [];

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    _ = AnswerAsync(context, TimeProvider.System.GetUtcNow());
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                // The measurement is over.
            }
        }

        private async Task AnswerAsync(HttpListenerContext context, DateTimeOffset arrived)
        {
            try
            {
                using var json = await JsonDocument.ParseAsync(context.Request.InputStream);
                var happened = json.RootElement.GetProperty("data").GetProperty("completeTime").GetInt64();
                await Task.Delay(_dwell);
                Lags.Enqueue(arrived.ToUnixTimeMilliseconds() - happened);
                context.Response.Close();
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // The sender gave up before the answer, as it does with the slow one.
            }
        }
    }
}
