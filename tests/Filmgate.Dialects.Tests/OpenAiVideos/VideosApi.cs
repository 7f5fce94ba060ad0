using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

/// <summary>What the tests of this surface send and read.</summary>
internal static class VideosApi
{
    public const string Videos = "/v1/videos";

    /// <summary>A picture, as far as a dialect looks at one.</summary>
    public static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47];

    public static readonly string PngUrl = "data:application/octet-stream;base64," + Convert.ToBase64String(Png);

    /// <summary>Creates a video by JSON and gives its id and the draft that came of it.</summary>
    public static async Task<(string Id, GenerationDraft Draft)> CreateAsync(this TestGateway gateway, string body)
    {
        var answer = await gateway.SendAsync("POST", Videos, body);
        Assert.True(answer.Status == 200, answer.Body);
        return gateway.Created(answer.Body);
    }

    /// <summary>Creates a video by a form.</summary>
    public static async Task<(string Id, GenerationDraft Draft)> CreateAsync(this TestGateway gateway, params (string Name, object Value)[] parts)
    {
        var (status, body) = await gateway.PostFormAsync(parts);
        Assert.True(status == 200, body);
        return gateway.Created(body);
    }

    /// <summary>Posts a form: texts are fields, bytes are files.</summary>
    public static async Task<(int Status, string Body)> PostFormAsync(this TestGateway gateway, params (string Name, object Value)[] parts)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in parts)
        {
            if (value is byte[] bytes)
            {
                form.Add(new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }, $"\"{name}\"", "a.png");
            }
            else
            {
                form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes((string)value)), $"\"{name}\"");
            }
        }

        using var answer = await gateway.Client.PostAsync(new Uri(Videos, UriKind.Relative), form, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static TaskId TaskOf(string videoId) => new("task_" + videoId["video_".Length..]);

    private static (string, GenerationDraft) Created(this TestGateway gateway, string body)
    {
        var id = JsonElement.Parse(body).GetProperty("id").GetString()!;
        return (id, gateway.Desk.Drafts[TaskOf(id).Value]);
    }

    /// <summary>A stored clip.</summary>
    public static Clip Clip(string id, int width = 1920, int height = 1080, string? poster = null) => new()
    {
        Id = new ClipId(id),
        Sha256 = new string('a', 64),
        Length = 10,
        Width = width,
        Height = height,
        Duration = TimeSpan.FromSeconds(5),
        Frames = 120,
        PosterSha256 = poster,
        ExpiresAt = ScriptedDesk.Created.AddDays(15),
    };

    /// <summary>The task has ended with a clip.</summary>
    public static VideoTask Done(VideoTask task, Clip clip) =>
        task with { State = TaskState.Success, CompletedAt = ScriptedDesk.Created.AddSeconds(71), DueAt = null, Clip = clip };

    /// <summary>The task has failed.</summary>
    public static VideoTask FailedWith(VideoTask task, FailureCode code, string message) =>
        task with { State = TaskState.Failed, CompletedAt = ScriptedDesk.Created.AddSeconds(9), DueAt = null, Failure = new Failure(code, message) };
}
