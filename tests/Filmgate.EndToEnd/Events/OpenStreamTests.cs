using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Events;

/// <summary>Streams that stay open, against a real process: how many there may be, what ends them, and what a reader that does not read costs.</summary>
public sealed class OpenStreamTests : IAsyncLifetime
{
    private const string Stream = "/api/v1/events";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task One_stream_too_many_is_refused_with_the_time_to_ask_again_and_each_that_closes_makes_room()
    {
        await using var gateway = await StartAsync(("Filmgate__Streams__PerAccount", "2"), ("Filmgate__Streams__PerNode", "3"));
        using var admin = new TaskApi(gateway.Address, ServedGateway.AdminKey);
        using var own = Client(gateway, ServedGateway.Key);
        using var other = Client(gateway, (await NewKeyAsync(admin)).Secret);
        var task = await gateway.Api.CreateAsync(TaskApi.Text("a"));
        using var first = await OpenAsync(own, Stream);
        var second = await OpenAsync(own, $"/api/v1/tasks/{task}/events");

        await RefusedAsync(own, Stream, "The account has its 2 event streams open here;", limit: "2");
        await RefusedAsync(own, $"/api/v1/tasks/{task}/events", "The account has its 2 event streams open here;", limit: "2");
        using var third = await OpenAsync(other, Stream);
        await RefusedAsync(other, Stream, "All event streams that may be open here are;", limit: null);

        second.Dispose();
        var again = await Eventually.BecomesAsync(() => EventReader.OpenAsync(own, Stream), reader => (int)reader.Response.StatusCode == 200, Patience, "Room for one");
        again.Dispose();

        async Task RefusedAsync(HttpClient client, string address, string beginning, string? limit)
        {
            using var refused = await EventReader.OpenAsync(client, address);
            Assert.Equal((429, 5), ((int)refused.Response.StatusCode, refused.Response.Headers.RetryAfter?.Delta?.TotalSeconds));
            Assert.Equal(limit, refused.Response.Headers.TryGetValues("RateLimit-Limit", out var given) ? given.Single() : null);
            Assert.StartsWith(beginning, JsonElement.Parse(await refused.RestAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_its_streams_within_seconds_and_no_others()
    {
        await using var gateway = await StartAsync();
        using var admin = new TaskApi(gateway.Address, ServedGateway.AdminKey);
        var (id, secret) = await NewKeyAsync(admin);
        using var revoked = Client(gateway, secret);
        using var kept = Client(gateway, ServedGateway.Key);
        using var api = new TaskApi(gateway.Address, secret);
        using var events = await OpenAsync(revoked, Stream);
        using var task = await OpenAsync(revoked, $"/api/v1/tasks/{await api.CreateAsync(TaskApi.Text("a"))}/events");
        using var others = await OpenAsync(kept, Stream);
        await task.MustNextAsync();

        Assert.Equal(200, (await admin.SendAsync(HttpMethod.Post, $"admin/v1/keys/{id}/revoke")).Status);
        var at = TimeProvider.System.GetTimestamp();
        Assert.Equal("video.accepted", (await events.MustNextAsync()).Type);
        Assert.Null(await events.NextAsync());
        Assert.Null(await task.NextAsync());
        var took = TimeProvider.System.GetElapsedTime(at);
        TestContext.Current.TestOutputHelper!.WriteLine($"Both streams ended {took.TotalSeconds:0.0} s after the key was revoked.");
        Assert.True(took < TimeSpan.FromSeconds(10), $"They ended after {took}.");

        var mine = await gateway.Api.CreateAsync(TaskApi.Text("a"));
        Assert.Equal(mine, (await others.MustNextAsync()).Json.GetProperty("data").GetProperty("id").GetString());
        using var again = await EventReader.OpenAsync(revoked, Stream);
        Assert.Equal(401, (int)again.Response.StatusCode);
    }

    [Fact]
    public async Task A_quiet_stream_is_kept_open_by_a_comment_every_fifteen_seconds()
    {
        await using var gateway = await StartAsync();
        using var client = Client(gateway, ServedGateway.Key);
        using var response = await client.GetAsync(Stream, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        var begun = TimeProvider.System.GetTimestamp();
        var waits = new List<double>();
        while (waits.Count < 2 && await lines.ReadLineAsync(Ct).AsTask().WaitAsync(Patience, Ct) is { } line)
        {
            if (line == ": still here")
            {
                waits.Add(TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
                begun = TimeProvider.System.GetTimestamp();
            }
        }

        Assert.Equal(2, waits.Count);
        Assert.All(waits, wait => Assert.InRange(wait, 14, 25));
    }

    [Fact]
    public async Task Who_waits_in_a_queue_is_told_each_new_place()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Animatic__Slots", "1"));
        using var client = Client(gateway, ServedGateway.Key);
        var ids = new List<string>();
        for (var number = 0; number < 3; number++)
        {
            ids.Add(await gateway.Api.CreateAsync(TaskApi.Text("@stall")));
            var waits = number > 0;
            await Eventually.BecomesAsync(
                () => gateway.Api.DetailsAsync(ids[^1]), answer => waits ? HasPlace(answer.Data) : answer.Data.GetProperty("state").GetString() == "processing", Patience, "Its place");
        }

        using var stream = await OpenAsync(client, $"/api/v1/tasks/{ids[2]}/events");
        Assert.Equal(2, await PlaceAsync(told => HasPlace(told)));

        // No step of the task itself, and nothing but the queue says so.
        await gateway.Api.SendAsync(HttpMethod.Post, $"api/v1/tasks/{ids[1]}/cancel");
        Assert.Equal(1, await PlaceAsync(told => HasPlace(told) && told.GetProperty("queue").GetProperty("position").GetInt32() != 2));

        async Task<int> PlaceAsync(Func<JsonElement, bool> isIt)
        {
            while (true)
            {
                var told = (await stream.MustNextAsync()).Json;
                if (isIt(told))
                {
                    return told.GetProperty("queue").GetProperty("position").GetInt32();
                }
            }
        }

        static bool HasPlace(JsonElement task) => task.TryGetProperty("queue", out var queue) && queue.TryGetProperty("position", out _);
    }

    [Fact]
    public async Task Readers_that_do_not_read_cost_no_memory_hold_up_nobody_and_miss_nothing()
    {
        const int Slow = 60, Events = 2500;
        await using var gateway = await StartAsync(
            ("Filmgate__FirstAccount__RequestsPerMinute", "1000000"), ("Filmgate__FirstAccount__TasksInFlight", "1000000"));
        using var client = Client(gateway, ServedGateway.Key);
        using var quick = await OpenAsync(client, Stream);
        var sleepers = new List<Sleeper>();
        for (var number = 0; number < Slow; number++)
        {
            sleepers.Add(await Sleeper.OpenAsync(gateway.Address));
        }

        // :: Far more is told than the buffers of a connection hold, and whoever reads has it.
        var prompt = new string('x', 2400);
        var before = ResidentMegabytes(gateway);
        var heard = HearAsync(quick, Events);
        var ids = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, Events, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (_, _) => ids.Add(await gateway.Api.CreateAsync(TaskApi.Text(prompt))));
        var all = await heard.WaitAsync(Patience, Ct);
        Assert.Equal(ids.Order(), all.Select(told => told.Json.GetProperty("data").GetProperty("id").GetString()).Order());
        var bytes = all.Sum(told => (long)told.Data.Length);
        var grown = ResidentMegabytes(gateway) - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{bytes / 1e6:0.0} MB were told to each of {Slow} who did not read; the gateway grew by {grown:0} MB.");
        Assert.True(bytes > 5_000_000, $"Only {bytes} bytes were told.");
        Assert.True(grown < bytes * Slow / 1e6 / 2, $"The gateway grew by {grown} MB.");

        // :: Whoever wakes reads on, and what the server took away in between is told to it when it comes back.
        using var sleeper = sleepers[0];
        var read = await sleeper.ReadToEndAsync(Patience, all[^1].Id!);
        var kept = read.Count;
        if (kept < Events)
        {
            using var back = await EventReader.OpenAsync(client, Stream, kept == 0 ? sleeper.Begin : read[^1]);
            read.AddRange((await HearAsync(back, Events - kept)).Select(told => told.Id!));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"One that woke had {kept} of {Events} on its way.");
        Assert.Equal(all.Select(told => told.Id), read);
        sleepers.ForEach(one => one.Dispose());
    }

    private static double ResidentMegabytes(ServedGateway gateway) =>
        File.ReadLines($"/proc/{gateway.Process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
            ? double.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024 : throw new InvalidOperationException("The system does not tell the memory of a process.");

    private static async Task<List<Told>> HearAsync(EventReader stream, int count)
    {
        var all = new List<Told>();
        while (all.Count < count)
        {
            all.Add(await stream.MustNextAsync());
        }

        return all;
    }

    // Nothing is started, so that each task is told of once and stays as it is.
    private Task<ServedGateway> StartAsync(params (string Name, string Value)[] settings) =>
        ServedGateway.StartAsync(_folder["data"], [("Filmgate__Engine__Paused", "true"), .. settings]);

    private static HttpClient Client(ServedGateway gateway, string key) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = gateway.Address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    private static async Task<EventReader> OpenAsync(HttpClient client, string address)
    {
        var reader = await EventReader.OpenAsync(client, address);
        Assert.Equal(200, (int)reader.Response.StatusCode);
        return reader;
    }

    private static async Task<(string Id, string Secret)> NewKeyAsync(TaskApi admin)
    {
        var account = (await admin.SendAsync(HttpMethod.Post, "admin/v1/accounts", """{"name":"another team"}""")).Data.GetProperty("id").GetString();
        var key = (await admin.SendAsync(HttpMethod.Post, $"admin/v1/accounts/{account}/keys", """{"name":"k","kind":"test"}""")).Data;
        return (key.GetProperty("id").GetString()!, key.GetProperty("secret").GetString()!);
    }

    /// <summary>A connection with small buffers on which the answer's head is read and then nothing, until somebody wakes it.</summary>
    private sealed class Sleeper(Socket socket, string begin, byte[] first) : IDisposable
    {
        /// <summary>Where its stream began.</summary>
        public string Begin => begin;

        public static async Task<Sleeper> OpenAsync(Uri server)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            await socket.ConnectAsync(server.Host, server.Port, Ct);

            // To HTTP/1.0 the answer goes as it is, without chunks that would cut events in two.
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {Stream} HTTP/1.0\r\nHost: {server.Authority}\r\nAuthorization: Bearer {ServedGateway.Key}\r\n\r\n"), Ct);
            var head = new byte[2048];
            var length = 0;
            while (head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                length += await socket.ReceiveAsync(head.AsMemory(length), Ct);
            }

            var text = Encoding.ASCII.GetString(head, 0, length);
            Assert.StartsWith("HTTP/1.1 200", text, StringComparison.Ordinal);
            var last = text.Split("\r\n").Single(line => line.StartsWith("Last-Event-ID: ", StringComparison.Ordinal))["Last-Event-ID: ".Length..];
            return new Sleeper(socket, last, head[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..length]);
        }

        /// <summary>Reads what is there, to the end of the connection or to an event; the ids of whole events.</summary>
        public async Task<List<string>> ReadToEndAsync(TimeSpan patience, string until)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            limit.CancelAfter(patience);
            var text = new StringBuilder(Encoding.UTF8.GetString(first));
            var buffer = new byte[64 * 1024];
            var marker = $"id: {until}\n";
            try
            {
                while (await socket.ReceiveAsync(buffer, limit.Token) is var length and > 0)
                {
                    text.Append(Encoding.UTF8.GetString(buffer, 0, length));
                    if (Encoding.UTF8.GetString(buffer, 0, length).EndsWith("\n\n", StringComparison.Ordinal) && text.ToString().Contains(marker, StringComparison.Ordinal))
                    {
                        break;
                    }
                }
            }
            catch (SocketException)
            {
                // The server has cut the connection off, because nobody read from it.
            }

            var whole = text.ToString();
            return [.. whole[..(whole.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)].Split("\n\n").Where(told => told.Contains("\ndata: ", StringComparison.Ordinal))
                .Select(told => told.Split('\n').First(line => line.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..])];
        }

        public void Dispose() => socket.Dispose();
    }
}
