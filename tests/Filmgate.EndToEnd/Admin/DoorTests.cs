using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Admin;

/// <summary>Row J8 of the reliability reference, and the minute of administrators: what the one door does to whoever asks too often.</summary>
public sealed class DoorTests : IAsyncLifetime
{
    private const string Balance = "api/v1/apikeys/current-balance";
    private const int Guesses = 10_000;
    private const int AtOnce = 32;

    private readonly TemporaryFolder _folder = new();
    private ServedGateway _gateway = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _gateway = await ServedGateway.StartAsync(_folder["data"]);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Ten_thousand_wrong_keys_from_one_address_end_in_429_and_no_right_key_suffers()
    {
        using var guesser = From("127.0.0.1", "fg_live_guessed-but-never-issued");
        var began = TimeProvider.System.GetTimestamp();
        var (wrong, late) = (0, 0);
        await Parallel.ForAsync(0, Guesses, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (number, cancellationToken) =>
        {
            using var answer = await guesser.GetAsync(number % 2 == 0 ? Balance : "admin/v1/accounts", cancellationToken);
            _ = answer.StatusCode switch
            {
                HttpStatusCode.Unauthorized => Interlocked.Increment(ref wrong),
                HttpStatusCode.TooManyRequests => Interlocked.Increment(ref late),
                var other => throw new InvalidOperationException($"{other}"),
            };
            if (number % 1000 == 0)
            {
                Assert.Equal(200, (await _gateway.Api.GetAsync(Balance)).Status);
            }
        });

        // A hundred for each minute that the flood has touched.
        var minutes = (int)TimeProvider.System.GetElapsedTime(began).TotalMinutes + 2;
        Assert.Equal(Guesses, wrong + late);
        Assert.InRange(wrong, 100, 100 * minutes);

        using var refused = await UntilLateAsync(guesser, Balance);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(("100", "0"), (Header(refused, "RateLimit-Limit"), Header(refused, "RateLimit-Remaining")));
        Assert.StartsWith(
            """{"code":429,"message":"More than 100 wrong keys came from this address within a minute;""", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(200, (await _gateway.Api.GetAsync(Balance)).Status);
        using var elsewhere = From("127.0.0.2", "fg_live_guessed-but-never-issued");
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync(Balance, Ct)).StatusCode);
        Assert.Contains(_gateway.Process.Error, line => line.Contains("More than 100 wrong keys came from 127.0.0.1 within a minute", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_admin_key_has_its_own_minute()
    {
        using var admin = From("127.0.0.1", ServedGateway.AdminKey);

        using var refused = await UntilLateAsync(admin, "admin/v1/keys/key_nobody");

        Assert.Equal(("1200", "0"), (Header(refused, "RateLimit-Limit"), Header(refused, "RateLimit-Remaining")));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.StartsWith("""{"code":429,"message":"The key has used its 1200 requests of this minute;""", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(200, (await _gateway.Api.GetAsync(Balance)).Status);
    }

    // A minute may end on the way, so it takes up to twice the limit.
    private static async Task<HttpResponseMessage> UntilLateAsync(HttpClient http, string path)
    {
        for (var asked = 0; asked < 5000; asked++)
        {
            var answer = await http.GetAsync(path, Ct);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return answer;
            }

            answer.Dispose();
        }

        throw new InvalidOperationException($"{path} was never refused.");
    }

    private HttpClient From(string source, string key)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = AtOnce,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = _gateway.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static string Header(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));
}
