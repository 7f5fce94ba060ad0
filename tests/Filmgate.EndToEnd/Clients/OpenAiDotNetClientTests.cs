#pragma warning disable OPENAI001 // The vendor marks the whole client as experimental.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Filmgate.EndToEnd.House;
using OpenAI.Videos;

namespace Filmgate.EndToEnd.Clients;

/// <summary>OpenAI's own client for .NET works against the gateway. It takes and gives bytes, so that is what is looked at.</summary>
/// <param name="house">The server.</param>
public sealed class OpenAiDotNetClientTests(SharedServer house) : IClassFixture<SharedServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static RequestOptions Cancel => new() { CancellationToken = TestContext.Current.CancellationToken };

    [Fact]
    public async Task A_clip_is_made_from_a_form_with_a_file_fetched_and_deleted()
    {
        var client = Client(ServedGateway.Key);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("kling-2.1-standard"), "model" },
            { new StringContent("slow push in"), "prompt" },
            { new StringContent("5"), "seconds" },
            { new ByteArrayContent(TestPicture.Png(300, 300)), "input_reference", "a.png" },
        };
        var bytes = BinaryContent.Create(BinaryData.FromBytes(await form.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        var created = Json(await client.CreateVideoAsync(bytes, form.Headers.ContentType!.ToString(), Cancel));
        Assert.Equal(("queued", "5"), (Text(created, "status"), Text(created, "seconds")));
        var id = Text(created, "id")!;

        var ended = await EndAsync(client, id);
        Assert.Equal(("completed", "720x720"), (Text(ended, "status"), Text(ended, "size")));
        var clip = (await client.DownloadVideoAsync(id, options: Cancel)).GetRawResponse();
        Assert.Equal("ftyp"u8, clip.Content.ToMemory().Span[4..8]);
        Assert.True(clip.Headers.TryGetValue("Content-Type", out var type) && type == "video/mp4", type);
        var poster = (await client.DownloadVideoAsync(id, "thumbnail", Cancel)).GetRawResponse();
        Assert.Equal([0xFF, 0xD8], poster.Content.ToArray()[..2]);

        Assert.True(Json(await client.DeleteVideoAsync(id, Cancel)).GetProperty("deleted").GetBoolean());
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => client.GetVideoAsync(id, Cancel));
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task A_video_is_asked_for_by_JSON_as_the_page_says_and_shows_why_it_failed()
    {
        var client = Client(ServedGateway.Key);
        var key = ServedGateway.Key;
        Assert.NotNull(key);
        var request = BinaryContent.Create(BinaryData.FromObjectAsJson(new { model = "kling-2.1-master", prompt = "a lighthouse in a storm @fail(NSFW_DETECTED)", seconds = "5" }));
        var video = await client.CreateVideoAsync(request, "application/json");
        var ended = await EndAsync(client, Text(Json(video), "id")!);
        Assert.Equal(("failed", "nsfw_detected"), (Text(ended, "status"), Text(ended.GetProperty("error"), "code")));

        // The page shows what this test does, but for its own address and the directive that saves the rendering.
        var source = Squeezed(await File.ReadAllTextAsync(Here(), TestContext.Current.CancellationToken)).Replace(" @fail(NSFW_DETECTED)", "", StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "clients", "openai.md"), TestContext.Current.CancellationToken);
        var lines = page.Split("```csharp")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(3, lines.Length);
        Assert.All(lines[1..], line => Assert.Contains(Squeezed(line), source, StringComparison.Ordinal));
        Assert.StartsWith("var client = new VideoClient(new ApiKeyCredential(key), new VideoClientOptions { Endpoint = ", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_are_worded_by_the_client_and_a_page_is_a_page()
    {
        var client = Client(ServedGateway.Key);
        var request = BinaryContent.Create(BinaryData.FromObjectAsJson(new { model = "kling-2.1-master", prompt = "a pier", seconds = "4" }));
        var bad = await Assert.ThrowsAsync<ClientResultException>(() => client.CreateVideoAsync(request, "application/json", Cancel));
        Assert.Equal(400, bad.Status);
        Assert.Contains("HTTP 400 (invalid_request_error: invalid_value)", bad.Message, StringComparison.Ordinal);
        Assert.Contains("Parameter: seconds", bad.Message, StringComparison.Ordinal);

        var remix = BinaryContent.Create(BinaryData.FromObjectAsJson(new { prompt = "at night" }));
        var unsupported = await Assert.ThrowsAsync<ClientResultException>(() => client.CreateVideoRemixAsync("video_1", remix, "application/json", Cancel));
        Assert.Contains("unsupported_operation", unsupported.Message, StringComparison.Ordinal);

        var stranger = await Assert.ThrowsAsync<ClientResultException>(() => Client("fg_test_wrong").GetVideoAsync("video_1", Cancel));
        Assert.Equal(401, stranger.Status);
        Assert.Contains("HTTP 401 (invalid_request_error: invalid_api_key)", stranger.Message, StringComparison.Ordinal);

        await foreach (var page in client.GetVideosAsync(limit: 1, order: "asc", after: null, options: Cancel).GetRawPagesAsync())
        {
            Assert.Equal("list", Text(Json(page), "object"));
        }
    }

    private static async Task<JsonElement> EndAsync(VideoClient client, string id) => await Eventually.BecomesAsync(
        async () => Json(await client.GetVideoAsync(id, Cancel)), video => Text(video, "status") is "completed" or "failed", Patience, $"The end of {id}");

    private VideoClient Client(string key) =>
        new(new ApiKeyCredential(key), new VideoClientOptions { Endpoint = new Uri(house.Server.Address, "/v1") });

    private static JsonElement Json(ClientResult result) => JsonElement.Parse(result.GetRawResponse().Content.ToString());

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static string Squeezed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Here([CallerFilePath] string here = "") => here;
}
