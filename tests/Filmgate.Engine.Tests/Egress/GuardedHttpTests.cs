using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Tests.Egress;

public class GuardedHttpTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");
    private static readonly KeyValuePair<string, string>[] Json = [new("Content-Type", "application/json")];

    private static EgressOptions Opened => new() { AllowNetworks = [Loopback] };

    private static ScriptedResolver Everywhere => new() { Otherwise = [IPAddress.Loopback] };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Uri Url(string text)
    {
        var result = OutboundUrl.Check(text, new OutboundUrlRules { AllowNetworks = [Loopback], AllowedPorts = null });
        Assert.Null(result.Refusal);
        return result.Url!;
    }

    private static async Task<byte[]> FetchAsync(GuardedHttp http, string url, long max = 1_000_000)
    {
        using var response = await http.GetAsync(Url(url), Cancel);
        using var body = new MemoryStream();
        Assert.Equal(await response.CopyToAsync(body, max, Cancel), body.Length);
        return body.ToArray();
    }

    private static async Task<EgressException> FailAsync(GuardedHttp http, string url, EgressFailure failure, long max = 1_000_000)
    {
        var e = await Assert.ThrowsAsync<EgressException>(() => FetchAsync(http, url, max));
        Assert.True(e.Failure == failure, $"{failure} expected: {e}");
        return e;
    }

    [Fact]
    public async Task The_next_address_is_tried_when_the_first_does_not_answer()
    {
        await using var server = RawServer.Answering(Ok);
        // Nothing listens on this port of 127.0.0.9.
        var resolver = new ScriptedResolver().With("two.example", "127.0.0.9,127.0.0.1");
        using var http = new GuardedHttp(Opened, resolver, TimeProvider.System);
        Assert.Equal("hello"u8.ToArray(), await FetchAsync(http, $"http://two.example:{server.Port}/"));
    }

    [Fact]
    public async Task Localhost_is_reached_when_loopback_is_opened_and_must_then_resolve_to_it()
    {
        await using var server = RawServer.Answering(Ok);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        Assert.Equal(5, (await FetchAsync(http, $"http://localhost:{server.Port}/")).Length);
        using var elsewhere = new GuardedHttp(Opened, new ScriptedResolver { Otherwise = [IPAddress.Parse("8.8.8.8")] }, TimeProvider.System);
        await FailAsync(elsewhere, "http://localhost/", EgressFailure.RefusedAddress);
    }

    [Fact]
    public async Task An_unusual_port_or_a_webhook_over_http_needs_every_answer_in_an_opened_network()
    {
        using var http = new GuardedHttp(Opened, new ScriptedResolver { Otherwise = [IPAddress.Parse("8.8.8.8")] }, TimeProvider.System);
        await FailAsync(http, "http://pictures.example:22/", EgressFailure.RefusedAddress);
        var e = await Assert.ThrowsAsync<EgressException>(() => http.PostAsync(Url("http://receiver.example/"), Json, new byte[2], Cancel));
        Assert.Equal(EgressFailure.RefusedAddress, e.Failure);
    }

    [Theory]
    [InlineData("/%7Eu/%2e%2E/a/../b//c/./d?x=%7E&y=%zz")]
    [InlineData("/a%2Fb%00?u=\"<>^`{|}[]'!*();:@,$+")]
    [InlineData("/sig?X-Amz-Signature=ab%2Bcd%3D&x-id=GetObject&e=a+b%20c")]
    [InlineData("//double//slash/?")]
    [InlineData("/?a?b=/../..")]
    public async Task Path_and_query_go_over_the_wire_byte_for_byte(string target)
    {
        await using var server = RawServer.Answering(Ok);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FetchAsync(http, $"http://pictures.example:{server.Port}{target}#fragment");
        var lines = Assert.Single(server.Heads).Split("\r\n");
        Assert.Equal($"GET {target} HTTP/1.1", lines[0]);
        Assert.Contains($"Host: pictures.example:{server.Port}", lines);
    }

    [Fact]
    public async Task Fetch_and_post_reach_the_server_itself()
    {
        await using var server = RawServer.Answering(Ok);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FetchAsync(http, $"http://pictures.example:{server.Port}/");
        await http.PostAsync(Url($"http://pictures.example:{server.Port}/"), Json, new byte[2], Cancel);
        Assert.Equal(["GET / HTTP/1.1", "POST / HTTP/1.1"], server.Heads.Select(head => head.Split("\r\n")[0]));
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_used()
    {
        // The runtime reads these variables once per process, and for all tests in it; so the test above runs in its own.
        await using var proxy = RawServer.Answering(Ok);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "exec", typeof(GuardedHttpTests).Assembly.Location, "-method", $"{typeof(GuardedHttpTests).FullName}.{nameof(Fetch_and_post_reach_the_server_itself)}" })
            start.ArgumentList.Add(argument);
        foreach (var name in new[] { "http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY" })
            start.Environment[name] = $"http://127.0.0.1:{proxy.Port}";
        start.Environment["no_proxy"] = "";
        using var child = Process.Start(start)!;
        _ = child.StandardError.ReadToEndAsync(Cancel);
        var output = await child.StandardOutput.ReadToEndAsync(Cancel);
        await child.WaitForExitAsync(Cancel);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
        Assert.Equal(0, proxy.Connections);
    }

    [Fact]
    public async Task A_redirect_without_a_target_or_of_another_kind_is_no_success()
    {
        foreach (var (status, failure) in new[] { (301, EgressFailure.RefusedRedirect), (300, EgressFailure.BadStatus), (304, EgressFailure.BadStatus), (305, EgressFailure.BadStatus) })
        {
            await using var server = RawServer.Answering($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
            await FailAsync(http, $"http://pictures.example:{server.Port}/", failure);
        }
    }

    [Theory]
    [InlineData(301), InlineData(302), InlineData(303), InlineData(307), InlineData(308)]
    public async Task Three_redirects_are_followed_and_a_fourth_is_not(int status)
    {
        await using var server = new RawServer(exchange => exchange.SendAsync(
            exchange.Target == "/0" ? Ok : $"HTTP/1.1 {status} X\r\nLocation: {int.Parse(exchange.Target[1..]) - 1}\r\nContent-Length: 3\r\n\r\nabc"));
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        Assert.Equal(5, (await FetchAsync(http, $"http://pictures.example:{server.Port}/3")).Length);
        await FailAsync(http, $"http://pictures.example:{server.Port}/4", EgressFailure.TooManyRedirects);
        Assert.Equal(["/3", "/2", "/1", "/0", "/4", "/3", "/2", "/1"], server.Heads.Select(head => head.Split(' ')[1]));
    }

    [Fact]
    public async Task A_loop_of_redirects_ends()
    {
        await using var server = RawServer.Answering("HTTP/1.1 308 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.TooManyRedirects);
        Assert.Equal(4, server.Heads.Count);
    }

    [Fact]
    public async Task No_cookie_and_no_credential_is_ever_sent()
    {
        await using var other = RawServer.Answering(Ok);
        await using var server = RawServer.Answering($"HTTP/1.1 302 X\r\nSet-Cookie: a=b; Path=/\r\nLocation: http://localhost:{other.Port}/x\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FetchAsync(http, $"http://pictures.example:{server.Port}/?token=s");
        await FetchAsync(http, $"http://pictures.example:{server.Port}/");
        foreach (var head in (string[])[.. server.Heads, .. other.Heads])
        {
            var names = head.Split("\r\n").Skip(1).Where(line => line.Length > 0).Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal);
            Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], names);
        }
    }

    [Fact]
    public async Task A_cut_or_malformed_answer_is_a_broken_body()
    {
        string[] answers =
        [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\nContent-Length: x\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n",
            "\0\0\0\0",
            "HTTP/1.1 200 OK\r\nbroken header\r\n\r\n",
            "",
        ];
        foreach (var answer in answers)
        {
            await using var server = RawServer.Answering(answer);
            using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
            var e = await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.BrokenBody);
            Assert.True(e.IsTransient);
        }
        await using var resetting = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
            exchange.Reset();
        });
        using var client = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FailAsync(client, $"http://pictures.example:{resetting.Port}/", EgressFailure.BrokenBody);
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_a_clean_failure()
    {
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\nX: {new string('a', 70_000)}\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.BrokenBody);
    }

    [Theory]
    [InlineData(204), InlineData(206), InlineData(400), InlineData(401), InlineData(404), InlineData(410), InlineData(429), InlineData(500), InlineData(503)]
    public async Task Any_status_but_200_is_a_failure(int status)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        var e = await FailAsync(http, $"http://pictures.example:{server.Port}/secret?token=s", EgressFailure.BadStatus);
        Assert.Equal(status, e.StatusCode);
        Assert.Equal(status is 429 or >= 500, e.IsTransient);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("token", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_body_is_stopped_at_the_limit()
    {
        string[] heads = ["", "Content-Length: 100000000000\r\n", "Transfer-Encoding: chunked\r\n"];
        foreach (var head in heads)
        {
            await using var server = new RawServer(async exchange =>
            {
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{head}\r\n");
                var block = Encoding.ASCII.GetBytes(head.StartsWith('T') ? "1000\r\n" + new string('a', 4096) + "\r\n" : new string('a', 4096));
                while (true)
                    await exchange.SendAsync(block);
            });
            using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
            var e = await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.TooLarge, max: 100_000);
            Assert.Equal("is too large", e.PublicMessage);
        }
    }

    [Fact]
    public async Task Bytes_beyond_the_announced_length_are_not_taken()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more");
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        Assert.Equal("hello"u8.ToArray(), await FetchAsync(http, $"http://pictures.example:{server.Port}/"));
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_taken_and_hashed()
    {
        await using var server = RawServer.Answering(Ok);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        using var response = await http.GetAsync(Url($"http://pictures.example:{server.Port}/"), Cancel);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var body = new MemoryStream();
        Assert.Equal(5, await response.CopyToAsync(body, 5, Cancel, hash));
        Assert.Equal(SHA256.HashData("hello"u8), hash.GetHashAndReset());
        await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.TooLarge, max: 4);
    }

    [Fact]
    public async Task A_compressed_body_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(new byte[5_000_000]);
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n");
            await exchange.SendAsync(packed.ToArray());
        });
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        Assert.Equal(packed.ToArray(), await FetchAsync(http, $"http://pictures.example:{server.Port}/"));
    }

    [Fact]
    public async Task A_body_that_stalls_ends_at_the_idle_limit()
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
            await exchange.StallAsync();
        });
        using var http = new GuardedHttp(Opened with { IdleTimeout = TimeSpan.FromMilliseconds(200) }, Everywhere, TimeProvider.System);
        await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.Timeout);
    }

    [Fact]
    public async Task A_body_that_drips_ends_at_the_total_limit()
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (true)
            {
                await exchange.SendAsync("a");
                await Task.Delay(20, exchange.Stop);
            }
        });
        using var http = new GuardedHttp(Opened with { TotalTimeout = TimeSpan.FromMilliseconds(500) }, Everywhere, TimeProvider.System);
        await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.Timeout);
    }

    [Fact]
    public async Task Headers_that_never_come_and_interim_answers_without_end_stop_at_the_total_limit()
    {
        Func<RawExchange, Task>[] answers =
        [
            exchange => exchange.StallAsync(),
            async exchange => { while (true) { await exchange.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"); await Task.Delay(1, exchange.Stop); } },
        ];
        foreach (var answer in answers)
        {
            await using var server = new RawServer(answer);
            using var http = new GuardedHttp(Opened with { TotalTimeout = TimeSpan.FromMilliseconds(400) }, Everywhere, TimeProvider.System);
            await FailAsync(http, $"http://pictures.example:{server.Port}/", EgressFailure.Timeout);
        }
    }

    [Fact]
    public async Task A_connection_that_is_not_accepted_ends_at_the_connect_limit()
    {
        // A listener whose queue is full does not answer to a SYN on Linux.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var waiting = new List<Socket>();
        for (var i = 0; i < 4; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            waiting.Add(socket);
            try
            {
                socket.Connect(full.LocalEndPoint!);
            }
            catch (SocketException)
            {
            }
        }
        using var http = new GuardedHttp(Opened with { ConnectTimeout = TimeSpan.FromMilliseconds(300) }, Everywhere, TimeProvider.System);
        var e = await FailAsync(http, $"http://pictures.example:{((IPEndPoint)full.LocalEndPoint!).Port}/", EgressFailure.Timeout);
        Assert.True(e.IsTransient);
        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_closed_port_an_unknown_name_a_404_and_a_timeout_have_the_same_words_for_the_caller()
    {
        int closed;
        await using (var gone = RawServer.Answering(Ok))
            closed = gone.Port;
        await using var missing = RawServer.Answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        await using var silent = new RawServer(exchange => exchange.StallAsync());
        var resolver = new ScriptedResolver().With("pictures.example", "127.0.0.1");
        using var http = new GuardedHttp(Opened, resolver, TimeProvider.System);
        using var impatient = new GuardedHttp(Opened with { TotalTimeout = TimeSpan.FromMilliseconds(300) }, resolver, TimeProvider.System);
        string[] words =
        [
            (await FailAsync(http, $"http://pictures.example:{closed}/", EgressFailure.ConnectFailed)).PublicMessage,
            (await FailAsync(http, "http://unknown.example/", EgressFailure.NameNotResolved)).PublicMessage,
            (await FailAsync(http, $"http://pictures.example:{missing.Port}/", EgressFailure.BadStatus)).PublicMessage,
            (await FailAsync(impatient, $"http://pictures.example:{silent.Port}/", EgressFailure.Timeout)).PublicMessage,
        ];
        Assert.Equal("could not be fetched", Assert.Single(words.Distinct()));
    }

    [Fact]
    public async Task A_lookup_that_hangs_ends_at_its_limit()
    {
        using var http = new GuardedHttp(Opened with { ResolveTimeout = TimeSpan.FromMilliseconds(100) }, new HangingResolver(), TimeProvider.System);
        await FailAsync(http, "http://pictures.example/", EgressFailure.NameNotResolved);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_stays_a_cancellation()
    {
        var asked = new TaskCompletionSource();
        await using var server = new RawServer(async exchange =>
        {
            asked.TrySetResult();
            await exchange.StallAsync();
        });
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var get = http.GetAsync(Url($"http://pictures.example:{server.Port}/"), mine.Token);
        var post = http.PostAsync(Url($"http://pictures.example:{server.Port}/"), Json, new byte[2], mine.Token);
        await asked.Task;
        await mine.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => post);
    }

    [Fact]
    public async Task A_full_disk_is_not_taken_for_a_broken_body()
    {
        await using var server = RawServer.Answering(Ok);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        using var response = await http.GetAsync(Url($"http://pictures.example:{server.Port}/"), Cancel);
        await Assert.ThrowsAsync<IOException>(() => response.CopyToAsync(new FullDisk(), 100, Cancel));
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_refused_and_the_name_asked_for_is_the_original_one()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=other.example", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var name = new TaskCompletionSource<string?>();
        var serving = Task.Run(async () =>
        {
            using var tls = new SslStream(new NetworkStream(await listener.AcceptSocketAsync(Cancel), ownsSocket: true));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateSelectionCallback = (_, asked) => { name.TrySetResult(asked); return certificate; },
            }, Cancel);
            await tls.ReadExactlyAsync(new byte[1], Cancel);
        }, Cancel);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var e = await FailAsync(http, $"https://pictures.example:{port}/", EgressFailure.TlsFailed);
        Assert.False(e.IsTransient);
        Assert.Equal("pictures.example", await name.Task);
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
    }

    [Fact]
    public async Task A_tls_client_that_meets_plain_text_or_an_early_end_fails_cleanly()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync(Cancel);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancel);
            await socket.ReceiveAsync(new byte[10_000], Cancel);
        }, Cancel);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        await FailAsync(http, $"https://pictures.example:{((IPEndPoint)listener.LocalEndpoint).Port}/", EgressFailure.TlsFailed);
        await serving;
    }

    [Fact]
    public async Task Hundreds_of_hosts_are_looked_up_a_bounded_number_at_a_time()
    {
        var resolver = new CountingResolver();
        using var http = new GuardedHttp(new EgressOptions { MaxConcurrentRequests = 8 }, resolver, TimeProvider.System);
        var fetches = Enumerable.Range(0, 500).Select(i => Assert.ThrowsAsync<EgressException>(() => http.GetAsync(Url($"http://host{i}.example/"), Cancel)));
        await Task.WhenAll(fetches);
        Assert.InRange(resolver.Most, 1, 8);
    }

    [Fact]
    public async Task A_post_sends_its_body_and_headers_and_reports_the_answer()
    {
        var sent = new byte[2000];
        new Random(1).NextBytes(sent);
        byte[]? received = null;
        await using var server = new RawServer(async exchange =>
        {
            received = new byte[sent.Length];
            await exchange.Stream.ReadExactlyAsync(received, exchange.Stop);
            await exchange.SendAsync("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 4\r\n\r\nbusy");
        });
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        var answer = await http.PostAsync(Url($"http://receiver.example:{server.Port}/hook?x=%7E"), [.. Json, new("webhook-id", "evt_1"), new("User-Agent", "Filmgate-Webhooks")], sent, Cancel);
        Assert.Equal(503, answer.StatusCode);
        Assert.False(answer.IsSuccess);
        Assert.Equal(TimeSpan.FromMinutes(2), answer.RetryAfter);
        Assert.Equal("busy"u8.ToArray(), answer.Body.ToArray());
        Assert.Equal(sent, received);
        var head = Assert.Single(server.Heads).Split("\r\n");
        Assert.Equal("POST /hook?x=%7E HTTP/1.1", head[0]);
        Assert.Contains("webhook-id: evt_1", head);
        Assert.Contains("User-Agent: Filmgate-Webhooks", head);
        Assert.Contains("Content-Type: application/json", head);
        Assert.Contains("Content-Length: 2000", head);
    }

    [Fact]
    public async Task A_post_does_not_follow_redirects()
    {
        await using var server = RawServer.Answering("HTTP/1.1 307 X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        Assert.Equal(307, (await http.PostAsync(Url($"http://receiver.example:{server.Port}/"), Json, new byte[2], Cancel)).StatusCode);
        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task A_2xx_counts_although_its_body_is_endless_drips_or_breaks_off()
    {
        Func<RawExchange, Task>[] bodies =
        [
            async exchange => { var block = new byte[4096]; while (true) await exchange.SendAsync(block); },
            async exchange => { while (true) { await exchange.SendAsync("a"); await Task.Delay(20, exchange.Stop); } },
            exchange => exchange.StallAsync(),
            exchange => { exchange.Reset(); return Task.CompletedTask; },
            exchange => exchange.SendAsync("cut"),
        ];
        foreach (var body in bodies)
        {
            await using var server = new RawServer(async exchange =>
            {
                await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nbeginning");
                await body(exchange);
            });
            using var http = new GuardedHttp(Opened with { AnswerTimeout = TimeSpan.FromMilliseconds(1500) }, Everywhere, TimeProvider.System);
            var answer = await http.PostAsync(Url($"http://receiver.example:{server.Port}/"), Json, new byte[2], Cancel);
            Assert.True(answer.IsSuccess);
            Assert.InRange(answer.Body.Length, 0, PostAnswer.MostBodyBytes);
        }
    }

    [Fact]
    public async Task A_receiver_that_says_nothing_is_a_timeout()
    {
        await using var server = new RawServer(exchange => exchange.StallAsync());
        using var http = new GuardedHttp(Opened with { AnswerTimeout = TimeSpan.FromMilliseconds(200) }, Everywhere, TimeProvider.System);
        var e = await Assert.ThrowsAsync<EgressException>(() => http.PostAsync(Url($"http://receiver.example:{server.Port}/"), Json, new byte[2], Cancel));
        Assert.Equal(EgressFailure.Timeout, e.Failure);
    }

    [Theory]
    [InlineData("x-a", "one\r\nx-b: two"), InlineData("x-a", "one\ntwo"), InlineData("x-a", "é"), InlineData("x-a", "\0"), InlineData("x a", "one"), InlineData("x-a:", "one")]
    [InlineData("", "one"), InlineData("Host", "inside.example"), InlineData("Content-Length", "5"), InlineData("transfer-encoding", "chunked"), InlineData("x\r\ny", "one")]
    public async Task A_header_that_is_not_valid_is_never_sent(string name, string value)
    {
        await using var server = RawServer.Answering(Ok);
        using var http = new GuardedHttp(Opened, Everywhere, TimeProvider.System);
        var e = await Assert.ThrowsAsync<EgressException>(() => http.PostAsync(Url($"http://receiver.example:{server.Port}/"), [.. Json, new(name, value)], new byte[2], Cancel));
        Assert.Equal(EgressFailure.RefusedHeader, e.Failure);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var options = new EgressOptions { ConnectTimeout = TimeSpan.Zero, MaxRedirects = -1, MaxConnectionsPerServer = 0, AllowedPorts = [0], IdleTimeout = TimeSpan.MaxValue };
        var e = Assert.Throws<ArgumentException>(() => new GuardedHttp(options, Everywhere, TimeProvider.System));
        foreach (var name in new[] { "ConnectTimeout", "MaxRedirects", "MaxConnectionsPerServer", "AllowedPorts", "IdleTimeout" })
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Empty(new EgressOptions().Validate());
    }

    private sealed class HangingResolver : IHostResolver
    {
        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            new TaskCompletionSource<IReadOnlyList<IPAddress>>().Task;
    }

    private sealed class CountingResolver : IHostResolver
    {
        private int _now;
        private int _most;

        public int Most => _most;

        public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            var now = Interlocked.Increment(ref _now);
            for (var most = _most; now > most; most = _most)
                Interlocked.CompareExchange(ref _most, now, most);
            await Task.Yield();
            Interlocked.Decrement(ref _now);
            return [];
        }
    }

    private sealed class FullDisk : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("No space left on device"));
    }
}
