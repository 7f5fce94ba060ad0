using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Filmgate.LoadRunner;

/// <summary>The few calls that prepare a measurement.</summary>
internal sealed class TaskApi : IDisposable
{
    public const string CreatePath = "/api/v1/generateTask/kling-2-1";
    private const string Prompt =
        "A wooden sailing boat leaves the harbour at dawn, light fog over the water, gulls circling the lighthouse; slow push in, soft golden light, film grain";
    private static readonly TimeSpan ClipMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http;

    public TaskApi(IPEndPoint server, string key)
    {
        _http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://{server}") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>A creation as clients send it, without a picture.</summary>
    public static byte[] TextRequest() => Encoding.UTF8.GetBytes(
        $$$"""
        {"request_type":"async","provider":"auto","input":{"mode":"master-text-to-video","prompt":"{{{Prompt}}}","duration":5,"aspect_ratio":"16:9","negative_prompt":"blur, low quality, text","cfg_scale":0.5}}
        """);

    /// <summary>A creation with a picture inside it: the shortest way to a finished clip.</summary>
    public static byte[] PictureRequest(string jpegPath) => Encoding.UTF8.GetBytes(
        $$$"""
        {"input":{"mode":"standard-image-to-video","prompt":"static","duration":5,"image_urls":["data:image/jpeg;base64,{{{Convert.ToBase64String(File.ReadAllBytes(jpegPath))}}}"]}}
        """);

    public static string StatusPath(string task) => $"/api/v1/statusTask/kling-2-1?taskId={task}";

    /// <summary>Creates a task and gives its id and the answer's bytes.</summary>
    public async Task<(string Task, byte[] Answer)> CreateAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _http.PostAsync(new Uri(CreatePath, UriKind.Relative), content);
        var answer = await response.Content.ReadAsByteArrayAsync();
        using var json = JsonDocument.Parse(answer);
        return response.IsSuccessStatusCode
            ? (json.RootElement.GetProperty("data").GetProperty("taskId").GetString()!, answer)
            : throw new InvalidOperationException($"Not created: {Encoding.UTF8.GetString(answer)}");
    }

    /// <summary>Cancels a task.</summary>
    public async Task CancelAsync(string task)
    {
        using var response = await _http.PostAsync(new Uri($"/api/v1/tasks/{task}/cancel", UriKind.Relative), content: null);
        response.EnsureSuccessStatusCode();
    }

    public Task<byte[]> StatusAsync(string task) => _http.GetByteArrayAsync(new Uri(StatusPath(task), UriKind.Relative));

    /// <summary>Waits until the clip is there.</summary>
    public async Task WaitForClipAsync(string task)
    {
        using var patience = new CancellationTokenSource(ClipMax);
        while (true)
        {
            using var json = JsonDocument.Parse(await StatusAsync(task));
            switch (json.RootElement.GetProperty("data").GetProperty("state").GetString())
            {
                case "success":
                    return;
                case "failed":
                    throw new InvalidOperationException($"The task failed: {json.RootElement}");
                default:
                    await Task.Delay(PollInterval, patience.Token);
                    break;
            }
        }
    }

    public void Dispose() => _http.Dispose();
}
