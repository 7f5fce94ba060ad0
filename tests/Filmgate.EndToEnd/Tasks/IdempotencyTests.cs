namespace Filmgate.EndToEnd.Tasks;

/// <summary>Section A of the reliability reference against a whole gateway. Tasks fail at once by their prompt: only creation is looked at.</summary>
public sealed class IdempotencyTests(GatewayInProcess gateway) : IClassFixture<GatewayInProcess>
{
    private const int Parallel = 50;
    private const int Repetitions = 100;

    [Fact]
    public async Task One_key_and_one_request_in_sequence_make_one_task()
    {
        var first = await gateway.CreateAsync(Body("sequence"), "a1");
        Assert.Equal((200, false), (first.Status, first.IsReplay));
        for (var i = 1; i < Repetitions; i++)
        {
            Assert.Equal(first with { IsReplay = true }, await gateway.CreateAsync(Body("sequence"), "a1"));
        }

        Assert.Equal(1, await CountAsync("sequence"));
        var task = await gateway.UntilAsync(first.TaskId, "failed");
        Assert.Equal(1, task.GetProperty("attempts").GetArrayLength());

        // A task that has ended is still the answer to its key.
        Assert.Equal(first with { IsReplay = true }, await gateway.CreateAsync(Body("sequence"), "a1"));
    }

    [Fact]
    public async Task One_key_and_one_request_at_once_make_one_task()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => gateway.CreateAsync(Body("parallel"), "a2")));
        Assert.All(answers, answer => Assert.Equal((200, answers[0].TaskId), (answer.Status, answer.TaskId)));
        Assert.Single(answers, answer => !answer.IsReplay);
        Assert.Equal(1, await CountAsync("parallel"));
    }

    [Fact]
    public async Task Another_request_under_the_key_is_refused_and_nothing_is_created()
    {
        await gateway.CreateAsync(Body("reused"), "a3");
        foreach (var other in new[] { Body("reuse"), Body("reused", duration: "10"), Body("reused", more: ",\"source\":\"x\"") })
        {
            var refused = await gateway.CreateAsync(other, "a3");
            Assert.Equal((422, "IDEMPOTENCY_KEY_REUSED"), (refused.Status, refused.Data.GetProperty("failCode").GetString()));
        }

        Assert.Equal(1, await CountAsync("reuse"));
    }

    [Fact]
    public async Task Another_spelling_is_the_same_request()
    {
        var first = await gateway.CreateAsync(Body("spelling"), "a4");
        var again = await gateway.CreateAsync(Body("spelling", duration: " \"5\"", more: " , \"unknown\" : [1]"), "a4");
        Assert.Equal(first with { IsReplay = true }, again);
    }

    [Fact]
    public async Task A_key_means_nothing_on_another_route()
    {
        await gateway.CreateAsync(Body("route"), "a6");
        var estimate = await gateway.SendAsync("POST", "/api/v1/estimate/kling-2-1", Body("another route"), "a6");
        Assert.Equal((200, false), (estimate.Status, estimate.IsReplay));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("256")]
    public async Task What_is_no_key_is_refused(string key)
    {
        var refused = await gateway.CreateAsync(Body("bad key"), key == "256" ? new string('k', 256) : key);
        Assert.Equal(400, refused.Status);
        Assert.StartsWith("Idempotency-Key must be 1 to 255 visible ASCII characters without spaces, got ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("bad key"));
    }

    [Fact]
    public async Task Two_keys_are_refused()
    {
        var refused = await gateway.CreateAsync(Body("two keys"), "a12", "a12");
        Assert.Equal((400, "Idempotency-Key must be given once, got 2 headers"), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task A_refused_request_does_not_take_the_key()
    {
        Assert.Equal(400, (await gateway.CreateAsync(Body("mended", duration: "7"), "a8")).Status);
        var mended = await gateway.CreateAsync(Body("mended"), "a8");
        Assert.Equal((200, false), (mended.Status, mended.IsReplay));
    }

    [Fact]
    public async Task A_restart_keeps_keys_and_tasks()
    {
        var first = await gateway.CreateAsync(Body("restart"), "a10");
        var task = await gateway.UntilAsync(first.TaskId, "failed");
        await gateway.RestartAsync();
        Assert.Equal(first with { IsReplay = true }, await gateway.CreateAsync(Body("restart"), "a10"));
        Assert.Equal(422, (await gateway.CreateAsync(Body("restarted"), "a10")).Status);
        Assert.Equal(task.GetRawText(), (await gateway.ReadAsync(first.TaskId)).GetRawText());
        Assert.Equal(1, await CountAsync("restart"));
    }

    private static string Body(string prompt, string duration = "5", string more = "") =>
        $$"""{"input":{"mode":"master-text-to-video","prompt":"{{prompt}} @fail(GENERATION_FAILED)","duration":{{duration}}}{{more}}}""";

    private async Task<int> CountAsync(string prompt) =>
        (await gateway.SendAsync("GET", $"/api/v1/tasks?limit=100&prompt={Uri.EscapeDataString(prompt)}")).Data.GetProperty("tasks").GetArrayLength();
}
