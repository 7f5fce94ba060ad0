using System.Text.Json;
using Filmgate.EndToEnd.Admin;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>Tasks of a running gateway, looked after from the command line.</summary>
public sealed class TasksCommandTests(WorkingGateway gateway) : IClassFixture<WorkingGateway>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    [Fact]
    public async Task A_task_is_found_shown_and_canceled_and_each_account_sees_its_own()
    {
        var account = await gateway.NewAccountAsync();
        var (_, key) = await gateway.NewKeyAsync(account, "test");
        var (_, stranger) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(), "test");
        var refused = await CreateAsync(key, "Shot one @fail(NSFW_DETECTED)", "harbour");
        await UntilAsync(key, refused, "failed");
        var working = await CreateAsync(key, "Shot two @delay(30s)", "cape");
        await UntilAsync(key, working, "processing");

        // :: Step 1: the list, narrowed and page by page.
        var failed = await RunAsync(key, "list", "--state", "failed", "--metadata", "film=harbour");
        Assert.Equal((0, ""), (failed.Code, failed.Error));
        var row = Assert.Single(failed.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]);
        Assert.Equal([refused, "failed", "NSFW_DETECTED"], row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        var page = await RunAsync(key, "list", "--limit", "1");
        Assert.Contains(working, page.Out, StringComparison.Ordinal);
        Assert.Equal($"There are more; go on with --cursor {working}\n", page.Error);
        Assert.Contains(refused, (await RunAsync(key, "list", "--limit", "1", "--cursor", working)).Out, StringComparison.Ordinal);
        var json = JsonElement.Parse((await RunAsync(key, "list", "--json")).Out);
        Assert.Equal([working, refused], json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("taskId").GetString()));
        Assert.Single((await RunAsync(stranger, "list")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        // :: Step 2: one task, with its attempt and its end.
        var shown = await RunAsync(key, "show", refused);
        Assert.Equal((0, ""), (shown.Code, shown.Error));
        Assert.Contains("metadata        film=harbour\n", shown.Out, StringComparison.Ordinal);
        Assert.Contains("failure         NSFW_DETECTED: ", shown.Out, StringComparison.Ordinal);
        Assert.Contains("Z  attempt 1 is for animatic\n", shown.Out, StringComparison.Ordinal);
        Assert.EndsWith("Z  failed: NSFW_DETECTED\n", shown.Out, StringComparison.Ordinal);

        // :: Step 3: cancellations, in time, too late, and of somebody else's task.
        var canceled = await RunAsync(key, "cancel", working);
        Assert.Equal((0, ""), (canceled.Code, canceled.Error));
        Assert.StartsWith("requested: ", canceled.Out, StringComparison.Ordinal);
        await UntilAsync(key, working, "failed");
        Assert.StartsWith("canceled: ", (await RunAsync(key, "cancel", working)).Out, StringComparison.Ordinal);
        var late = await RunAsync(key, "cancel", refused);
        Assert.Equal((1, "", "filmgate tasks cancel: too late: the task has ended, or its clip is being taken in\n"), late);
        var foreign = await RunAsync(stranger, "cancel", working);
        Assert.Equal((1, "", "filmgate tasks cancel: There is no such task, or it is not one of this account. (HTTP 404)\n"), foreign);

        // :: Step 4: what the server refuses is one line.
        var wrong = await RunAsync(key, "list", "--state", "lost");
        Assert.Equal((1, "", "filmgate tasks list: state must be one of pending, processing, success, failed, got lost (HTTP 400)\n"), wrong);
    }

    private Task<(int Code, string Out, string Error)> RunAsync(string key, params string[] arguments) => gateway.RunAsync(["tasks", .. arguments, "--key", key]);

    private async Task<string> CreateAsync(string key, string prompt, string film)
    {
        var created = await gateway.SendAsync(
            "POST", "/api/v1/generateTask/kling-2-1",
            $$$"""{"metadata":{"film":"{{{film}}}"},"input":{"mode":"master-text-to-video","prompt":"{{{prompt}}}"}}""", key);
        Assert.True(created.IsAccepted, created.Body);
        return created.Text("taskId");
    }

    private async Task UntilAsync(string key, string task, string state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while ((await gateway.SendAsync("GET", $"/api/v1/tasks/{task}", null, key)).Text("state") != state)
        {
            await Task.Delay(100, patience.Token);
        }
    }
}
