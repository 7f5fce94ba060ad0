using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.EndToEnd.House;

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
public sealed class BadRequestTests(PausedServer paused, ITestOutputHelper output) : IClassFixture<PausedServer>
{
    /// <summary>What stands for the port of a listener that must never be reached.</summary>
    private const string Trap = "{port}";

    /// <summary>
    /// Addresses inside, in every spelling known to have fooled a guard, and texts that are no address at all. All can be told from
    /// the text; names that resolve inside need a resolver under the test's control and are shown in the engine's tests.
    /// </summary>
    private static readonly string[] OddAddresses =
    [
        // This machine, by number.
        "https://127.0.0.1:{port}/", "http://127.0.0.1:{port}/a.png", "https://127.0.0.1/", "https://127.1:{port}/", "https://127.0.1:{port}/",
        "https://2130706433:{port}/", "https://0x7f000001:{port}/", "https://0x7f.0.0.1:{port}/", "https://017700000001:{port}/", "https://0177.0.0.1:{port}/",
        "https://127.0.0.01:{port}/", "https://00000000127.0.0.1:{port}/", "https://127.0.0.1.:{port}/", "https://127.255.255.254:{port}/", "https://0.0.0.0:{port}/", "https://0:{port}/",
        // This machine, in the sixth version.
        "https://[::1]:{port}/", "https://[::]:{port}/", "https://[0:0:0:0:0:0:0:1]:{port}/", "https://[::ffff:127.0.0.1]:{port}/", "https://[::ffff:7f00:1]:{port}/",
        "https://[::ffff:0.0.0.0]:{port}/", "https://[::127.0.0.1]:{port}/", "https://[64:ff9b::7f00:1]:{port}/", "https://[2002:7f00:1::]:{port}/", "https://[::1%25lo]:{port}/", "https://[::1:{port}/", "https://[]:{port}/",
        // This machine, by name.
        "https://localhost:{port}/", "https://LOCALHOST:{port}/", "https://localhost.:{port}/", "https://foo.localhost:{port}/", "https://printer:{port}/", "https://db.internal:{port}/", "https://nas.local:{port}/",
        // This machine, in other alphabets.
        "https://①②⑦.⓪.⓪.①:{port}/", "https://１２７.0.0.1:{port}/", "https://127。0。0。1:{port}/", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/", "https://local\u00ADhost:{port}/", "https://local\u200Bhost:{port}/",
        "https://local\uFEFFhost:{port}/", "https://example\u2024com/", "https://exa\u200Dmple.com/", "https://example.com\u2060/", "https://ｅxample.com/",
        // Other people's insides.
        "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://168.63.129.16/",
        "https://192.0.0.1/", "https://192.0.2.1/", "https://198.18.0.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/",
        "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[ff02::1]/", "https://[2001:db8::1]/", "https://[100::1]/", "https://[::ffff:10.0.0.1]/", "https://[3fff::1]/",
        // A way around the name.
        "https://example.com@127.0.0.1:{port}/", "https://user:password@example.com/", "https://127.0.0.1:{port}\\@example.com/", "https://example.com:0/", "https://example.com:65536/", "https://example.com:-1/",
        "https://example.com:22/", "https://example.com:6379/", "https://example.com:80a/", "https://exa mple.com/", "https://example.com/a b\nHost: x", "https://example..com/", "https://-example.com/", "https://example.123/", "https://.example.com/",
        // Other schemes, and none.
        "file:///etc/passwd", "/etc/passwd", "//127.0.0.1:{port}/", "\\\\host\\share", "ftp://example.com/a.png", "gopher://127.0.0.1:{port}/", "javascript:alert(1)", "blob:https://example.com/1", "about:blank",
        "ldap://example.com/", "jar:https://example.com!/", "https:", "https://", "https:///", "https:/example.com", "https:example.com/a", "https//example.com", "example.com/a.png", "ht\ttps://example.com/", " https://example.com/a\u0001",
        "?", "#", ".", "null", "a",
    ];

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
    public async Task Odd_addresses_are_refused_by_name_for_pictures_and_callbacks_and_nobody_is_called()
    {
        using var trap = new TcpListener(IPAddress.IPv6Any, 0);
        trap.Server.DualMode = true;
        trap.Start();
        var port = ((IPEndPoint)trap.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var wrong = new List<string>();
        Assert.True(OddAddresses.Distinct().Count() >= 100);

        foreach (var address in OddAddresses.Select(address => address.Replace(Trap, port, StringComparison.Ordinal)))
        {
            var picture = await paused.Server.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard("a", address)));
            if (picture.Status != 400 || !picture.Message.StartsWith("input.image_urls[0] must be ", StringComparison.Ordinal)
                || picture.Data.GetProperty("failCode").GetString() != "INVALID_IMAGE_URL")
            {
                wrong.Add($"picture {address}: {picture}");
            }

            var callback = await paused.Server.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("a"), address));
            if (callback.Status != 400 || !callback.Message.StartsWith("callback_url must be ", StringComparison.Ordinal))
            {
                wrong.Add($"callback {address}: {callback}");
            }
        }

        var plainHttp = await paused.Server.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("a"), "http://example.com/hook"));
        Assert.Equal(400, plainHttp.Status);
        Assert.Contains("it is not https", plainHttp.Message, StringComparison.Ordinal);
        output.WriteLine($"{OddAddresses.Length} addresses, twice each");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.False(trap.Pending(), "Somebody was called");
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
