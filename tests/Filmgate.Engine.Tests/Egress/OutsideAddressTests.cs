using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Tests.Intake;
using Filmgate.Engine.Tests.Webhooks;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Egress;

/// <summary>The table of outside addresses against the guard: as text, at the client, behind a redirect, and as answers to a name look-up.</summary>
public sealed partial class OutsideAddressTests : IDisposable
{
    // A redirect needs a server that may be reached. It is the one address that is opened, so that 127.0.0.1 stays as closed as it is by default.
    private static readonly IPAddress Opened = IPAddress.Parse("127.9.9.9");
    private static readonly EgressOptions WithServer = new() { AllowNetworks = [new IPNetwork(Opened, 32)] };
    private static readonly KeyValuePair<string, string>[] Json = [new("Content-Type", "application/json")];

    private readonly TcpListener _trap = new(IPAddress.IPv6Any, 0);

    public OutsideAddressTests()
    {
        _trap.Server.DualMode = true;
        _trap.Start();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_trap.LocalEndpoint).Port;

    public void Dispose()
    {
        var wasCalled = _trap.Pending();
        _trap.Dispose();
        Assert.False(wasCalled, "Somebody was called.");
    }

    [Fact]
    public void Each_is_refused_by_its_text_for_its_own_reason_as_a_picture_and_as_a_receiver_of_events()
    {
        var options = new EgressOptions();
        var wrong = new List<string>();
        foreach (var row in OutsideAddresses.Refused)
        {
            Check("picture", row, options.FetchRules);
            Check("receiver", row, options.CallbackRules);
        }

        foreach (var row in OutsideAddresses.RefusedForEvents)
        {
            Check("receiver", row, options.CallbackRules);
            Assert.NotNull(ImageSource.Parse(row.Url, ImageRules.Default, options.FetchRules).Source);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(OutsideAddresses.Refused.DistinctBy(row => row.Url).Count() == OutsideAddresses.Refused.Count, "A row stands twice.");
        Assert.True(OutsideAddresses.Refused.Count >= 400, $"{OutsideAddresses.Refused.Count} rows");

        void Check(string what, RefusedAddress row, OutboundUrlRules rules)
        {
            var refusal = OutboundUrl.Check(row.At(Port), rules).Refusal;
            if (refusal != row.Refusal)
            {
                wrong.Add($"{what} {row.Url}: {row.Refusal}, got {refusal ?? "nothing: it is allowed"}");
            }
        }
    }

    [Fact]
    public async Task The_client_refuses_each_by_itself_whoever_forgot_to_check_it()
    {
        using var http = new GuardedHttp(new EgressOptions(), new ScriptedResolver { Otherwise = [IPAddress.Loopback] }, TimeProvider.System);
        var asked = 0;
        foreach (var row in OutsideAddresses.Refused)
        {
            if (Parse(row.At(Port)) is not { } uri)
            {
                continue;
            }

            asked++;
            var posting = await Assert.ThrowsAsync<EgressException>(() => http.PostAsync(uri, Json, new byte[2], Cancel));
            Assert.Equal((EgressFailure.RefusedUrl, $"The URL is refused: {row.Refusal}."), (posting.Failure, posting.Message));
            var fetching = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync(uri, Cancel));
            Assert.True(fetching.IsRefusal, row.Url);

            // Signed links of result stores may be longer than what a caller names.
            if (row.Url.Length <= 2048)
            {
                Assert.Equal(posting.Message, fetching.Message);
            }
        }

        Assert.True(asked >= 200, $"{asked} rows are what the framework takes for a URL.");
    }

    [Fact]
    public async Task A_redirect_to_any_of_them_is_refused_and_nobody_is_asked()
    {
        RefusedAddress[] targets =
        [
            .. OutsideAddresses.Refused.Where(row => AbsolutePattern().IsMatch(row.Url) && !row.Url.Any(char.IsControl) && !row.Url.Any(char.IsSurrogate) && row.Url.Length < 8192),
            .. OutsideAddresses.RefusedForEvents.Where(row => row.Url.StartsWith("data:", StringComparison.OrdinalIgnoreCase)),
            new($"//127.0.0.1:{OutsideAddresses.Trap}/", ""), new("//[::1]/", ""), new("\\\\host\\x", ""), new("/\\127.0.0.1/", ""), new("//", ""), new("///127.0.0.1/", ""), new("", ""),
        ];
        await using var server = new RawServer(
            exchange => exchange.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {targets[int.Parse(exchange.Target[1..])].At(Port)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")), Opened);
        using var http = new GuardedHttp(WithServer, new ScriptedResolver { Otherwise = [IPAddress.Parse("10.0.0.1")] }, TimeProvider.System);
        for (var number = 0; number < targets.Length; number++)
        {
            var url = new Uri($"http://{Opened}:{server.Port}/{number}");
            var refused = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync(url, Cancel));
            Assert.True(refused.Failure == EgressFailure.RefusedRedirect, $"{targets[number].Url}: {refused}");

            // The address that was named is good, so the caller is told no more than that it could not be fetched.
            Assert.Equal((false, "could not be fetched"), (refused.IsRefusal, refused.PublicMessage));
        }

        Assert.Equal(targets.Length, server.Heads.Count);
        Assert.True(targets.Length >= 300, $"{targets.Length} rows");
    }

    [Fact]
    public async Task A_name_with_any_answer_inside_is_reached_neither_for_a_picture_nor_for_an_event()
    {
        foreach (var answer in OutsideAddresses.RefusedAnswers)
        {
            using var http = new GuardedHttp(new EgressOptions { AllowedPorts = null }, new ScriptedResolver().With("name.example", answer), TimeProvider.System);
            var fetching = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync(new Uri($"http://name.example:{Port}/"), Cancel));
            var posting = await Assert.ThrowsAsync<EgressException>(() => http.PostAsync(new Uri($"https://name.example:{Port}/"), Json, new byte[2], Cancel));
            Assert.Equal((EgressFailure.RefusedAddress, EgressFailure.RefusedAddress), (fetching.Failure, posting.Failure));
            Assert.Matches($"^name.example resolves to .*, which must not be reached on port {Port}.$", fetching.Message);
            Assert.Equal(fetching.Message, posting.Message);
        }
    }

    [Fact]
    public async Task A_name_that_moves_inside_after_it_was_good_is_not_reached_again()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", Opened);
        var reached = 0;
        foreach (var answer in OutsideAddresses.RefusedAnswers)
        {
            var resolver = new ScriptedResolver().With("rebind.example", Opened.ToString(), answer);
            using var http = new GuardedHttp(WithServer, resolver, TimeProvider.System);
            var url = new Uri($"http://rebind.example:{server.Port}/");
            using (var first = await http.GetAsync(url, Cancel))
            {
                await first.CopyToAsync(Stream.Null, 5, Cancel);
            }

            reached++;
            var refused = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync(url, Cancel));
            Assert.Equal(EgressFailure.RefusedAddress, refused.Failure);

            // Once per connection, so no answer comes between the check and the connection.
            Assert.Equal((2, reached), (resolver.LookupsOf("rebind.example"), server.Connections));
        }
    }

    [Fact]
    public async Task A_redirect_to_a_name_with_any_answer_inside_is_refused()
    {
        await using var server = RawServer.Answering("HTTP/1.1 302 Found\r\nLocation: http://inside.example/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Opened);
        foreach (var answer in OutsideAddresses.RefusedAnswers)
        {
            using var http = new GuardedHttp(WithServer, new ScriptedResolver().With("inside.example", answer), TimeProvider.System);
            var refused = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync(new Uri($"http://{Opened}:{server.Port}/"), Cancel));
            Assert.Equal((EgressFailure.RefusedRedirect, false), (refused.Failure, refused.IsRefusal));
            Assert.StartsWith("inside.example resolves to ", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_picture_at_such_a_name_is_an_invalid_url_whatever_the_answer()
    {
        using var folder = new TemporaryFolder();
        foreach (var answer in OutsideAddresses.RefusedAnswers)
        {
            using var http = new GuardedHttp(new EgressOptions(), new ScriptedResolver().With("name.example", answer), TimeProvider.System);
            var source = ImageSource.Parse("https://name.example/a.png", ImageRules.Default, new EgressOptions().FetchRules).Source!;
            var taken = await new ImageIntake(http, ImageRules.Default).TakeAsync(1, source, folder.File("picture"), Cancel);
            Assert.Equal(new ImageIntakeFailure(FailureCode.InvalidImageUrl, "image 1 is not at an address that may be fetched", Retryable: false), taken.Failure);
        }
    }

    [Fact]
    public async Task An_event_for_such_a_name_is_recorded_as_refused_whatever_the_answer_at_every_attempt()
    {
        var resolver = new ScriptedResolver().With("name.example", [.. OutsideAddresses.RefusedAnswers]);
        await using var run = await DeliveryRun.OpenAsync(egress: new EgressOptions(), resolver: resolver);
        var endpoint = await run.AddAsync("https://name.example/hook");
        var events = await run.SendAsync(endpoint, 1 + (OutsideAddresses.RefusedAnswers.Count / 8));
        await run.RunAsync(TimeSpan.FromDays(2));
        foreach (var id in events)
        {
            var attempts = await run.AttemptsAsync(id);
            Assert.Equal(8, attempts.Length);
            Assert.All(attempts, attempt => Assert.Equal((null, "The name resolves to an address that is not on the public internet."), (attempt.Status, attempt.Error)));
        }

        Assert.True(resolver.LookupsOf("name.example") >= OutsideAddresses.RefusedAnswers.Count, "Every answer was given.");
    }

    [Theory]
    [MemberData(nameof(OutsideAddresses.Allowed), MemberType = typeof(OutsideAddresses))]
    public void An_odd_one_that_is_good_is_accepted_and_keeps_its_path_and_query(string text, string expected)
    {
        var result = OutboundUrl.Check(text, OutboundUrlRules.Default);
        Assert.Null(result.Refusal);
        Assert.Equal(expected, result.Url!.OriginalString);
        Assert.Equal(expected[expected.IndexOf('/', 8)..], result.Url.PathAndQuery);
    }

    private static Uri? Parse(string text)
    {
        try
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*:")]
    private static partial Regex AbsolutePattern();
}
