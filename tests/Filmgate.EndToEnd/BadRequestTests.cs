using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.EndToEnd.House;
using Filmgate.Engine.Tests.Egress;

namespace Filmgate.EndToEnd;

/// <summary>A gateway that admits and never starts a task, so that what is accepted costs nothing.</summary>
public sealed class PausedServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServedGateway? _server;

    internal ServedGateway Server => _server!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _server = await ServedGateway.StartAsync(
        _folder["data"],
        ("Filmgate__Engine__Paused", "true"),
        ("FILMGATE_ALLOW_NETWORKS", ""),
        // What is refused here is refused for its own faults, never because so much was asked before.
        ("Filmgate__FirstAccount__RequestsPerMinute", "10000000"),
        ("Filmgate__FirstAccount__TasksInFlight", "10000000"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>The refusals of the whole gateway: the dialect's table, addresses that only the desk can judge, and ten thousand broken bodies.</summary>
[Trait("Database", "own")]
public sealed class BadRequestTests(PausedServer paused, ITestOutputHelper output) : IClassFixture<PausedServer>
{
    [Fact]
    public async Task Every_row_of_the_dialects_table_is_refused_by_the_whole_gateway_with_its_exact_status_and_message()
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, paused.Server.Address.Port);
        var wrong = new List<string>();
        var rows = 0;
        foreach (var row in BadRequests.All)
        {
            rows++;
            var answer = await RawHttp.SendAsync(endpoint, row.Render(paused.Server.Address.Authority, ServedGateway.Key, ServedGateway.AdminKey));
            if (answer.Status != row.Status || JsonElement.Parse(Unframed(answer)) is var envelope
                && (envelope.GetProperty("code").GetInt32() != row.Status || !row.Expects(envelope.GetProperty("message").GetString()!)))
            {
                wrong.Add($"{row.Name}: {row.Status} {row.Message}\n  got {answer.Status} {answer.Body}");
            }
        }

        output.WriteLine($"{rows} rows");
        Assert.True(rows > 100, $"The table has only {rows} rows");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Outside_addresses_are_refused_with_their_reason_as_pictures_callbacks_and_endpoints_and_nobody_is_called()
    {
        using var trap = new TcpListener(IPAddress.IPv6Any, 0);
        trap.Server.DualMode = true;
        trap.Start();
        var port = ((IPEndPoint)trap.LocalEndpoint).Port;
        var wrong = new List<string>();
        var rows = 0;

        // JSON has no half surrogate pairs, and nobody can name a picture by an empty text.
        foreach (var row in OutsideAddresses.Refused.Where(row => row.Url.Length is > 0 and < 4096 && !IsHalved(row.Url)))
        {
            rows++;
            var address = row.At(port);
            await AssertAsync("picture", row, TaskApi.Create, TaskApi.Body(TaskApi.Standard("a", address)), "input.image_urls[0] must be ");
            await AssertAsync("callback", row, TaskApi.Create, TaskApi.Body(TaskApi.Text("a"), address), "callback_url ");
            await AssertAsync("endpoint", row, "/api/v1/webhooks/endpoints", JsonSerializer.Serialize(new { url = address }), "url must be ");
        }

        foreach (var row in OutsideAddresses.RefusedForEvents)
        {
            await AssertAsync("callback", row, TaskApi.Create, TaskApi.Body(TaskApi.Text("a"), row.Url), "callback_url must be ");
            await AssertAsync("endpoint", row, "/api/v1/webhooks/endpoints", JsonSerializer.Serialize(new { url = row.Url }), "url must be ");
        }

        output.WriteLine($"{rows} addresses, three times each");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(rows >= 400, $"{rows} rows");
        Assert.False(trap.Pending(), "Somebody was called");

        async Task AssertAsync(string what, RefusedAddress row, string path, string body, string beginning)
        {
            var answer = await paused.Server.Api.SendAsync(HttpMethod.Post, path, body);
            if (answer.Status != 400 || !answer.Message.StartsWith(beginning, StringComparison.Ordinal) || !answer.Message.Contains(ReasonOf(what, row), StringComparison.Ordinal)
                || (what == "picture" && answer.Data.GetProperty("failCode").GetString() != "INVALID_IMAGE_URL"))
            {
                wrong.Add($"{what} {row}: {answer}");
            }
        }

        // Some of them are no text that the field takes, which is told before anybody thinks of addresses.
        static string ReasonOf(string what, RefusedAddress row) => (what, row.Url) switch
        {
            ("endpoint", { Length: > 2048 }) => "must be a text of 1 to 2048 characters without control characters",
            ("endpoint", var url) when url.Any(char.IsControl) => "must be a text of 1 to 2048 characters without control characters",
            (_, var url) when url.Contains('\0', StringComparison.Ordinal) => "must be well-formed Unicode text without U+0000",
            ("callback", " ") => "is required when request_type is callback",
            _ => row.Refusal,
        };

        static bool IsHalved(string text) => text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar);
    }

    [Fact]
    public async Task Ten_thousand_broken_bodies_never_make_the_gateway_fail()
    {
        const int Bodies = 12_000;
        const int Connections = 8;
        string[] seeds =
        [
            TaskApi.Body(TaskApi.Text("a cat on a roof", "9:16", 10)),
            TaskApi.Body(TaskApi.Text("🐈 on a rôof \" \\ \u2028")),
            TaskApi.Body(TaskApi.Standard("a", "https://example.com/a.png?x=%7E&y=1#f"), "https://example.com/hook"),
            TaskApi.Body(TaskApi.Pro("a", "https://example.com/a.png", "data:image/png;base64,iVBORw0KGgo=")),
            """{"request_type":"async","provider":"auto","source":"s","input":{"mode":"master-text-to-video","prompt":"p","negative_prompt":"n","cfg_scale":0.5,"duration":"5","aspect_ratio":"1:1"}}""",
        ];
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Connections }) { BaseAddress = paused.Server.Address };
        var counts = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        await Parallel.ForAsync(0, Bodies, new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = TestContext.Current.CancellationToken }, async (number, cancellationToken) =>
        {
            var random = new Random(number);
            var body = Mutate(Encoding.UTF8.GetBytes(seeds[number % seeds.Length]), random);
            using var request = new HttpRequestMessage(HttpMethod.Post, TaskApi.Create) { Content = new ByteArrayContent(body) };
            request.Headers.Add("Authorization", $"Bearer {ServedGateway.Key}");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", number % 50 == 7 ? "text/plain" : "application/json");
            using var answer = await http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            var status = (int)answer.StatusCode;
            counts.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (status is not (200 or 400 or 403 or 413 or 415) || !text.StartsWith($"{{\"code\":{status},", StringComparison.Ordinal))
            {
                failures.Enqueue($"{number}: {status} {text} for {Encoding.Latin1.GetString(body)}");
            }
        });

        output.WriteLine($"{Bodies} bodies in {System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s: {string.Join(", ", counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} x {pair.Key}"))}");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(10)));
        Assert.All([200, 400, 415], status => Assert.True(counts.GetValueOrDefault(status) > 100, $"Only {counts.GetValueOrDefault(status)} answers {status}: the bodies are not mixed enough"));
        Assert.False(paused.Server.Process.HasExited);
        Assert.Equal(200, (await paused.Server.Api.GetAsync("ready")).Status);
        Assert.Equal(200, (await paused.Server.Api.StatusAsync(await paused.Server.Api.CreateAsync(TaskApi.Text("still alive")))).Status);
        Assert.DoesNotContain(paused.Server.Process.Error, line => line.Contains("fail:", StringComparison.Ordinal));
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        string[] scraps = ["null", "1e400", "\"\\ud800\"", "\\u0000", "{}", "[]", "-", "\"", "}", "{\"input\":", "\\", "NaN", ",", ":", "99999999999999999999", "\uFEFF", "true", "\"input\":{},"];
        var bytes = new List<byte>(body);
        for (var changes = random.Next(0, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at - 1, random.Next(1, 30)));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(scraps[random.Next(scraps.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 60))));
                    break;
                case 4:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(1, 2_000)));
                    break;
            }
        }

        return [.. bytes];
    }

    // Small answers come in one piece, whether they are framed by their length or as chunks.
    private static string Unframed(RawAnswer answer)
    {
        var from = answer.Body.IndexOf('{', StringComparison.Ordinal);
        var to = answer.Body.LastIndexOf('}');
        return from < 0 || to < from ? "{\"code\":0,\"message\":\"\"}" : answer.Body[from..(to + 1)];
    }
}
