using System.Net;
using Filmgate.Testing;

namespace Filmgate.Client.Tests;

public sealed class DownloadTests : IDisposable
{
    private const string File1 = "GET /files/v.mp4";
    private static readonly byte[] s_clip = [.. Enumerable.Range(0, 300_000).Select(n => (byte)n)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-tests-");
    private readonly HastyTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "clip.mp4");

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(FilmgateClient Client, VideoTask Task)> FinishedAsync(ScriptedServer server, string clip = "null")
    {
        server.On("GET /api/v1/tasks/t1", Reply.Data($$"""{"taskId":"t1","state":"success","resultUrls":["{{server.Address}}/files/v.mp4"],"clip":{{clip}}}"""));
        var client = new FilmgateClient(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { Time = _time, ReadTriesMax = 3 });
        var task = client.Rehydrate("t1");
        await task.UpdateAsync(Ct);
        return (client, task);
    }

    [Fact]
    public async Task A_clip_arrives_whole_under_its_name_and_replaces_an_older_one()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.File(s_clip));
        var (client, task) = await FinishedAsync(server);
        using var _ = client;
        await File.WriteAllTextAsync(Target, "an older clip", Ct);

        var length = await task.DownloadAsync(Target, Ct);

        Assert.Equal(s_clip.Length, length);
        Assert.Equal(s_clip, await File.ReadAllBytesAsync(Target, Ct));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public async Task A_clip_can_be_copied_into_a_stream()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.File(s_clip));
        var (client, task) = await FinishedAsync(server);
        using var _ = client;
        using var destination = new MemoryStream();

        await task.DownloadAsync(destination, Ct);

        Assert.Equal(s_clip, destination.ToArray());
    }

    [Fact]
    public async Task The_key_is_not_shown_to_the_host_of_the_result()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.File(s_clip));
        var (client, task) = await FinishedAsync(server);
        using var _ = client;

        await task.DownloadAsync(Target, Ct);

        Assert.DoesNotContain("Authorization", server.Requests[^1].Headers.Keys);
    }

    [Fact]
    public async Task A_copy_that_breaks_is_begun_again()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.Lost, Reply.File(s_clip) with { Broken = true }, Reply.File(s_clip));
        var (client, task) = await FinishedAsync(server);
        using var _ = client;

        await task.DownloadAsync(Target, Ct);

        Assert.Equal(s_clip, await File.ReadAllBytesAsync(Target, Ct));
        Assert.Equal(3, server.Count(File1));
    }

    [Fact]
    public async Task A_copy_that_stays_broken_leaves_no_file_behind()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.File(s_clip) with { Broken = true });
        var (client, task) = await FinishedAsync(server);
        using var _ = client;

        await Assert.ThrowsAsync<FilmgateException>(() => task.DownloadAsync(Target, Ct));

        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task A_clip_of_another_length_than_measured_is_not_taken()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.File(s_clip));
        var (client, task) = await FinishedAsync(server, """{"width":1,"height":1,"duration":5,"frames":120,"bytes":7}""");
        using var _ = client;

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => task.DownloadAsync(Target, Ct));

        Assert.Equal("The download has 300000 bytes, but the server measured 7.", thrown.Message);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task An_expired_clip_is_reported_at_once()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(File1, Reply.Json("gone", 410));
        var (client, task) = await FinishedAsync(server);
        using var _ = client;

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => task.DownloadAsync(Target, Ct));

        Assert.Equal(HttpStatusCode.Gone, thrown.Status);
        Assert.Equal(1, server.Count(File1));
    }

    [Fact]
    public async Task A_failed_task_has_no_clip_and_says_why()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/tasks/t1", Reply.Data("""{"taskId":"t1","state":"failed","failCode":"NSFW_DETECTED","failMsg":"no"}"""));
        using var client = new FilmgateClient(new Uri(server.Address), "fg_test_key");
        var task = client.Rehydrate("t1");
        await task.UpdateAsync(Ct);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => task.DownloadAsync(Target, Ct));

        Assert.Equal("NSFW_DETECTED", thrown.FailCode);
    }

    [Fact]
    public async Task A_task_that_is_not_final_cannot_be_downloaded()
    {
        using var client = new FilmgateClient(new Uri("http://127.0.0.1:1"), "fg_test_key");

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.Rehydrate("t1").DownloadAsync(Target, Ct));
    }
}
