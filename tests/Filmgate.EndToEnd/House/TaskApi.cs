using System.Text;
using System.Text.Json;

namespace Filmgate.EndToEnd.House;

/// <summary>An answer of the task API.</summary>
internal sealed record ApiAnswer(int Status, string Text, HttpResponseMessage Response)
{
    /// <summary>The whole envelope.</summary>
    public JsonElement Envelope => JsonElement.Parse(Text);

    /// <summary>Its <c>data</c>.</summary>
    public JsonElement Data => Envelope.GetProperty("data");

    /// <summary>Its <c>message</c>.</summary>
    public string Message => Envelope.GetProperty("message").GetString()!;

    /// <summary>For failure messages.</summary>
    public override string ToString() => $"{Status} {Text}";
}

/// <summary>Speaks the task API as any client would: with its own hands and no library of this house.</summary>
internal sealed class TaskApi : IDisposable
{
    /// <summary>Path of creation.</summary>
    public const string Create = "api/v1/generateTask/kling-2-1";

    /// <summary>How long a task may take on a busy machine.</summary>
    public static readonly TimeSpan TaskPatience = TimeSpan.FromSeconds(150);

    private readonly HttpClient _http;

    public TaskApi(Uri address, string? key)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = address };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("Authorization", $"Bearer {key}");
        }
    }

    /// <summary>Sends one request, with a JSON body or none.</summary>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    /// <summary>GET.</summary>
    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Asks for a clip; anything but 200 fails the test.</summary>
    public async Task<string> CreateAsync(object input, string? callbackUrl = null)
    {
        var answer = await SendAsync(HttpMethod.Post, Create, Body(input, callbackUrl));
        Assert.True(answer.Status == 200, answer.ToString());
        return answer.Data.GetProperty("taskId").GetString()!;
    }

    /// <summary>The body of a creation.</summary>
    public static string Body(object input, string? callbackUrl = null) => JsonSerializer.Serialize(
        callbackUrl is null ? new { input } : (object)new { request_type = "callback", callback_url = callbackUrl, input });

    /// <summary>Text to video.</summary>
    public static object Text(string prompt, string ratio = "16:9", int duration = 5) =>
        new { mode = "master-text-to-video", prompt, aspect_ratio = ratio, duration };

    /// <summary>The cheapest clip: 720p, five seconds, from one picture.</summary>
    public static object Standard(string prompt, string picture, int duration = 5) =>
        new { mode = "standard-image-to-video", prompt, image_urls = new[] { picture }, duration };

    /// <summary>1080p from one picture or two.</summary>
    public static object Pro(string prompt, params string[] pictures) => new { mode = "pro-image-to-video", prompt, image_urls = pictures };

    /// <summary>The status answer.</summary>
    public Task<ApiAnswer> StatusAsync(string id) => GetAsync($"api/v1/statusTask/kling-2-1?taskId={id}");

    /// <summary>The answer of <c>/tasks/{id}</c>.</summary>
    public Task<ApiAnswer> DetailsAsync(string id) => GetAsync($"api/v1/tasks/{id}");

    /// <summary>Polls until the task has ended.</summary>
    public Task<ApiAnswer> EndAsync(string id) => Eventually.BecomesAsync(
        () => StatusAsync(id),
        answer => answer.Status != 200 || answer.Data.GetProperty("state").GetString() is "success" or "failed",
        TaskPatience,
        $"The end of task {id}");

    /// <summary>Polls until the task has succeeded, and returns the address of its clip, read as clients read it: JSON within JSON.</summary>
    public async Task<Uri> ClipOfAsync(string id)
    {
        var end = await EndAsync(id);
        Assert.True(end.Data.GetProperty("state").GetString() == "success", end.Text);
        var result = JsonElement.Parse(end.Data.GetProperty("resultJson").GetString()!);
        var url = Assert.Single(result.GetProperty("resultUrls").EnumerateArray()).GetString()!;
        return new Uri(url);
    }

    /// <summary>Polls until the task has failed, and returns its <c>data</c>.</summary>
    public async Task<JsonElement> FailureOfAsync(string id)
    {
        var end = await EndAsync(id);
        Assert.True(end.Data.GetProperty("state").GetString() == "failed", end.Text);
        return end.Data;
    }

    /// <summary>Makes a clip and puts it into a file.</summary>
    public async Task<string> DownloadAsync(object input, string path)
    {
        var url = await ClipOfAsync(await CreateAsync(input));
        await File.WriteAllBytesAsync(path, await _http.GetByteArrayAsync(url, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
