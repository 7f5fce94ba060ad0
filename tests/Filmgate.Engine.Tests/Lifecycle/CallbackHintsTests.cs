using System.Text;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Lifecycle;

public sealed class CallbackHintsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private House _house = null!;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_post_wakes_a_task_that_is_at_the_provider()
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Accepted);
        hints.Note(task.Key, task.LastAttempt!.Id);
        await WokenAsync(1);
    }

    [Fact]
    public async Task A_flood_wakes_at_most_once_a_second_and_its_last_post_is_not_lost()
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Accepted);
        for (var i = 0; i < 1000; i++)
        {
            hints.Note(task.Key, task.LastAttempt!.Id);
        }

        await WokenAsync(1);
        Assert.Single(_house.Waker.Tasks);
        await AdvanceUntilWokenAsync(2);

        // Nothing more came, so nothing more is woken.
        _house.Time.Advance(CallbackHints.Interval);
        _house.Time.Advance(CallbackHints.Interval);
        Assert.Equal(2, _house.Waker.Tasks.Count);
    }

    [Fact]
    public async Task A_post_that_is_faster_than_the_answer_to_the_submission_waits_for_it()
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Prepared);
        var sent = (await _house.Tasks.ApplyAsync(task, new TaskTransition.SendAttempt(House.Start, task.LastAttempt!.Id), TestContext.Current.CancellationToken)).Task;
        hints.Note(task.Key, task.LastAttempt.Id);
        _house.Time.Advance(CallbackHints.Interval);
        Assert.Empty(_house.Waker.Tasks);
        await _house.Tasks.ApplyAsync(sent, new TaskTransition.AcceptAttempt(House.Start, task.LastAttempt.Id, "up", House.Start.AddMinutes(5)), TestContext.Current.CancellationToken);
        await AdvanceUntilWokenAsync(1);
    }

    [Theory]
    [InlineData("ended")]
    [InlineData("another attempt")]
    [InlineData("no such task")]
    public async Task A_post_about_what_is_no_longer_there_wakes_nobody(string what)
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Accepted);
        var other = await _house.AcceptAsync(House.NewTask("task_2"));
        if (what == "ended")
        {
            task = await _house.RunToEndAsync(task.Key);
        }

        while (_house.Waker.Tasks.TryDequeue(out _))
        {
        }

        hints.Note(
            what == "no such task" ? new TaskKey(task.Key.Account, new TaskId("task_none")) : task.Key,
            what == "another attempt" ? new AttemptId("att_none") : task.LastAttempt!.Id);

        // A hint that is certain to be heard comes after it, so that silence is not mistaken for slowness.
        other = await _house.RunAsync(other.Key, seen => seen.LastAttempt?.State == AttemptState.Accepted);
        hints.Note(other.Key, other.LastAttempt!.Id);
        await WokenAsync(1);
        Assert.Equal([other.Key], _house.Waker.Tasks);
    }

    [Fact]
    public async Task A_post_about_a_submission_without_an_answer_says_where_to_look()
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Prepared);
        var attempt = task.LastAttempt!.Id;
        task = await ApplyAsync(task, new TaskTransition.SendAttempt(House.Start, attempt));

        // The post is faster than we are in noticing that there will be no answer.
        hints.Note(task.Key, attempt);
        hints.Hear(task.Key, attempt, "id=job-7"u8.ToArray());
        await ApplyAsync(task, new TaskTransition.LoseAnswer(House.Start, attempt, "Reset.", House.Start.AddMinutes(5)));
        await AdvanceUntilWokenAsync(1);
        Assert.Equal("job-7", (await _house.LoadAsync(task.Key)).LastAttempt!.CandidateId);
        var revision = (await _house.LoadAsync(task.Key)).Revision;

        // What comes after it, and whatever it says, changes nothing more.
        hints.Note(task.Key, attempt);
        hints.Hear(task.Key, attempt, "id=job-8"u8.ToArray());
        await AdvanceUntilWokenAsync(2);
        Assert.Equal((revision, "job-7"), ((await _house.LoadAsync(task.Key)).Revision, (await _house.LoadAsync(task.Key)).LastAttempt!.CandidateId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("id=")]
    [InlineData("nothing that is known")]
    public async Task A_post_that_names_nothing_is_a_hint_and_no_more(string body)
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Prepared);
        var attempt = task.LastAttempt!.Id;
        task = await ApplyAsync(task, new TaskTransition.SendAttempt(House.Start, attempt));
        task = await ApplyAsync(task, new TaskTransition.LoseAnswer(House.Start, attempt, "Reset.", House.Start.AddMinutes(5)));
        hints.Note(task.Key, attempt);
        hints.Hear(task.Key, attempt, Encoding.UTF8.GetBytes(body));
        await WokenAsync(1);
        Assert.Equal(task.Revision, (await _house.LoadAsync(task.Key)).Revision);
    }

    [Fact]
    public async Task What_a_post_says_of_a_task_that_is_followed_is_not_even_another_read()
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Accepted);
        hints.Note(task.Key, task.LastAttempt!.Id);
        await WokenAsync(1);
        hints.Hear(task.Key, task.LastAttempt.Id, "id=job-7"u8.ToArray());
        _house.Time.Advance(CallbackHints.Interval);
        hints.Note(task.Key, task.LastAttempt.Id);
        await AdvanceUntilWokenAsync(2);
        _house.Time.Advance(CallbackHints.Interval);
        Assert.Equal((2, task.Revision), (_house.Waker.Tasks.Count, (await _house.LoadAsync(task.Key)).Revision));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_post_about_a_submission_that_was_given_up_has_its_charge_looked_for(bool isSubmittedAnew)
    {
        using var hints = Hints();
        var task = await RunToAsync(AttemptState.Prepared);
        var attempt = task.LastAttempt!.Id;
        task = await ApplyAsync(task, new TaskTransition.SendAttempt(House.Start, attempt));
        task = await ApplyAsync(task, new TaskTransition.LoseAnswer(House.Start, attempt, "Reset.", House.Start.AddMinutes(5)));
        task = await ApplyAsync(
            task, new TaskTransition.AbandonAttempt(House.Start, attempt, "Nobody knows.", Usd.FromDollars(0.1m), isSubmittedAnew ? null : FailureCode.GenerationFailed));
        task = await _house.RunToEndAsync(task.Key);
        Assert.Equal(isSubmittedAnew ? TaskState.Success : TaskState.Failed, task.State);

        // By the scripted provider's word it is done, at a price of its own.
        hints.Note(task.Key, attempt);
        hints.Hear(task.Key, attempt, "id=job-7"u8.ToArray());
        using var patience = new CancellationTokenSource(Patience);
        while ((await _house.LoadAsync(task.Key)).Attempts[0].ResolvedAt is null)
        {
            _house.Time.Advance(CallbackHints.Interval);
            await Task.Delay(5, patience.Token);
        }

        var booked = (await _house.LoadAsync(task.Key)).Attempts[0];
        Assert.Equal((new Usd(490_000), Usd.Zero), (booked.Cost, booked.Unconfirmed));
    }

    [Fact]
    public void A_token_names_one_attempt_and_none_other_is_ours()
    {
        var links = new CallbackLinks(SigningKey.Open(_house.Folder), new PublicAddressHolder { Value = "https://gate.example" });
        var key = new TaskKey(new AccountId("acc_1"), new TaskId("task_1"));
        var token = links.Token(key, new AttemptId("att_1"));
        Assert.True(links.TryRead(token, out var task, out var attempt));
        Assert.Equal((key, new AttemptId("att_1")), (task, attempt));
        foreach (var forged in new[]
        {
            "", ".", "acc_1.task_1.att_1.", token + "A", token[..^1], token.Replace("task_1", "task_2", StringComparison.Ordinal),
            token.Replace("acc_1.", "acc_1.x.", StringComparison.Ordinal), token.ToUpperInvariant(), new string('a', 600),
        })
        {
            Assert.False(links.TryRead(forged, out _, out _), forged);
        }
    }

    [Theory]
    [InlineData("https://gate.example", false, true)]
    [InlineData("http://gate.example:9000/base", false, true)]
    [InlineData("http://127.0.0.1:8080", false, false)]
    [InlineData("http://localhost:8080", false, false)]
    [InlineData("http://gate.internal", false, false)]
    [InlineData("http://10.1.2.3", false, false)]
    [InlineData("http://127.0.0.1:8080", true, true)]
    [InlineData("http://gate.internal", true, true)]
    public void An_address_is_given_only_to_providers_that_may_reach_it(string address, bool standsInside, bool given)
    {
        var facts = new ProviderFacts(ProviderTier.Partner, 1, OwnIdQueryable: false, FailureBills: false) { StandsInside = standsInside };
        var holder = new PublicAddressHolder { Value = address };
        Assert.Equal(given ? address : null, holder.For(facts));
    }

    private CallbackHints Hints() => new(
        _house.Tasks, _house.Providers, _house.Waker, new LateWord(_house.Charges, _house.Providers, _house.Time, NullLogger<LateWord>.Instance), _house.Time, NullLogger<CallbackHints>.Instance);

    private async Task<VideoTask> ApplyAsync(VideoTask task, TaskTransition step) =>
        (await _house.Tasks.ApplyAsync(task, step, TestContext.Current.CancellationToken)).Task;

    private async Task<VideoTask> RunToAsync(AttemptState state) =>
        await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == state);

    private async Task WokenAsync(int times)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (_house.Waker.Tasks.Count < times)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    // The timer is set after the look into the store, so the clock has to move until it has gone off.
    private async Task AdvanceUntilWokenAsync(int times)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (_house.Waker.Tasks.Count < times)
        {
            _house.Time.Advance(CallbackHints.Interval);
            await Task.Delay(5, patience.Token);
        }
    }
}
