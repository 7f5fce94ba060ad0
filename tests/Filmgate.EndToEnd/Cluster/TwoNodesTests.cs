using Filmgate.EndToEnd.Events;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Cluster;

/// <summary>What holds on one node holds over both of two.</summary>
[Trait("Database", "own")]
public sealed class TwoNodesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_key_at_both_nodes_at_once_is_one_task()
    {
        const int Keys = 150;
        await using var nodes = await TwoNodes.StartAsync(("Filmgate__Engine__Paused", "true"));
        var answers = await Task.WhenAll(Enumerable.Range(0, Keys).SelectMany(number => new[] { nodes.One, nodes.Other }.Select(async node =>
            (number, Answer: await node.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text($"task {number}")), $"key-{number}")))));

        Assert.All(answers, answer => Assert.True(answer.Answer.Status == 200, answer.Answer.ToString()));
        var tasks = answers.GroupBy(answer => answer.number, answer => answer.Answer.Data.GetProperty("taskId").GetString()).ToList();
        Assert.All(tasks, task => Assert.Single(task.Distinct()));
        Assert.Equal(Keys, tasks.Select(task => task.First()).Distinct().Count());
    }

    [Fact]
    public async Task A_cap_on_tasks_in_flight_is_exact_over_both()
    {
        await using var nodes = await TwoNodes.StartAsync(("Filmgate__Engine__Paused", "true"), ("Filmgate__FirstAccount__TasksInFlight", "25"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number =>
            (number % 2 == 0 ? nodes.One : nodes.Other).Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text($"task {number}")))));
        Assert.Equal(25, answers.Count(answer => answer.Status == 200));
        Assert.Equal(75, answers.Count(answer => answer.Status == 429));
    }

    [Fact]
    public async Task A_limit_on_requests_is_exact_over_both()
    {
        await using var nodes = await TwoNodes.StartAsync(("Filmgate__FirstAccount__RequestsPerMinute", "20"));

        // All within one minute, whose end is not near.
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow().Second < 40, TimeSpan.FromSeconds(30), "A minute that has just begun");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => (number % 2 == 0 ? nodes.One : nodes.Other).Api.GetAsync("api/v1/apikeys/current-balance")));
        Assert.Equal(20, answers.Count(answer => answer.Status == 200));
        Assert.Equal(80, answers.Count(answer => answer.Status == 429));
    }

    [Fact]
    public async Task A_key_that_is_revoked_at_one_node_is_refused_at_the_other_within_a_second_of_its_memory()
    {
        await using var nodes = await TwoNodes.StartAsync();
        using var admin = new TaskApi(nodes.One.Address, ServedGateway.AdminKey);
        var account = (await admin.GetAsync("admin/v1/accounts")).Data.GetProperty("accounts")[0].GetProperty("id").GetString();
        var key = (await admin.SendAsync(HttpMethod.Post, $"admin/v1/accounts/{account}/keys", """{"kind":"live","name":"short-lived"}""")).Data;
        using var caller = new TaskApi(nodes.Other.Address, key.GetProperty("secret").GetString());
        Assert.Equal(200, (await caller.GetAsync("api/v1/apikeys/current-balance")).Status);

        Assert.Equal(200, (await admin.SendAsync(HttpMethod.Post, $"admin/v1/keys/{key.GetProperty("id").GetString()}/revoke")).Status);
        await Task.Delay(Engine.Admission.KeyRing.MemoryMax, Ct);
        Assert.Equal(401, (await caller.GetAsync("api/v1/apikeys/current-balance")).Status);
    }

    [Fact]
    public async Task A_clip_made_through_one_node_is_served_by_the_other_and_its_callback_comes_once()
    {
        await using var site = await LoopbackSite.StartAsync();
        using var folder = new TemporaryFolder();
        await using var nodes = await TwoNodes.StartAsync(TwoNodes.Certificates(folder));
        var hook = site.Page("/hook", _ => Task.CompletedTask);
        var task = await nodes.One.Api.CreateAsync(TaskApi.Text("a calm sea", "1:1"), hook);

        // :: Any node tells of it and opens its link.
        var url = await nodes.Other.Api.ClipOfAsync(task);
        foreach (var node in new[] { nodes.One, nodes.Other })
        {
            var clip = await node.Api.GetAsync(url.PathAndQuery);
            Assert.Equal(200, clip.Status);
            Assert.Equal("video/mp4", clip.Response.Content.Headers.ContentType!.MediaType);
        }

        // :: The callback is one node's duty.
        await Eventually.TrueAsync(() => site.PostsTo("/hook").Count > 0, Patience, "The callback");
        var deliveries = (await nodes.Other.Api.GetAsync("api/v1/webhooks/deliveries")).Data.GetProperty("deliveries");
        Assert.Equal(1, Assert.Single(deliveries.EnumerateArray()).GetProperty("attempts").GetInt32());
        Assert.Single(site.PostsTo("/hook"));
    }

    [Fact]
    public async Task Who_listens_at_one_node_hears_of_a_task_that_ends_through_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync();
        using var listener = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = nodes.Other.Address };
        listener.DefaultRequestHeaders.Add("Authorization", $"Bearer {ServedGateway.Key}");
        using var events = await EventReader.OpenAsync(listener, "api/v1/events");
        Assert.True(events.Response.IsSuccessStatusCode);

        var task = await nodes.One.Api.CreateAsync(TaskApi.Text("@fail(GENERATION_FAILED) a calm sea"));
        await nodes.One.Api.FailureOfAsync(task);
        Told? told;
        do
        {
            told = await events.NextAsync();
        }
        while (told is not null && !(told.Type == "video.failed" && told.Data.Contains(task, StringComparison.Ordinal)));
        Assert.NotNull(told);
    }

    [Fact]
    public async Task A_node_that_drains_says_so_serves_on_and_ends_well()
    {
        await using var nodes = await TwoNodes.StartAsync(("Filmgate__DrainSeconds", "5"));
        var task = await nodes.One.Api.CreateAsync(TaskApi.Text("@delay(2s) a calm sea", "1:1"));
        nodes.One.Process.Send(FilmgateProcess.SigTerm);
        var ready = await Eventually.BecomesAsync(() => nodes.One.Api.GetAsync("ready"), answer => answer.Status == 503, Patience, "Not ready");
        Assert.Contains("draining", ready.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await nodes.One.Api.StatusAsync(task)).Status);

        Assert.Equal(0, await nodes.One.Process.ExitAsync(Patience));
        Assert.Equal(200, (await nodes.Other.Api.GetAsync("ready")).Status);
        await nodes.Other.Api.ClipOfAsync(task);
    }
}
