namespace Filmgate.EndToEnd.Tasks;

/// <summary>Cancels a task in each of its states. The renderer has two slots; two long renders keep a third task waiting.</summary>
public sealed class CancellationTests(GatewayInProcess gateway) : IClassFixture<GatewayInProcess>
{
    private const string Long = "a long one @delay(30s)";

    [Fact]
    public async Task Waiting_and_working_tasks_end_as_canceled_and_give_their_slots_back()
    {
        // :: Waiting for a slot: canceled at once.
        var working = new[] { await CreateAsync(Long), await CreateAsync(Long) };
        foreach (var id in working)
        {
            var task = await gateway.UntilAsync(id, "processing");
            Assert.Equal(0, task.GetProperty("hold").GetDecimal());
        }

        var waiting = await CreateAsync(Long);
        Assert.Equal("canceled", await CancelAsync(waiting));
        var canceled = await gateway.ReadAsync(waiting);
        Assert.Equal(("failed", "CANCELED"), (canceled.GetProperty("state").GetString(), canceled.GetProperty("failCode").GetString()));
        Assert.Equal(0, canceled.GetProperty("attempts").GetArrayLength());
        Assert.True(canceled.TryGetProperty("cancelRequestedTime", out _));
        Assert.False(canceled.TryGetProperty("hold", out _));
        Assert.Equal("canceled", await CancelAsync(waiting));

        // :: Being rendered: asked to stop, then ended; asking again changes nothing.
        foreach (var id in working)
        {
            Assert.Equal("requested", await CancelAsync(id));
            Assert.Contains(await CancelAsync(id), new[] { "requested", "canceled" });
        }

        foreach (var id in working)
        {
            var task = await gateway.UntilAsync(id, "failed");
            Assert.Equal(("CANCELED", 0), (task.GetProperty("failCode").GetString(), task.GetProperty("cost").GetDecimal()));
            Assert.Equal("canceled", await CancelAsync(id));
        }

        // :: The slots are free again, and what has ended stays as it is.
        var failed = await CreateAsync("@fail(NSFW_DETECTED)");
        var ended = await gateway.UntilAsync(failed, "failed");
        Assert.Equal("too_late", await CancelAsync(failed));
        Assert.Equal(ended.GetRawText(), (await gateway.ReadAsync(failed)).GetRawText());
    }

    [Fact]
    public async Task A_finished_task_cannot_be_canceled()
    {
        var id = await CreateAsync("a red square");
        await gateway.UntilAsync(id, "success");
        Assert.Equal("too_late", await CancelAsync(id));
        Assert.Equal("success", (await gateway.ReadAsync(id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task There_is_nothing_to_cancel_in_a_task_that_does_not_exist() =>
        Assert.Equal(404, (await gateway.SendAsync("POST", "/api/v1/tasks/task_0000000000000000000000000000000000/cancel")).Status);

    private async Task<string> CreateAsync(string prompt) => (await gateway.CreateAsync(
        $$$"""{"input":{"mode":"master-text-to-video","prompt":"{{{prompt}}}","aspect_ratio":"1:1"}}""")).TaskId;

    private async Task<string> CancelAsync(string id)
    {
        var answer = await gateway.SendAsync("POST", $"/api/v1/tasks/{id}/cancel");
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Data.GetProperty("outcome").GetString()!;
    }
}
