using System.Diagnostics;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary><c>Prefer: wait</c>: the answer to a creation is held back until the end, or until the time is over.</summary>
public sealed class WaitTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    [Fact]
    public async Task A_prediction_that_ends_in_time_is_answered_with_its_end()
    {
        var answering = CreateAsync("wait", "waits for success");
        var task = await AcceptedAsync("waits for success");
        gateway.Desk.Advance(task, pending => pending with { State = TaskState.Processing });
        Assert.False(answering.IsCompleted);
        gateway.Desk.Advance(
            task, working => working with { State = TaskState.Success, CompletedAt = working.CreatedAt.AddSeconds(9), DueAt = null }, "https://gate.test/c.mp4");
        var answer = await answering;
        Assert.Equal(201, answer.Status);
        Assert.Null(answer.Header("Location"));
        Assert.Contains("\"status\":\"succeeded\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"output\":\"https://gate.test/c.mp4\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unfinished_prediction_is_always_starting_because_clients_take_every_other_state_for_its_end()
    {
        var started = Stopwatch.GetTimestamp();
        var answering = CreateAsync("wait=1", "waits in vain");
        var task = await AcceptedAsync("waits in vain");
        gateway.Desk.Advance(task, pending => pending with
        {
            State = TaskState.Processing,
            Attempts = [new Attempt { Id = new AttemptId("att_1"), Number = 1, Provider = "animatic", State = AttemptState.Accepted, PreparedAt = pending.CreatedAt, SentAt = pending.CreatedAt }],
        });
        var answer = await answering;
        var id = OwnGateway.IdIn(answer.Body);
        Assert.Equal((201, OwnGateway.Of(id)), (answer.Status, answer.Header("Location")));
        Assert.Contains("\"status\":\"starting\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"started_at\":null", answer.Body, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, 30);
        Assert.Contains("\"status\":\"processing\"", (await gateway.SendAsync("GET", $"{OwnGateway.Base}/predictions/{id}")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wait", 60)]
    [InlineData("wait=5", 5)]
    [InlineData("Wait = \"7\"", 7)]
    [InlineData("wait=0", 1)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=99999999999999999999", 60)]
    [InlineData("respond-async, wait=9;x=1", 9)]
    [InlineData("respond-async", null)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=5.5", null)]
    [InlineData("wait=soon", null)]
    [InlineData("wait=", null)]
    [InlineData("waiting=5", null)]
    [InlineData("", null)]
    public void A_preference_is_read_within_its_limits_and_else_not_granted(string header, int? seconds) =>
        Assert.Equal(
            seconds is { } some ? TimeSpan.FromSeconds(some) : null,
            Dialects.Replicate.PreferHeader.Wait(new Microsoft.AspNetCore.Http.HeaderDictionary { ["Prefer"] = header }));

    private Task<Transcript> CreateAsync(string prefer, string prompt) => gateway.SendAsync(
        "POST", $"{OwnGateway.Base}/models/kwaivgi/kling-v2.1-master/predictions", $$$"""{"input":{"prompt":"{{{prompt}}}"}}""", headers: ("Prefer", prefer));

    private async Task<TaskId> AcceptedAsync(string prompt)
    {
        while (true)
        {
            if (gateway.Desk.TasksOf(ScriptedDesk.Owner).FirstOrDefault(task => task.Task.Request.Prompt == prompt) is { } found)
            {
                return found.Task.Key.Task;
            }

            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
