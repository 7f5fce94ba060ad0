using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Tests.Lifecycle;

/// <summary>
/// Two nodes over one store. One has sent a submission and waits for the answer; it is given up by the other, which finds the attempt sent and
/// notes that its answer is lost. The answer comes all the same.
/// </summary>
public sealed class AnswerRecordTests : IAsyncLifetime
{
    private House _house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task An_id_that_comes_after_another_node_noted_the_answer_as_lost_is_kept_where_the_provider_cannot_be_asked()
    {
        var provider = ForgetfulProvider();
        var task = await SubmitWhileTakenOverAsync(submission => provider.Take(submission.Attempt));
        Assert.Equal((AttemptState.Accepted, ScriptedProvider.UpstreamId(task.LastAttempt!.Id)), (task.LastAttempt.State, task.LastAttempt.UpstreamId));

        var ended = await _house.RunToEndAsync(task.Key);
        Assert.Equal(TaskState.Success, ended.State);
        Assert.Single(provider.Book);
    }

    [Fact]
    public async Task A_refusal_that_comes_after_another_node_noted_the_answer_as_lost_counts()
    {
        ForgetfulProvider();
        var task = await SubmitWhileTakenOverAsync(_ => new SubmitResult.Refused(RefusalClass.Input, "No."));
        Assert.Equal((AttemptState.Refused, RefusalClass.Input), (task.LastAttempt!.State, task.LastAttempt.Refusal));
        Assert.Equal(Usd.Zero, task.LastAttempt.Unconfirmed);
    }

    [Fact]
    public async Task An_attempt_that_another_node_has_settled_meanwhile_stays_settled()
    {
        var task = await SubmitWhileTakenOverAsync(
            submission => _house.Provider.Take(submission.Attempt),
            unknown => new TaskTransition.AcceptAttempt(_house.Time.GetUtcNow(), unknown.LastAttempt!.Id, "found", _house.Time.GetUtcNow().AddSeconds(5)));
        Assert.Equal("found", task.LastAttempt!.UpstreamId);
    }

    [Fact]
    public async Task An_answer_that_comes_while_the_store_is_away_is_kept_until_it_is_back()
    {
        var tries = 0;
        var kept = await KeepAsync(() => ++tries < 5, CancellationToken.None);
        Assert.True(kept.Won);
        Assert.Equal("up-1", (await _house.LoadAsync(kept.Task.Key)).LastAttempt!.UpstreamId);
        Assert.Equal(5, tries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_stays_away_is_waited_for_only_so_long_and_less_while_the_gateway_stops(bool isStopping)
    {
        var began = _house.Time.GetUtcNow();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => KeepAsync(() => true, new CancellationToken(isStopping)));
        var patience = isStopping ? AnswerRecord.StoppingPatience : AnswerRecord.Patience;
        Assert.InRange(_house.Time.GetUtcNow() - began, patience, patience + TimeSpan.FromMinutes(1));
    }

    // The clock is moved on for as long as the answer is not kept.
    private async Task<StepOutcome> KeepAsync(Func<bool> isAway, CancellationToken stopping)
    {
        var prepared = await PreparedAsync();
        var sent = (await _house.Tasks.ApplyAsync(prepared, new TaskTransition.SendAttempt(House.Start, prepared.LastAttempt!.Id), Cancel)).Task;
        var keeping = Task.Run(
            async () => await new AnswerRecord(_house.Tasks, _house.Time).KeepAsync(
                sent,
                sent.LastAttempt!,
                (row, attempt) => isAway()
                    ? throw new StoreUnavailableException()
                    : _house.Tasks.ApplyAsync(row, new TaskTransition.AcceptAttempt(House.Start, attempt.Id, "up-1", House.Start), Cancel),
                stopping),
            Cancel);
        while (!keeping.IsCompleted)
        {
            _house.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Cancel);
        }

        return await keeping;
    }

    private ScriptedProvider ForgetfulProvider()
    {
        var provider = new ScriptedProvider("partner", _house.ClipPath) { Remembers = false };
        _house.Providers = new([provider]);
        return provider;
    }

    private async Task<VideoTask> PreparedAsync() =>
        await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Prepared);

    private async Task<VideoTask> SubmitWhileTakenOverAsync(Func<Submission, SubmitResult> answer, Func<VideoTask, TaskTransition>? settle = null)
    {
        var prepared = await PreparedAsync();
        _house.Providers.All.OfType<ScriptedProvider>().Single().NextSubmit(async submission =>
        {
            var result = answer(submission);
            var unknown = (await _house.NewDriver().StepAsync(await _house.LoadAsync(prepared.Key), Cancel)).Task;
            Assert.Equal(AttemptState.Unknown, unknown.LastAttempt!.State);
            if (settle is not null)
            {
                Assert.True((await _house.Tasks.ApplyAsync(unknown, settle(unknown), Cancel)).Won);
            }

            return result;
        });
        await _house.NewDriver().StepAsync(prepared, Cancel);
        return await _house.LoadAsync(prepared.Key);
    }
}
