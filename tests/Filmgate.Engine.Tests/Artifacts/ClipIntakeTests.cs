using System.Globalization;
using System.Text;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Engine.Tests.Artifacts;

/// <summary>A clip on its way from a server that has every fault that servers have.</summary>
public sealed class ClipIntakeTests : IAsyncLifetime
{
    private House _house = null!;
    private byte[] _clip = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _house = await House.OpenAsync();
        _clip = await TinyClip.BytesAsync;
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever came of it, nothing half-fetched is left.
        Assert.Empty(_house.Unfinished);
        await _house.DisposeAsync();
    }

    [Fact]
    public async Task A_clip_is_known_by_its_bytes_and_not_by_what_the_server_calls_it()
    {
        await using var server = new RawServer(exchange => SendAsync(exchange, _clip, "Content-Type: text/html"));
        await AssertStoredAsync(await TakeInAsync(At(server)));
    }

    [Theory]
    [InlineData("<html>Please sign in</html>", "web page")]
    [InlineData("{\"error\":\"expired\"}", "JSON")]
    [InlineData("#EXTM3U\n", "playlist")]
    [InlineData("", "empty")]
    public async Task What_is_called_a_clip_and_is_none_is_unusable(string bytes, string named)
    {
        await using var server = new RawServer(exchange => SendAsync(exchange, Encoding.ASCII.GetBytes(bytes), "Content-Type: video/mp4"));
        var unusable = Assert.IsType<ClipOutcome.Unusable>(await TakeInAsync(At(server)));
        Assert.Contains(named, unusable.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clip_cut_at_the_source_is_unusable_wherever_it_is_cut()
    {
        var length = 0;
        await using var server = new RawServer(exchange => SendAsync(exchange, _clip[..length]));
        foreach (var part in new[] { 1, 4, 7, 8, 15, 16, 40, _clip.Length / 2, _clip.Length - 1 })
        {
            length = part;
            Assert.IsType<ClipOutcome.Unusable>(await TakeInAsync(At(server)));
        }
    }

    [Fact]
    public async Task A_connection_that_closes_early_without_having_named_a_length_is_found_out_by_the_content()
    {
        var sent = _clip.Length / 2;
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            await exchange.SendAsync(_clip[..sent]);
        });
        Assert.IsType<ClipOutcome.Unfetched>(await TakeInAsync(At(server)));
        sent = _clip.Length;
        await AssertStoredAsync(await TakeInAsync(At(server)));
    }

    [Theory]
    [InlineData("ETag: \"v1\"", "\"v1\"")]
    [InlineData("Last-Modified: Sat, 14 Mar 2026 09:00:00 GMT", "Sat, 14 Mar 2026 09:00:00 GMT")]
    public async Task A_body_that_breaks_off_is_continued_where_it_broke(string version, string validator)
    {
        var half = _clip.Length / 2;
        await using var server = new RawServer(exchange => RangeOf(exchange.Head) is { } from
            ? SendRestAsync(exchange, from)
            : BreakOffAsync(exchange, _clip[..half], version));
        await AssertStoredAsync(await TakeInAsync(At(server)));
        Assert.Equal(2, server.Heads.Count);
        Assert.Contains($"Range: bytes={half}-\r\n", server.Heads[1], StringComparison.Ordinal);
        Assert.Contains($"If-Range: {validator}\r\n", server.Heads[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clip_may_come_in_as_many_pieces_as_one_fetch_is_made_of()
    {
        var piece = _clip.Length / ClipFetch.AnswersMax + 1;
        await using var server = new RawServer(exchange =>
        {
            var from = RangeOf(exchange.Head) ?? 0;
            var rest = _clip[(int)from..];
            return rest.Length <= piece ? SendRestAsync(exchange, from) : BreakOffAsync(exchange, rest[..piece], "ETag: \"v1\"", from);
        });
        await AssertStoredAsync(await TakeInAsync(At(server)));
        Assert.Equal(ClipFetch.AnswersMax, server.Heads.Count);
    }

    [Theory]
    [InlineData("no version")]
    [InlineData("weak version")]
    [InlineData("ranges are passed over")]
    [InlineData("another place")]
    [InlineData("not satisfiable")]
    public async Task A_server_that_cannot_give_the_rest_gives_the_whole_anew(string server)
    {
        var asked = 0;
        await using var site = new RawServer(exchange =>
        {
            var from = RangeOf(exchange.Head);
            return ++asked == 1 ? BreakOffAsync(exchange, _clip[..1000], server switch { "no version" => "X: y", "weak version" => "ETag: W/\"v1\"", _ => "ETag: \"v1\"" })
                : from is null || server == "ranges are passed over" ? SendAsync(exchange, _clip)
                : server == "not satisfiable" ? exchange.SendAsync("HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n")
                : SendRestAsync(exchange, from.Value - 500);
        });
        await AssertStoredAsync(await TakeInAsync(At(site)));
        Assert.Equal(server is not ("no version" or "weak version"), site.Heads[1].Contains("Range:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_never_gets_further_is_left_and_tried_again_later()
    {
        await using var server = new RawServer(exchange => BreakOffAsync(exchange, _clip[..10], "X: y"));
        Assert.IsType<ClipOutcome.Unfetched>(await TakeInAsync(At(server)));
        Assert.Equal(ClipFetch.AnswersMax, server.Heads.Count);

        await using var silent = new RawServer(exchange => BreakOffAsync(exchange, [], "X: y"));
        Assert.IsType<ClipOutcome.Unfetched>(await TakeInAsync(At(silent)));
        Assert.Single(silent.Heads);
    }

    [Theory]
    [InlineData("500 Oh", null)]
    [InlineData("502 Oh", null)]
    [InlineData("503 Oh\r\nRetry-After: 7", 7)]
    [InlineData("429 Oh\r\nRetry-After: 2147483647", 3600)]
    [InlineData("429 Oh\r\nRetry-After: -5", null)]
    [InlineData("204 Nothing", null)]
    [InlineData("206 Part", null)]
    public async Task A_server_in_trouble_is_tried_again_when_it_says(string status, int? seconds)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        var unfetched = Assert.IsType<ClipOutcome.Unfetched>(await TakeInAsync(At(server)));
        Assert.Equal(seconds, unfetched.RetryAfter?.TotalSeconds);
        Assert.DoesNotContain("127.0.0.1", unfetched.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.1.2.3/clip.mp4")]
    [InlineData("http://[::ffff:169.254.169.254]/clip.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/clip.mp4")]
    [InlineData("/clip.mp4")]
    public async Task An_address_that_may_not_be_fetched_is_never_tried(string address)
    {
        Assert.IsType<ClipOutcome.Unusable>(await TakeInAsync(new ClipLocation.Url(address)));
    }

    [Fact]
    public async Task A_clip_larger_than_any_is_not_even_begun()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n");
        Assert.Contains("too large", Assert.IsType<ClipOutcome.Unusable>(await TakeInAsync(At(server))).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_link_whose_time_has_run_out_is_told_from_a_server_in_trouble(int status)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 {status} Expired\r\nContent-Length: 0\r\n\r\n");
        Assert.IsType<ClipOutcome.LinkDead>(await TakeInAsync(At(server)));
        Assert.Single(server.Heads);
    }

    [Theory]
    [InlineData(404, typeof(ClipOutcome.LinkDead))]
    [InlineData(503, typeof(ClipOutcome.Unfetched))]
    [InlineData(null, typeof(ClipOutcome.Unfetched))]
    public async Task A_closed_door_of_the_provider_says_as_much_as_an_address(int? status, Type outcome)
    {
        var location = new ClipLocation.AtProvider("clip-7");
        var provider = new ScriptedProvider("partner", _house.ClipPath)
        {
            Door = (_, _) => throw new UpstreamException("The provider's file could not be fetched.") { Status = status, RetryAfter = TimeSpan.FromSeconds(9) },
        };
        var taken = await _house.ClipIntake.TakeInAsync(House.NewTask(), location, provider, Cancel);
        Assert.IsType(outcome, taken);
        Assert.Equal(taken is ClipOutcome.Unfetched ? 9 : null, (taken as ClipOutcome.Unfetched)?.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_sound_clip_of_another_kind_is_told_from_a_broken_one()
    {
        await using var server = new RawServer(exchange => SendAsync(exchange, _clip));
        var request = House.NewTask().Request;
        foreach (var (asked, words) in new[]
        {
            (request with { DurationSeconds = 10 }, "lasts 5.00 s instead of 10 s"),
            (request with { AspectRatio = AspectRatio.Tall }, "which is not 9:16"),
        })
        {
            var wrong = Assert.IsType<ClipOutcome.WrongKind>(
                await _house.ClipIntake.TakeInAsync(House.NewTask() with { Request = asked }, At(server), _house.Provider, Cancel));
            Assert.Contains(words, wrong.Reason, StringComparison.Ordinal);
        }
    }

    private ValueTask<ClipOutcome> TakeInAsync(ClipLocation location) => _house.ClipIntake.TakeInAsync(House.NewTask(), location, _house.Provider, Cancel);

    private static ClipLocation.Url At(RawServer server, string path = "/clip.mp4") => new($"http://127.0.0.1:{server.Port}{path}");

    private async Task AssertStoredAsync(ClipOutcome outcome)
    {
        var stored = Assert.IsType<ClipOutcome.Stored>(outcome);
        Assert.Equal(_clip, await File.ReadAllBytesAsync(_house.Files.PathOf(stored.Clip.Sha256), Cancel));
    }

    private static async Task SendAsync(RawExchange exchange, byte[] body, string header = "Content-Type: video/mp4")
    {
        await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: {body.Length}\r\n\r\n");
        await exchange.SendAsync(body);
    }

    private async Task SendRestAsync(RawExchange exchange, long from)
    {
        await exchange.SendAsync($"HTTP/1.1 206 Part\r\nContent-Range: bytes {from}-{_clip.Length - 1}/{_clip.Length}\r\nContent-Length: {_clip.Length - from}\r\n\r\n");
        await exchange.SendAsync(_clip[(int)from..]);
    }

    // Announces the whole and gives less.
    private async Task BreakOffAsync(RawExchange exchange, byte[] given, string header, long from = 0)
    {
        var status = from == 0 ? "200 OK" : $"206 Part\r\nContent-Range: bytes {from}-{_clip.Length - 1}/{_clip.Length}";
        await exchange.SendAsync($"HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {_clip.Length - from}\r\n\r\n");
        await exchange.SendAsync(given);
    }

    private static long? RangeOf(string head)
    {
        const string Name = "Range: bytes=";
        var at = head.IndexOf("\r\n" + Name, StringComparison.Ordinal);
        return at < 0 ? null : long.Parse(head[(at + 2 + Name.Length)..].Split('-')[0], CultureInfo.InvariantCulture);
    }
}
