using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filmgate.EndToEnd.House;
using Filmgate.Torture.Driver;

namespace Filmgate.Torture.Cluster;

/// <summary>What a client heard.</summary>
/// <param name="Request">What it had asked.</param>
/// <param name="At">When it heard it.</param>
/// <param name="Took">How long it had waited.</param>
/// <param name="Status">HTTP status; 0 when no whole answer came.</param>
/// <param name="SaysWhen">Whether the answer says when to come again.</param>
/// <param name="Words">The answer's body, or what went wrong.</param>
internal sealed record Answer(string Request, DateTimeOffset At, TimeSpan Took, int Status, bool SaysWhen, string Words)
{
    /// <summary>Whether it is one that a gateway may give while its database is away: done, the client's own fault, or an honest "later".</summary>
    public bool IsHonest => Status is >= 200 and < 500 || (Status == 503 && SaysWhen);
}

/// <summary>Clients that create tasks and ask for their states without pause, through the one address of all nodes.</summary>
internal sealed class ClientLoad : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(60);

    private readonly Stage _stage;
    private readonly int _seed;
    private readonly TimeProvider _time;
    private readonly bool _asksOne;
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly string _picture = TestPicture.DataUrl(320, 320);
    private readonly Task _working;
    private int _lastNumber;

    /// <summary>Begins.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="seed">From which the takes come.</param>
    /// <param name="creators">Clients that create.</param>
    /// <param name="readers">Clients that read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="at">One node to ask; null for all of them.</param>
    public ClientLoad(Stage stage, int seed, int creators, int readers, TimeProvider time, Uri? at = null)
    {
        (_stage, _seed, _time, _asksOne) = (stage, seed, time, at is not null);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = at ?? stage.Proxy.Address, Timeout = Timeout };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Stage.LiveKey);
        _working = Task.WhenAll([.. Enumerable.Range(0, creators).Select(_ => RepeatAsync(CreateAsync)), .. Enumerable.Range(0, readers).Select(_ => RepeatAsync(ReadAsync))]);
    }

    /// <summary>All that was heard.</summary>
    public ConcurrentQueue<Answer> Answers { get; } = new();

    /// <summary>Tasks whose creation was acknowledged, by the number of the take.</summary>
    public ConcurrentDictionary<int, string> Acknowledged { get; } = new();

    /// <summary>Ends, when every answer that is awaited has come.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _working;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task RepeatAsync(Func<Task> work)
    {
        while (!_stop.IsCancellationRequested)
        {
            await work();
            await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CreateAsync()
    {
        var take = Take.Of(_seed, Interlocked.Increment(ref _lastNumber));
        using var request = new HttpRequestMessage(HttpMethod.Post, take.Path) { Content = new StringContent(take.Body(_stage.ReceiverAddress, _picture), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", take.Key);
        request.Headers.ConnectionClose = true;
        if (await SendAsync(request) is { Status: >= 200 and < 300 } done)
        {
            var json = JsonElement.Parse(done.Words);
            Acknowledged[take.Number] = take.Surface == Surfaces.Replicate ? "task_" + json.GetProperty("id").GetString() : json.GetProperty("data").GetProperty("taskId").GetString()!;
        }
    }

    private async Task ReadAsync()
    {
        // Who asks one node alone may do so while it has nothing to show; it must say so then.
        if ((Acknowledged.Values.FirstOrDefault() ?? (_asksOne ? "task_none" : null)) is { } task)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/statusTask/kling-2-1?taskId={task}");
            await SendAsync(request);
        }
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var began = _time.GetTimestamp();
        Answer heard;
        var asked = $"{request.Method} {request.RequestUri}";
        try
        {
            using var answer = await _http.SendAsync(request);
            var words = await answer.Content.ReadAsStringAsync();
            heard = new Answer(asked, _time.GetUtcNow(), _time.GetElapsedTime(began), (int)answer.StatusCode, answer.Headers.RetryAfter is not null, words);
        }
        catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException or IOException)
        {
            heard = new Answer(asked, _time.GetUtcNow(), _time.GetElapsedTime(began), 0, SaysWhen: false, cut.Message);
        }

        Answers.Enqueue(heard);
        return heard;
    }
}
