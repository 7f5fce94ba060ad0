using System.Text;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Lifecycle;

public sealed class TaskDriverTests : IAsyncLifetime
{
    private House _house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ScriptedProvider Provider => _house.Provider;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_task_from_words_goes_all_the_way_to_a_stored_clip_and_a_callback()
    {
        Provider.NextReading(new Reading.InProgress(30, TimeSpan.FromSeconds(5)));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);

        Assert.Equal(TaskState.Success, task.State);
        Assert.Equal(["Completed"], States(task));
        Assert.Equal(new Usd(490_000), task.LastAttempt!.Cost);
        Assert.Equal(await TinyClip.BytesAsync, await File.ReadAllBytesAsync(_house.Files.PathOf(task.Clip!.Sha256), Cancel));
        Assert.Equal((1920, 1080, TimeSpan.FromSeconds(5), 60L), (task.Clip.Width, task.Clip.Height, task.Clip.Duration, task.Clip.Frames));
        Assert.Equal(task.CompletedAt + _house.Options.Retention, task.Clip.ExpiresAt);
        Assert.Single(Provider.Book);
        Assert.Equal([ScriptedProvider.UpstreamId(task.LastAttempt.Id)], Provider.Released);
        Assert.Equal(0, _house.Desks.Held(Provider.Name));
        Assert.Equal(1, _house.Waker.Deliveries);
        var delivery = Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        Assert.StartsWith(
            $"task_1 Success - https://gate.example/artifacts/{task.Clip.Id}.mp4?expires=", Encoding.UTF8.GetString(delivery.Body.Span), StringComparison.Ordinal);
        Assert.Empty(_house.Unfinished);
    }

    [Fact]
    public async Task What_is_told_of_a_step_has_the_times_that_the_row_keeps()
    {
        // Rows keep whole milliseconds; a callback is worded before its row is written.
        _house.Time.SetUtcNow(House.Start.AddTicks(7_654_321));
        var driver = _house.NewDriver();
        var task = await _house.AcceptAsync();
        while (!task.State.IsTerminal())
        {
            task = (await driver.StepAsync(task, Cancel)).Task;
        }

        var row = await _house.LoadAsync(task.Key);
        Assert.Equal(row.CompletedAt, task.CompletedAt);
        Assert.Equal(row.Clip, task.Clip);
        Assert.Equal(row.Attempts, task.Attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wish_to_cancel_is_passed_on_once_however_often_the_provider_is_read(bool fails)
    {
        Provider.CancelFault = fails ? new TimeoutException() : null;
        for (var reads = 0; reads < 4; reads++)
        {
            Provider.NextReading(new Reading.InProgress(30, TimeSpan.FromSeconds(5)));
        }

        var key = (await _house.AcceptAsync()).Key;
        var accepted = await _house.RunAsync(key, task => task.LastAttempt is { State: AttemptState.Accepted });
        await _house.Tasks.ApplyAsync(accepted, new TaskTransition.RequestCancel(_house.Time.GetUtcNow()), Cancel);
        var task = await _house.RunToEndAsync(key);

        // It was too late: the clip came all the same.
        Assert.Equal(TaskState.Success, task.State);
        Assert.Equal([ScriptedProvider.UpstreamId(task.LastAttempt!.Id)], Provider.Canceled);
        Assert.NotNull(task.LastAttempt.CancelSentAt);
    }

    [Fact]
    public async Task A_clip_is_stored_with_its_poster()
    {
        _house.FfmpegPath = null;
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.NotNull(task.Clip?.PosterSha256);
        Assert.Equal([0xff, 0xd8], (await File.ReadAllBytesAsync(_house.Files.PathOf(task.Clip.PosterSha256), Cancel))[..2]);
    }

    [Fact]
    public async Task The_provider_is_given_the_attempt_the_request_and_the_checked_pictures_in_order()
    {
        var first = await _house.Files.StoreAsync(TinyPicture.Png(1), Cancel);
        var second = await _house.Files.StoreAsync(TinyPicture.Png(2), Cancel);
        var task = House.NewTask("task_1", "stored:" + first.Sha256, "stored:" + second.Sha256);
        task = await _house.RunToEndAsync((await _house.AcceptAsync(task with { IsTest = false })).Key);

        var submission = Assert.Single(Provider.Submissions);
        Assert.Equal(task.LastAttempt!.Id, submission.Attempt);
        Assert.Equal(task.Request with { Images = [] }, submission.Request with { Images = [] });
        Assert.Equal([_house.Files.PathOf(first.Sha256), _house.Files.PathOf(second.Sha256)], submission.Images.Select(image => image.Path));
        Assert.Equal(
            [new InputImage(0, first.Sha256, "image/png", 300, 300, first.Length), new InputImage(1, second.Sha256, "image/png", 300, 300, second.Length)],
            task.Inputs!.Value);
        submission.Changed();
        Assert.Contains(task.Key, _house.Waker.Tasks);
    }

    [Fact]
    public async Task A_picture_that_is_none_fails_the_task_before_any_provider_hears_of_it()
    {
        var letter = await _house.Files.StoreAsync(Encoding.UTF8.GetBytes("Dear sirs"), Cancel);
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_1", "stored:" + letter.Sha256))).Key);
        Assert.Equal((TaskState.Failed, FailureCode.UnsupportedFormat), (task.State, task.Failure!.Code));
        Assert.StartsWith("image 1 ", task.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(Provider.Submissions);
        Assert.Empty(task.Attempts);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_fetched_is_tried_twice()
    {
        // Nobody listens on port 1.
        var accepted = await _house.AcceptAsync(House.NewTask("task_1", "http://127.0.0.1:1/a.png"));
        var task = await _house.RunAsync(accepted.Key, task => task.Tries > 0);
        Assert.Equal(TaskState.Pending, task.State);
        task = await _house.RunToEndAsync(accepted.Key);
        Assert.Equal((TaskState.Failed, FailureCode.ImageDownloadFailed), (task.State, task.Failure!.Code));
        Assert.Equal(TaskDriver.IntakeTriesMax, (int)task.Revision);
    }

    [Theory]
    [InlineData(RefusalClass.Input, FailureCode.GenerationFailed)]
    [InlineData(RefusalClass.Policy, FailureCode.ContentViolation)]
    public async Task A_refusal_of_the_request_itself_fails_the_task_and_goes_nowhere_else(RefusalClass refusal, FailureCode code)
    {
        Provider.NextSubmit(new SubmitResult.Refused(refusal, "It does not like this."));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(new Failure(code, "It does not like this."), task.Failure);
        Assert.Equal(["Refused"], States(task));
        Assert.Single(Provider.Submissions);
        Assert.Equal(0, _house.Desks.Held(Provider.Name));
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        Assert.Equal(1, _house.Waker.Deliveries);
    }

    [Theory]
    [InlineData(RefusalClass.Busy)]
    [InlineData(RefusalClass.Balance)]
    [InlineData(RefusalClass.Auth)]
    [InlineData(RefusalClass.Permission)]
    [InlineData(RefusalClass.Outage)]
    [InlineData(RefusalClass.NotReceived)]
    public async Task A_refusal_that_says_nothing_against_the_request_is_followed_by_another_attempt(RefusalClass refusal)
    {
        Provider.NextSubmit(new SubmitResult.Refused(refusal, "Not now."));
        var accepted = await _house.AcceptAsync();
        var refused = await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == AttemptState.Refused);
        Assert.Equal(refusal, refused.LastAttempt!.Refusal);
        Assert.Equal(0, _house.Desks.Held(Provider.Name));

        var task = await _house.RunToEndAsync(accepted.Key);
        Assert.Equal(TaskState.Success, task.State);
        Assert.Equal(["Refused", "Completed"], States(task));
        Assert.True(task.Attempts[1].PreparedAt > task.Attempts[0].EndedAt, "The next attempt follows at once, without any wait.");
        Assert.Single(Provider.Book);
    }

    [Theory]
    [InlineData(RefusalClass.Balance)]
    [InlineData(RefusalClass.Auth)]
    [InlineData(RefusalClass.Permission)]
    [InlineData(RefusalClass.Outage)]
    [InlineData(RefusalClass.NotReceived)]
    public async Task A_provider_that_has_something_against_us_is_followed_by_the_next_one_and_no_later_task_asks_it(RefusalClass refusal)
    {
        var official = new ScriptedProvider("official", _house.ClipPath, ProviderTier.Official);
        _house.Providers = new([Provider, official]);
        Provider.NextSubmit(new SubmitResult.Refused(refusal, "Not you."));
        var first = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(["partner", "official"], first.Attempts.Select(attempt => attempt.Provider));
        Assert.Contains("Passed over: partner", first.Attempts[1].RouteReason, StringComparison.Ordinal);

        var second = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_2"))).Key);
        Assert.Equal([refusal is RefusalClass.Outage or RefusalClass.NotReceived ? "partner" : "official"], second.Attempts.Select(attempt => attempt.Provider));
        Assert.Equal(2, Provider.Book.Count + official.Book.Count);
    }

    [Fact]
    public async Task A_provider_that_says_how_long_to_wait_is_asked_again_then_and_not_before()
    {
        Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Busy, "It is full.", TimeSpan.FromMinutes(7)));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(["Refused", "Completed"], States(task));
        Assert.InRange(task.Attempts[1].PreparedAt - task.Attempts[0].EndedAt!.Value, TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(13));
    }

    [Fact]
    public async Task Being_full_is_never_held_against_a_task_however_often_it_is_said()
    {
        for (var i = 0; i < 12; i++)
        {
            Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Busy, "It is full."));
        }

        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(TaskState.Success, task.State);
        Assert.Equal(13, task.Attempts.Length);
        Assert.Single(Provider.Book);
    }

    [Fact]
    public async Task When_every_provider_stays_out_of_order_the_task_fails_and_says_so()
    {
        for (var i = 1; i <= ProviderHealth.OutageAfter; i++)
        {
            Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Outage, $"Out of order, {i}."));
        }

        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(new Failure(FailureCode.ModelUnavailable, "No provider could take it within 10 minutes: partner is out of order."), task.Failure);
        Assert.Equal(ProviderHealth.OutageAfter, Provider.Submissions.Count);
        Assert.Empty(Provider.Book);
        Assert.Equal(Usd.Zero, task.Cost);
    }

    [Fact]
    public async Task After_a_free_read_that_went_well_the_task_is_submitted_after_all()
    {
        for (var i = 1; i <= ProviderHealth.OutageAfter; i++)
        {
            Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Outage, $"Out of order, {i}."));
        }

        var key = (await _house.AcceptAsync()).Key;
        await _house.RunAsync(key, task => task is { WaitingFor: not null, Attempts.Length: ProviderHealth.OutageAfter });
        _house.Time.Advance(TimeSpan.FromSeconds(20));
        _house.Desks.Probe(Provider.Name, wentWell: true);
        Assert.Equal(TaskState.Success, (await _house.RunToEndAsync(key)).State);
        Assert.Single(Provider.Book);
    }

    [Theory]
    [InlineData(false, FailureCode.GenerationFailed, 2)]
    [InlineData(true, FailureCode.GenerationFailed, 1)]
    [InlineData(false, FailureCode.ContentViolation, 1)]
    public async Task A_failed_generation_is_tried_at_the_next_provider_only_where_it_certainly_cost_nothing(bool mayBill, FailureCode code, int attempts)
    {
        var first = new ScriptedProvider("a", _house.ClipPath) { Facts = new(ProviderTier.Partner, 4, OwnIdQueryable: true, FailureBills: mayBill) { Prices = FlatPrices.Of(0.28m) } };
        var second = new ScriptedProvider("b", _house.ClipPath) { Facts = first.Facts };
        _house.Providers = new([first, second]);
        first.NextReading(new Reading.Failed(new Failure(code, "It broke.")));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = Usd.FromDollars(0.28m) })).Key);
        Assert.Equal(attempts == 2 ? TaskState.Success : TaskState.Failed, task.State);
        Assert.Equal(attempts, task.Attempts.Length);
        Assert.Equal(mayBill ? Usd.FromDollars(0.28m) : Usd.Zero, task.Unconfirmed);
        Assert.Equal(attempts - 1, second.Book.Count);
    }

    [Fact]
    public async Task A_failure_whose_price_the_provider_names_costs_that()
    {
        var provider = new ScriptedProvider("a", _house.ClipPath) { Facts = new(ProviderTier.Partner, 4, OwnIdQueryable: true, FailureBills: true) };
        _house.Providers = new([provider]);
        provider.NextReading(new Reading.Failed(new Failure(FailureCode.GenerationFailed, "It broke."), Usd.FromDollars(0.10m)));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal((TaskState.Failed, Usd.FromDollars(0.10m), Usd.Zero), (task.State, task.Cost, task.Unconfirmed));
    }

    [Fact]
    public async Task An_account_that_wants_it_has_a_refusal_of_its_content_tried_at_the_next_provider()
    {
        var official = new ScriptedProvider("official", _house.ClipPath, ProviderTier.Official);
        _house.Providers = new([Provider, official]);
        await _house.Accounts.UpdateAsync(House.Account with { Routing = new RoutingPolicy { FailsOverOnPolicy = true } }, House.Audit(House.Account.Id.Value), Cancel);
        Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Policy, "Not with us."));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal((TaskState.Success, "Refused Completed"), (task.State, string.Join(' ', States(task))));

        Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Policy, "Not with us."));
        official.NextSubmit(new SubmitResult.Refused(RefusalClass.Policy, "Nor with us."));
        var second = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_2"))).Key);
        Assert.Equal(new Failure(FailureCode.ContentViolation, "Nor with us."), second.Failure);
    }

    [Fact]
    public async Task An_answer_that_stays_lost_fails_the_task_at_the_deadline_and_keeps_its_price_held()
    {
        var provider = Forgetful("a");
        provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var hold = Usd.FromDollars(0.28m);
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = hold })).Key);
        Assert.Equal((TaskState.Failed, FailureCode.GenerationFailed), (task.State, task.Failure!.Code));
        Assert.Equal("Nobody could say within 15 minutes whether a has it: No answer came.", task.Failure.Message);
        Assert.Equal(["Abandoned"], States(task));
        Assert.Equal(task.Attempts[0].SentAt + _house.Routing.UnknownDeadline, task.CompletedAt);
        Assert.Equal((Usd.Zero, hold), (task.Cost, task.Unconfirmed));
        Assert.Equal(hold, (await _house.Accounts.TotalsAsync(House.Account.Id, _house.Time.GetUtcNow(), Cancel))!.Held);
        Assert.Equal(0, _house.Desks.Held(provider.Name));
        Assert.Single(provider.Submissions);
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));
    }

    [Fact]
    public async Task An_operator_may_choose_to_submit_again_and_then_both_prices_are_held()
    {
        _house.Routing = new RoutingOptions { WhenUnknown = UnknownPolicy.Resubmit };
        var provider = Forgetful("a");
        provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var hold = Usd.FromDollars(0.28m);
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = hold })).Key);
        Assert.Equal((TaskState.Success, "Abandoned Completed"), (task.State, string.Join(' ', States(task))));
        Assert.Equal((new Usd(2 * hold.Micros), hold), (task.Hold, task.Unconfirmed));
        Assert.Equal(2, provider.Submissions.Count);
    }

    [Fact]
    public async Task An_id_that_a_callback_names_resolves_a_lost_answer_once_the_provider_knows_it()
    {
        var provider = Forgetful("a");
        provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var key = (await _house.AcceptAsync()).Key;
        var unknown = await _house.RunAsync(key, task => task is { Tries: > 0, LastAttempt.State: AttemptState.Unknown });
        var heard = await _house.Tasks.ApplyAsync(unknown, new TaskTransition.HearOf(_house.Time.GetUtcNow(), unknown.LastAttempt!.Id, "job-7"), Cancel);
        provider.NextReading(new Reading.InProgress(40, TimeSpan.FromSeconds(5)));
        var accepted = (await _house.NewDriver().StepAsync(heard.Task, Cancel)).Task;
        Assert.Equal((AttemptState.Accepted, "job-7"), (accepted.LastAttempt!.State, accepted.LastAttempt.UpstreamId));
        Assert.Equal(TaskState.Success, (await _house.RunToEndAsync(key)).State);
        Assert.Single(provider.Submissions);
    }

    [Fact]
    public async Task An_id_that_the_provider_does_not_know_or_that_another_task_has_resolves_nothing()
    {
        var provider = Forgetful("a");
        var first = await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Accepted);
        provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var key = (await _house.AcceptAsync(House.NewTask("task_2"))).Key;
        var unknown = await _house.RunAsync(key, task => task.LastAttempt?.State == AttemptState.Unknown);
        foreach (var (name, reading) in new (string, Reading)[] { ("job-0", new Reading.Lost("It knows nothing of it.")), (first.LastAttempt!.UpstreamId!, new Reading.InProgress(1, TimeSpan.FromSeconds(5))) })
        {
            var heard = await _house.Tasks.ApplyAsync(unknown, new TaskTransition.HearOf(_house.Time.GetUtcNow(), unknown.LastAttempt!.Id, name), Cancel);
            provider.NextReading(reading);
            unknown = (await _house.NewDriver().StepAsync(heard.Task, Cancel)).Task;
            Assert.Equal((AttemptState.Unknown, null), (unknown.LastAttempt!.State, unknown.LastAttempt.CandidateId));
        }
    }

    [Fact]
    public async Task Two_submissions_that_are_given_one_id_never_both_become_its_clip()
    {
        var provider = Forgetful("a");
        provider.NextSubmit(new SubmitResult.Accepted("job-1", TimeSpan.Zero));
        provider.NextSubmit(new SubmitResult.Accepted("job-1", TimeSpan.Zero));
        var first = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        var second = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_2") with { Hold = Usd.FromDollars(0.28m) })).Key);
        Assert.Equal((TaskState.Success, TaskState.Failed), (first.State, second.State));
        Assert.Equal(Usd.FromDollars(0.28m), second.Unconfirmed);
        Assert.Equal(2, provider.Submissions.Count);
    }

    [Fact]
    public async Task A_task_that_its_provider_never_finishes_is_followed_for_a_day_and_its_charge_is_then_unconfirmed()
    {
        var provider = Forgetful("a");
        for (var i = 0; i < 100; i++)
        {
            provider.NextReading(new Reading.InProgress(50, TimeSpan.FromMinutes(30)));
        }

        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = Usd.FromDollars(0.28m) })).Key);
        Assert.Equal((FailureCode.ProcessingTimeout, "Abandoned"), (task.Failure!.Code, string.Join(' ', States(task))));
        Assert.Equal("a took it and did not finish it within 24 hours.", task.Failure.Message);
        Assert.Equal(Usd.FromDollars(0.28m), task.Unconfirmed);
        Assert.InRange(task.CompletedAt!.Value - task.Attempts[0].AcceptedAt!.Value, TimeSpan.FromHours(24), TimeSpan.FromHours(25));
    }

    [Fact]
    public async Task A_task_that_is_done_without_a_clip_is_read_ever_more_slowly_and_its_charge_is_unconfirmed_in_the_end()
    {
        _house.Routing = new RoutingOptions { FollowDeadline = TimeSpan.FromHours(6) };
        var provider = Forgetful("a");
        var reads = new List<DateTimeOffset>();
        for (var i = 0; i < 1000; i++)
        {
            provider.NextReading(() =>
            {
                reads.Add(_house.Time.GetUtcNow());
                return new Reading.Unreadable("It says that it is done, without a clip.", TimeSpan.FromSeconds(5)) { IsWithoutClip = true };
            });
        }

        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = Usd.FromDollars(0.28m) })).Key);
        Assert.Equal((FailureCode.GenerationFailed, "Abandoned"), (task.Failure!.Code, string.Join(' ', States(task))));
        Assert.Equal("a took it and says that it is done, but showed no clip within 6 hours.", task.Failure.Message);
        Assert.Equal((Usd.Zero, Usd.FromDollars(0.28m)), (task.Cost, task.Unconfirmed));
        Assert.Single(provider.Submissions);

        var waits = reads.Zip(reads.Skip(1), (first, second) => second - first).ToArray();
        Assert.Equal(TimeSpan.FromSeconds(5), waits[0]);
        Assert.All(waits[10..^1], wait => Assert.InRange(wait, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(6)));
    }

    [Fact]
    public async Task A_clip_that_is_shown_some_time_after_its_task_was_said_to_be_done_is_taken_in()
    {
        var provider = Forgetful("a");
        for (var i = 0; i < 5; i++)
        {
            provider.NextReading(new Reading.Unreadable("It says that it is done, without a clip.", TimeSpan.FromSeconds(5)) { IsWithoutClip = true });
        }

        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal((TaskState.Success, Usd.Zero), (task.State, task.Unconfirmed));
        Assert.Single(provider.Submissions);
    }

    [Fact]
    public async Task An_id_that_the_provider_goes_on_not_knowing_is_dropped_and_the_submission_is_looked_for_from_the_beginning()
    {
        Provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var driver = _house.NewDriver();
        var unknown = await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Unknown, driver);
        var heard = (await _house.Tasks.ApplyAsync(unknown, new TaskTransition.HearOf(_house.Time.GetUtcNow(), unknown.LastAttempt!.Id, "job-0"), Cancel)).Task;
        var notThere = new Reading.Unreadable("The provider does not find the task.", TimeSpan.FromMinutes(1)) { IsNotThere = true };

        // Said once it proves nothing: the parts of its house may be out of step.
        Provider.NextReading(notThere);
        var waiting = (await driver.StepAsync(heard, Cancel)).Task;
        Assert.Equal(("job-0", _house.Time.GetUtcNow() + Provider.Facts.LookupSettles), (waiting.LastAttempt!.CandidateId, waiting.DueAt!.Value));

        _house.Time.Advance(Provider.Facts.LookupSettles);
        Provider.NextReading(notThere);
        var dropped = (await driver.StepAsync(waiting, Cancel)).Task;
        Assert.Equal((AttemptState.Unknown, null), (dropped.LastAttempt!.State, dropped.LastAttempt.CandidateId));

        // The look-up has its own time to settle.
        var looking = (await driver.StepAsync(dropped, Cancel)).Task;
        Assert.Equal((AttemptState.Unknown, _house.Time.GetUtcNow() + Provider.Facts.LookupSettles), (looking.LastAttempt!.State, looking.DueAt!.Value));
        Assert.Single(Provider.Submissions);
    }

    [Theory]
    [InlineData(ProviderTier.Partner, 10, true)]
    [InlineData(ProviderTier.Partner, 20, false)]
    [InlineData(ProviderTier.Official, 20, false)]
    [InlineData(ProviderTier.Local, 20, true)]
    public async Task A_node_that_stood_still_after_its_intent_sends_nothing_because_others_may_have_given_it_up(ProviderTier tier, int seconds, bool isSent)
    {
        var provider = new ScriptedProvider("a", _house.ClipPath, tier);
        _house.Providers = new([provider]);
        var request = House.NewTask().Request with { Provider = "a" };
        var prepared = await _house.RunAsync((await _house.AcceptAsync(House.NewTask() with { Request = request })).Key, task => task.LastAttempt?.State == AttemptState.Prepared);
        var outcome = await _house.NewDriver(time: new FreezingTime(_house.Time, TimeSpan.FromSeconds(seconds))).StepAsync(prepared, Cancel);
        Assert.Equal(isSent ? 1 : 0, provider.Submissions.Count);
        Assert.Equal(isSent ? (AttemptState.Accepted, null) : (AttemptState.Refused, RefusalClass.NotReceived), (outcome.Task.LastAttempt!.State, outcome.Task.LastAttempt.Refusal));
    }

    // Between any two looks at the clock the process stands still for so long.
    private sealed class FreezingTime(TimeProvider wall, TimeSpan pause) : TimeProvider
    {
        private long _looks;

        public override DateTimeOffset GetUtcNow() => wall.GetUtcNow();

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Increment(ref _looks) * pause.Ticks;
    }

    [Fact]
    public async Task A_task_that_leaves_a_queue_leaves_nothing_behind_in_it()
    {
        _house.Desks.Slots = 1;
        var holder = await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Accepted);
        var waiting = await _house.RunAsync((await _house.AcceptAsync(House.NewTask("task_2"))).Key, task => task.WaitingFor is not null);
        Assert.Equal((Provider.Name, 1), (waiting.WaitingFor, (await _house.Desks.PlaceAsync(Provider.Name, waiting.Key, Cancel))!.Position));
        var wished = await _house.Tasks.ApplyAsync(waiting, new TaskTransition.RequestCancel(_house.Time.GetUtcNow()), Cancel);
        var canceled = (await _house.NewDriver().StepAsync(wished.Task, Cancel)).Task;
        Assert.Equal((TaskState.Failed, null), (canceled.State, canceled.WaitingFor));
        Assert.Null(await _house.Desks.PlaceAsync(Provider.Name, waiting.Key, Cancel));
        Assert.Equal(TaskState.Success, (await _house.RunToEndAsync(holder.Key)).State);
    }

    // It answers no look-up, and its prices are known.
    private ScriptedProvider Forgetful(string name)
    {
        var provider = new ScriptedProvider(name, _house.ClipPath)
        {
            Facts = new(ProviderTier.Partner, 4, OwnIdQueryable: false, FailureBills: true) { Prices = FlatPrices.Of(0.28m) },
            Remembers = false,
        };
        _house.Providers = new([provider]);
        return provider;
    }

    [Fact]
    public async Task Without_a_provider_that_fits_the_task_fails()
    {
        var sample = House.NewTask();
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(sample with { IsTest = true })).Key);
        Assert.Equal(FailureCode.ModelUnavailable, task.Failure!.Code);
        Assert.Empty(Provider.Submissions);
    }

    [Fact]
    public async Task Without_a_free_slot_the_task_waits_and_nothing_is_prepared()
    {
        _house.Desks.Slots = 1;
        await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Accepted);
        var task = await _house.RunAsync((await _house.AcceptAsync(House.NewTask("task_2"))).Key, task => task.WaitingFor is not null);
        Assert.Equal((TaskState.Pending, Provider.Name), (task.State, task.WaitingFor));
        Assert.True(task.DueAt > _house.Time.GetUtcNow(), "It asks again at once.");
        Assert.Empty(task.Attempts);
    }

    [Fact]
    public async Task A_submission_that_throws_counts_as_lost_and_is_found_again()
    {
        Provider.NextSubmit(submission =>
        {
            Provider.Take(submission.Attempt);
            throw new HttpRequestException("The line went dead.");
        });
        var accepted = await _house.AcceptAsync();
        var unknown = await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == AttemptState.Unknown);
        Assert.Equal("The submission ended without an answer (HttpRequestException).", unknown.LastAttempt!.Reason);
        Assert.Equal(1, _house.Desks.Held(Provider.Name));

        var task = await _house.RunToEndAsync(accepted.Key);
        Assert.Equal(["Completed"], States(task));
        Assert.Single(Provider.Book);
        Assert.Single(Provider.Submissions);
    }

    [Fact]
    public async Task A_lost_answer_is_submitted_again_only_once_the_provider_has_had_its_time_to_hear_of_it()
    {
        Provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var accepted = await _house.AcceptAsync();
        var unknown = await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == AttemptState.Unknown);
        var settled = unknown.LastAttempt!.SentAt!.Value + Provider.Facts.LookupSettles;

        var waiting = (await _house.NewDriver().StepAsync(unknown, Cancel)).Task;
        Assert.Equal((AttemptState.Unknown, settled), (waiting.LastAttempt!.State, waiting.DueAt!.Value));
        Assert.Single(Provider.Submissions);

        var task = await _house.RunToEndAsync(accepted.Key);
        Assert.Equal(["Refused", "Completed"], States(task));
        Assert.Equal(RefusalClass.NotReceived, task.Attempts[0].Refusal);
        Assert.True(task.Attempts[0].EndedAt >= settled, "The first attempt was given up before the provider had its time.");
        Assert.Single(Provider.Book);
    }

    [Fact]
    public async Task The_last_part_of_a_millisecond_is_waited_for_as_well()
    {
        Provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var driver = _house.NewDriver();
        var unknown = await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Unknown, driver);
        var waiting = (await driver.StepAsync(unknown, Cancel)).Task;
        _house.Time.Advance(Provider.Facts.LookupSettles - TimeSpan.FromMicroseconds(300));
        var again = (await driver.StepAsync(waiting, Cancel)).Task;
        Assert.Equal(AttemptState.Unknown, again.LastAttempt!.State);
        Assert.True(again.DueAt > _house.Time.GetUtcNow(), "It is due at once.");
    }

    [Fact]
    public async Task As_long_as_the_provider_cannot_tell_nothing_is_sent_again()
    {
        _house.Routing = new RoutingOptions { UnknownDeadline = TimeSpan.FromDays(1) };
        Provider.NextSubmit(submission =>
        {
            Provider.Take(submission.Attempt);
            return ValueTask.FromResult<SubmitResult>(new SubmitResult.Unknown("No answer came."));
        });
        for (var i = 0; i < 20; i++)
        {
            Provider.NextSighting(() => new Sighting.CannotTell("It does not answer."));
        }

        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(TaskState.Success, task.State);
        Assert.Single(Provider.Submissions);
        Assert.Single(Provider.Book);
    }

    [Fact]
    public async Task A_task_that_the_provider_lost_unbilled_is_submitted_again()
    {
        Provider.NextReading(new Reading.Lost("It restarted."));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(["Failed", "Completed"], States(task));
        Assert.Equal("It restarted.", task.Attempts[0].Reason);
        Assert.Equal(2, Provider.Released.Count);
    }

    [Fact]
    public async Task A_failed_generation_fails_the_task_with_the_providers_code_and_is_not_paid_for_twice()
    {
        Provider.NextReading(new Reading.Failed(new Failure(FailureCode.NsfwDetected, "There is skin.")));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(new Failure(FailureCode.NsfwDetected, "There is skin."), task.Failure);
        Assert.Equal(["Failed"], States(task));
        Assert.Single(Provider.Submissions);
        Assert.Equal(0, _house.Desks.Held(Provider.Name));
        Assert.Single(Provider.Released);
        var delivery = Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        Assert.Equal("task_1 Failed NSFW_DETECTED -", Encoding.UTF8.GetString(delivery.Body.Span));
    }

    [Fact]
    public async Task A_provider_that_cannot_be_read_is_read_again_when_it_said()
    {
        Provider.NextReading(new Reading.Unreadable("It is out for lunch.", TimeSpan.FromMinutes(40)));
        var accepted = await _house.AcceptAsync();
        var task = await _house.RunAsync(accepted.Key, task => task is { Tries: > 0, LastAttempt.State: AttemptState.Accepted });
        Assert.Equal(_house.Time.GetUtcNow().AddMinutes(40), task.DueAt);
        Assert.Equal(TaskState.Success, (await _house.RunToEndAsync(accepted.Key)).State);
        Assert.Single(Provider.Book);
    }

    [Fact]
    public async Task Progress_is_noted_and_kept_when_the_provider_says_none()
    {
        Provider.NextReading(new Reading.InProgress(64, TimeSpan.FromSeconds(3)));
        Provider.NextReading(new Reading.InProgress(null, TimeSpan.FromSeconds(5)));
        var task = await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Accepted);
        var driver = _house.NewDriver();
        task = (await driver.StepAsync(task, Cancel)).Task;
        Assert.Equal((64, _house.Time.GetUtcNow().AddSeconds(3)), (task.Progress, task.DueAt!.Value));
        task = (await driver.StepAsync(task, Cancel)).Task;
        Assert.Equal((64, _house.Time.GetUtcNow().AddSeconds(5)), (task.Progress, task.DueAt!.Value));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("cut short")]
    [InlineData("a letter")]
    [InlineData("http://127.0.0.1:1/clip.mp4")]
    [InlineData("http://10.1.2.3/clip.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("no address at all")]
    [InlineData("")]
    public async Task A_clip_that_cannot_be_used_is_fetched_again_parked_and_then_fails_the_task_without_a_second_generation(string what)
    {
        var clip = await TinyClip.BytesAsync;
        ClipLocation location = what is "missing" or "cut short" or "a letter"
            ? new ClipLocation.LocalFile(Path.Combine(_house.Folder, what))
            : new ClipLocation.Url(what);
        if (what == "cut short")
        {
            await File.WriteAllBytesAsync(((ClipLocation.LocalFile)location).Path, clip[..(clip.Length / 2)], Cancel);
        }
        else if (what == "a letter")
        {
            await File.WriteAllTextAsync(((ClipLocation.LocalFile)location).Path, "Dear sirs", Cancel);
        }

        _house.Routing = new RoutingOptions { ClipPatience = TimeSpan.FromMinutes(30) };
        AlwaysRead(new Reading.Completed(location, new Usd(490_000)));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal((TaskState.Failed, FailureCode.GenerationFailed), (task.State, task.Failure!.Code));
        Assert.StartsWith("The clip ", task.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("10.1.2.3", task.Failure.Message, StringComparison.Ordinal);
        Assert.Single(Provider.Submissions);
        Assert.Equal(new Usd(490_000), task.LastAttempt!.Cost);
        Assert.NotNull(task.LastAttempt.UnfetchedSince);
        Assert.True(task.CompletedAt - task.LastAttempt.EndedAt >= _house.Routing.ClipPatience, "It was given up before its time.");
        Assert.Empty(_house.Unfinished);
    }

    [Fact]
    public async Task A_clip_that_comes_late_is_taken_in_after_all()
    {
        var late = Path.Combine(_house.Folder, "late.mp4");
        AlwaysRead(new Reading.Completed(new ClipLocation.LocalFile(late), Usd.Zero));
        var accepted = await _house.AcceptAsync();
        await _house.RunAsync(accepted.Key, task => task is { Tries: TaskDriver.TakeInTriesMax - 1, LastAttempt.State: AttemptState.Completed });
        await File.WriteAllBytesAsync(late, await TinyClip.BytesAsync, Cancel);
        Assert.Equal(TaskState.Success, (await _house.RunToEndAsync(accepted.Key)).State);
    }

    [Fact]
    public async Task A_link_that_has_run_out_is_renewed_by_reading_the_task_again()
    {
        await using var server = new RawServer(async exchange =>
        {
            var clip = await TinyClip.BytesAsync;
            await exchange.SendAsync($"HTTP/1.1 {(exchange.Target == "/new.mp4" ? "200 OK" : "403 Expired")}\r\nContent-Length: {clip.Length}\r\n\r\n");
            await exchange.SendAsync(clip);
        });
        var fresh = new ClipLocation.Url($"http://127.0.0.1:{server.Port}/new.mp4");
        Provider.NextReading(new Reading.Completed(new ClipLocation.Url($"http://127.0.0.1:{server.Port}/old.mp4"), Usd.Zero));
        Provider.NextReading(new Reading.Completed(fresh, Usd.Zero));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal((TaskState.Success, fresh), (task.State, task.LastAttempt!.ClipLocation));
        Assert.Single(Provider.Submissions);
    }

    [Fact]
    public async Task A_provider_whose_links_are_all_dead_is_asked_for_one_a_try_and_the_task_says_what_it_said()
    {
        // The quick tries take longer than that.
        _house.Routing = new RoutingOptions { ClipPatience = TimeSpan.FromMinutes(1) };
        await using var server = RawServer.Answering("HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n");
        _house.Routing = new RoutingOptions { ClipPatience = TimeSpan.Zero };
        var reads = 0;
        for (var i = 0; i < TaskDriver.TakeInTriesMax; i++)
        {
            Provider.NextReading(() => new Reading.Completed(new ClipLocation.Url($"http://127.0.0.1:{server.Port}/{++reads}.mp4"), Usd.Zero));
        }

        Provider.NextReading(() =>
        {
            reads++;
            return new Reading.Failed(new Failure(FailureCode.GenerationFailed, "It was removed after an hour."));
        });
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(TaskState.Failed, task.State);
        Assert.EndsWith("It was removed after an hour.", task.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(TaskDriver.TakeInTriesMax + 1, reads);
    }

    [Fact]
    public async Task A_dead_link_of_a_provider_that_cannot_be_read_now_waits_for_the_provider()
    {
        var missing = new ClipLocation.LocalFile(Path.Combine(_house.Folder, "nowhere.mp4"));
        Provider.NextReading(new Reading.Completed(missing, Usd.Zero));
        Provider.NextReading(new Reading.Unreadable("The provider is busy.", TimeSpan.FromSeconds(40)));
        var driver = _house.NewDriver();
        var task = await _house.RunAsync((await _house.AcceptAsync()).Key, seen => seen.LastAttempt?.State == AttemptState.Completed, driver);
        var waiting = (await driver.StepAsync(task, Cancel)).Task;
        Assert.Equal(_house.Time.GetUtcNow().AddSeconds(40), waiting.DueAt);
    }

    // Once for the step that follows, and once for each try at a clip that is gone, parked ones among them.
    private void AlwaysRead(Reading reading)
    {
        const int TriesMax = 100;
        for (var i = 0; i < TriesMax; i++)
        {
            Provider.NextReading(reading);
        }
    }

    [Fact]
    public async Task A_clip_of_another_length_than_was_asked_for_is_not_the_clip()
    {
        var sample = House.NewTask();
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(sample with { Request = sample.Request with { DurationSeconds = 10 } })).Key);
        Assert.Equal("The clip lasts 5.00 s instead of 10 s.", task.Failure!.Message);
    }

    [Fact]
    public async Task A_provider_that_throws_at_being_told_the_end_takes_nothing_back()
    {
        Provider.ReleaseFault = new HttpRequestException("Not reachable.");
        var accepted = await _house.AcceptAsync();
        var completed = await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == AttemptState.Completed);
        var outcome = await _house.NewDriver().StepAsync(completed, Cancel);
        Assert.Equal((true, TaskState.Success), (outcome.Won, outcome.Task.State));
        Assert.Equal(1, _house.Waker.Deliveries);
    }

    [Fact]
    public async Task A_provider_that_is_no_longer_configured_is_not_waited_for_before_sending()
    {
        var accepted = await _house.AcceptAsync();
        await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == AttemptState.Prepared);
        var other = new ScriptedProvider("other", _house.ClipPath);
        _house.Providers = new([other]);
        var task = await _house.RunToEndAsync(accepted.Key);
        Assert.Equal(["Refused", "Completed"], States(task));
        Assert.Equal(["partner", "other"], task.Attempts.Select(attempt => attempt.Provider));
        Assert.Empty(Provider.Submissions);
    }

    [Theory]
    [InlineData(AttemptState.Unknown)]
    [InlineData(AttemptState.Accepted)]
    public async Task A_provider_that_is_no_longer_configured_is_waited_for_once_it_may_have_the_task(AttemptState state)
    {
        Provider.NextSubmit(submission => ValueTask.FromResult(
            state == AttemptState.Unknown ? new SubmitResult.Unknown("No answer came.") : Provider.Take(submission.Attempt)));
        var accepted = await _house.AcceptAsync();
        var task = await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == state);
        var other = new ScriptedProvider("other", _house.ClipPath);
        var both = _house.Providers;
        _house.Providers = new([other]);
        var waiting = (await _house.NewDriver().StepAsync(task, Cancel)).Task;
        Assert.Equal((state, 1), (waiting.LastAttempt!.State, waiting.Tries));
        Assert.Empty(other.Submissions);

        _house.Providers = both;
        Assert.Equal(TaskState.Success, (await _house.RunToEndAsync(accepted.Key)).State);
    }

    [Fact]
    public async Task A_finished_task_needs_no_step()
    {
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        var outcome = await _house.NewDriver().StepAsync(task, Cancel);
        Assert.True(outcome.Won);
        Assert.Equal(task.Revision, outcome.Task.Revision);
    }

    [Fact]
    public async Task Two_drivers_at_one_prepared_attempt_send_it_once()
    {
        var prepared = await _house.RunAsync((await _house.AcceptAsync()).Key, task => task.LastAttempt?.State == AttemptState.Prepared);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Task.Run(async () => await _house.NewDriver().StepAsync(prepared, Cancel), Cancel)));
        Assert.Single(outcomes, outcome => outcome.Won);
        Assert.Single(Provider.Submissions);
        Assert.Single(Provider.Book);
    }

    [Fact]
    public async Task Drivers_that_race_through_a_whole_life_submit_once_even_while_the_provider_is_slow_to_hear_of_it()
    {
        var heard = new TaskCompletionSource();
        var sent = new TaskCompletionSource();
        Provider.NextSubmit(async submission =>
        {
            sent.SetResult();
            await heard.Task;
            return Provider.Take(submission.Attempt);
        });
        var accepted = await _house.AcceptAsync();
        var slow = Task.Run(() => RaceAsync(accepted.Key), Cancel);
        await sent.Task.WaitAsync(Cancel);

        // Others see an attempt that was sent, and a provider that says it has nothing of the kind.
        for (var i = 0; i < 10; i++)
        {
            await _house.NewDriver().StepAsync(await _house.LoadAsync(accepted.Key), Cancel);
        }

        heard.SetResult();
        await Task.WhenAll(slow, Task.Run(() => RaceAsync(accepted.Key), Cancel), Task.Run(() => RaceAsync(accepted.Key), Cancel));
        Assert.Equal(TaskState.Success, (await _house.LoadAsync(accepted.Key)).State);
        Assert.Single(Provider.Book);
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(accepted.Key, Cancel));
    }

    private async Task RaceAsync(TaskKey key)
    {
        var driver = _house.NewDriver();
        for (var task = await _house.LoadAsync(key); !task.State.IsTerminal(); task = await _house.LoadAsync(key))
        {
            await driver.StepAsync(task, Cancel);
        }
    }

    private static IEnumerable<string> States(VideoTask task) => task.Attempts.Select(attempt => attempt.State.ToString());
}
