using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Providers;

/// <summary>
/// One vendor's surface in a few requests, as a client of that vendor makes them: a clip from one picture is asked for, followed to its
/// end and fetched. Nothing of this house's code takes part.
/// </summary>
internal sealed class VendorSurface(string name, string authorization, Func<VendorSurface, string, byte[], Task<byte[]>> makeAsync)
{
    private const string FalApp = "fal/queue/fal-ai/kling-video";

    private HttpClient? _http;

    /// <summary>All six.</summary>
    public static IReadOnlyList<VendorSurface> All =>
    [
        new("apixo", "Bearer", (surface, prompt, picture) => surface.MakeAtApixoAsync(prompt, picture)),
        new("kling", "Bearer", (surface, prompt, picture) => surface.MakeAtKlingAsync(prompt, picture)),
        new("fal", "Key", (surface, prompt, picture) => surface.MakeAtFalAsync(prompt, picture)),
        new("replicate", "Bearer", (surface, prompt, picture) => surface.MakeAtReplicateAsync(prompt, picture)),
        new("openai-videos", "Bearer", (surface, prompt, picture) => surface.MakeAtOpenAiAsync(prompt, picture)),
        new("kie", "Bearer", (surface, prompt, picture) => surface.MakeAtKieAsync(prompt, picture)),
    ];

    /// <summary>The dialect's name.</summary>
    public string Name => name;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HttpClient Http => _http ?? throw new InvalidOperationException("No gateway was named.");

    /// <summary>Makes a clip of a PNG at a gateway and returns its bytes.</summary>
    public async Task<byte[]> MakeAsync(Uri gateway, string key, string prompt, byte[] picture)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(authorization, key);
        _http = http;
        return await makeAsync(this, prompt, picture);
    }

    private async Task<byte[]> MakeAtApixoAsync(string prompt, byte[] picture)
    {
        var created = await PostAsync(TaskApi.Create, new { input = TaskApi.Standard(prompt, DataUrl(picture)) });
        var id = created.GetProperty("data").GetProperty("taskId").GetString();
        var data = (await EndAsync($"api/v1/statusTask/kling-2-1?taskId={id}", answer => answer.GetProperty("data").GetProperty("state").GetString()!, "success", "failed")).GetProperty("data");
        return await FetchAsync(JsonElement.Parse(data.GetProperty("resultJson").GetString()!).GetProperty("resultUrls")[0]);
    }

    private async Task<byte[]> MakeAtKlingAsync(string prompt, byte[] picture)
    {
        const string Path = "kling/v1/videos/image2video";
        var created = await PostAsync(Path, new { model_name = "kling-v2-1", mode = "std", duration = "5", prompt, image = Convert.ToBase64String(picture) });
        var id = created.GetProperty("data").GetProperty("task_id").GetString();
        var end = await EndAsync($"{Path}/{id}", answer => answer.GetProperty("data").GetProperty("task_status").GetString()!, "succeed", "failed");
        return await FetchAsync(end.GetProperty("data").GetProperty("task_result").GetProperty("videos")[0].GetProperty("url"));
    }

    private async Task<byte[]> MakeAtFalAsync(string prompt, byte[] picture)
    {
        var created = await PostAsync($"{FalApp}/v2.1/standard/image-to-video", new { prompt, image_url = DataUrl(picture), duration = "5" });
        var id = created.GetProperty("request_id").GetString();
        await EndAsync($"{FalApp}/requests/{id}/status", answer => answer.GetProperty("status").GetString()!, "COMPLETED", "");
        var result = await ReadAsync($"{FalApp}/requests/{id}");
        Assert.True(result.TryGetProperty("video", out var video), result.GetRawText());
        return await FetchAsync(video.GetProperty("url"));
    }

    private async Task<byte[]> MakeAtReplicateAsync(string prompt, byte[] picture)
    {
        var created = await PostAsync(
            "replicate/v1/models/kwaivgi/kling-v2.1/predictions", new { input = new { prompt, start_image = DataUrl(picture), mode = "standard", duration = 5 } });
        var end = await EndAsync($"replicate/v1/predictions/{created.GetProperty("id").GetString()}", answer => answer.GetProperty("status").GetString()!, "succeeded", "failed");
        var output = end.GetProperty("output");
        return await FetchAsync(output.ValueKind == JsonValueKind.Array ? output[0] : output);
    }

    private async Task<byte[]> MakeAtOpenAiAsync(string prompt, byte[] picture)
    {
        using var file = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var form = new MultipartFormDataContent
        {
            { new StringContent("kling-2.1-standard"), "model" },
            { new StringContent(prompt), "prompt" },
            { new StringContent("5"), "seconds" },
            { file, "input_reference", "picture.png" },
        };
        using var answer = await Http.PostAsync(new Uri("v1/videos", UriKind.Relative), form, Cancel);
        var created = await JsonAsync(answer);
        var id = created.GetProperty("id").GetString();
        await EndAsync($"v1/videos/{id}", video => video.GetProperty("status").GetString()!, "completed", "failed");
        return await Http.GetByteArrayAsync(new Uri($"v1/videos/{id}/content", UriKind.Relative), Cancel);
    }

    private async Task<byte[]> MakeAtKieAsync(string prompt, byte[] picture)
    {
        var created = await PostAsync(
            "kie/api/v1/jobs/createTask", new { model = "kling/v2-1-standard", input = new { prompt, image_url = DataUrl(picture), duration = "5" } });
        Assert.True(created.GetProperty("code").GetInt32() == 200, created.GetRawText());
        var id = created.GetProperty("data").GetProperty("taskId").GetString();
        var end = await EndAsync($"kie/api/v1/jobs/recordInfo?taskId={id}", answer => answer.GetProperty("data").GetProperty("state").GetString()!, "success", "fail");
        return await FetchAsync(JsonElement.Parse(end.GetProperty("data").GetProperty("resultJson").GetString()!).GetProperty("resultUrls")[0]);
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var content = JsonContent.Create(body);

        // Some clients name no charset and some do; the vendors take both, and so do we.
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        return await JsonAsync(answer);
    }

    private async Task<JsonElement> ReadAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        return await JsonAsync(answer);
    }

    private async Task<JsonElement> EndAsync(string path, Func<JsonElement, string> state, string done, string failed)
    {
        var end = await Eventually.BecomesAsync(() => ReadAsync(path), answer => state(answer) == done || state(answer) == failed, TaskApi.TaskPatience, $"The end of {name}'s task");
        Assert.True(state(end) == done, end.GetRawText());
        return end;
    }

    private static async Task<byte[]> FetchAsync(JsonElement url)
    {
        // A result's address is good for whoever has it: the key stays at home.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetByteArrayAsync(new Uri(url.GetString()!), Cancel);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    private static string DataUrl(byte[] picture) => "data:image/png;base64," + Convert.ToBase64String(picture);
}
