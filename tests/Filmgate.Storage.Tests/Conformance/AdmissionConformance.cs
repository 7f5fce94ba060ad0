using Filmgate.Model.Accounts;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every store does at the door and at the till: caps, budgets, keys and books are exact, whoever asks at once.</summary>
public abstract class AdmissionConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly Usd Price = Usd.FromDollars(0.28m);

    [Fact]
    public async Task Of_many_creations_at_once_exactly_as_many_are_accepted_as_the_cap_allows()
    {
        await LimitAsync(new AccountLimits(TasksInFlight: 20), Sample.Account.Budget);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => AdmitAsync(Sample.Task($"task_{i:00}"))));
        Assert.Equal(20, outcomes.OfType<AdmissionOutcome.Accepted>().Count());
        Assert.All(outcomes.OfType<AdmissionOutcome.TooManyInFlight>(), full => Assert.Equal(20, full.Limit));
        Assert.Equal(20, (await TotalsAsync()).TasksInFlight);
        await AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_task_that_ends_makes_room_for_another()
    {
        await LimitAsync(new AccountLimits(TasksInFlight: 1), Sample.Account.Budget);
        var first = await AcceptAsync(Sample.Task("task_1"));
        Assert.IsType<AdmissionOutcome.TooManyInFlight>(await AdmitAsync(Sample.Task("task_2")));
        await ApplyAsync(first, Sample.Fail());
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Sample.Task("task_2")));
    }

    [Fact]
    public async Task A_budget_of_ten_clips_admits_exactly_ten_of_a_hundred_that_ask_at_once()
    {
        await LimitAsync(AccountLimits.Default, new Budget(new Usd(10 * Price.Micros)));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AdmitAsync(Sample.Task($"task_{i:00}") with { Hold = Price })));
        Assert.Equal(10, outcomes.OfType<AdmissionOutcome.Accepted>().Count());
        Assert.All(outcomes.OfType<AdmissionOutcome.OverBudget>(), over => Assert.Equal(Usd.Zero, over.Left));
        var totals = await TotalsAsync();
        Assert.Equal(new Usd(10 * Price.Micros), totals.Spent.Total);
        Assert.Equal(totals.Spent.Total, totals.Held);
        await AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_day_and_a_month_have_budgets_of_their_own()
    {
        await LimitAsync(AccountLimits.Default, new Budget(Usd.FromDollars(100), PerDay: Price, PerMonth: new Usd(2 * Price.Micros)));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Priced("task_1", Sample.Start)));
        Assert.IsType<AdmissionOutcome.OverBudget>(await AdmitAsync(Priced("task_2", Sample.Start.AddHours(1))));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Priced("task_3", Sample.Start.AddDays(1))));
        Assert.IsType<AdmissionOutcome.OverBudget>(await AdmitAsync(Priced("task_4", Sample.Start.AddDays(2))));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Priced("task_5", Sample.Start.AddMonths(1))));
    }

    [Fact]
    public async Task A_success_settles_what_was_charged_and_a_failure_gives_the_hold_back()
    {
        var charged = await ApplyAsync(
            await AcceptAsync(Sample.Task("task_1") with { Hold = Usd.FromDollars(1) }),
            [.. Sample.ToCompleted("att_1"), Sample.Succeed(Sample.Clip("clip_1", '1'), Sample.Callback("evt_1"))]);
        var failed = await ApplyAsync(
            await AcceptAsync(Sample.Task("task_2") with { Hold = Price }), Sample.Fail(Sample.Callback("evt_2")));
        await Stores.ReopenAsync();

        var totals = await TotalsAsync();
        Assert.Equal(charged.Cost, totals.Spent.Total);
        Assert.Equal(Usd.Zero, totals.Held);
        Assert.Equal(0, totals.TasksInFlight);
        var ledger = await Stores.Books.ReadLedgerAsync(Sample.Account.Id, null, 100, Cancel);
        Assert.Equal(
            [
                (failed.Key.Task, LedgerKind.Release, Usd.Zero - Price),
                (failed.Key.Task, LedgerKind.Hold, Price),
                (charged.Key.Task, LedgerKind.Settle, charged.Cost - Usd.FromDollars(1)),
                (charged.Key.Task, LedgerKind.Hold, Usd.FromDollars(1)),
            ],
            ledger.Select(record => (record.Task, record.Kind, record.Amount)));
        Assert.Equal(
            [new SpendLine(DateOnly.FromDateTime(Sample.Start.UtcDateTime), Sample.Account.Id, Sample.Key.Id, "kling", GenerationMode.MasterTextToVideo, 1, charged.Cost)],
            await Stores.Books.SpendAsync(null, DateOnly.FromDateTime(Sample.Start.UtcDateTime), DateOnly.FromDateTime(Sample.Start.UtcDateTime), Cancel));
        await AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_charge_that_nobody_can_confirm_stays_held_after_the_end_until_somebody_decides()
    {
        var hold = Usd.FromDollars(1);
        var ended = await ApplyAsync(
            await AcceptAsync(Sample.Task("task_1") with { Hold = hold }),
            [Sample.StoreInputs(), Sample.Prepare("att_1"), Sample.Send("att_1"), Sample.LoseAnswer("att_1"), Sample.Abandon("att_1", Price), Sample.Fail(Sample.Callback("evt_1"))]);
        await Stores.ReopenAsync();
        var totals = await TotalsAsync();
        Assert.Equal((0, hold, hold), (totals.TasksInFlight, totals.Held, totals.Spent.Total));
        Assert.Equal(
            [new UnconfirmedCharge(ended.Key, new("att_1"), "kling", null, Price, "Nobody knows.", Sample.Start.AddSeconds(8))],
            await Stores.Books.UnconfirmedAsync(null, null, 10, Cancel));
        Assert.Empty(await Stores.Books.UnconfirmedAsync("fal", null, 10, Cancel));
        Assert.Empty(await Stores.Books.UnconfirmedAsync("kling", Sample.Start.AddSeconds(8), 10, Cancel));
        await AssertBooksAgreeAsync();

        var found = await Stores.Tasks.FindByAttemptAsync(new("att_1"), Cancel);
        Assert.Equal(ended.Key, found!.Key);
        await ApplyAsync(found, Sample.Resolve("att_1", Price));
        totals = await TotalsAsync();
        Assert.Equal((0, Usd.Zero, Price), (totals.TasksInFlight, totals.Held, totals.Spent.Total));
        Assert.Empty(await Stores.Books.UnconfirmedAsync(null, null, 10, Cancel));
        await AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_task_that_is_submitted_again_on_a_doubt_holds_both_prices_and_settles_once_both_are_known()
    {
        var done = await ApplyAsync(
            await AcceptAsync(Sample.Task("task_1") with { Hold = Price }),
            [
                Sample.StoreInputs(), Sample.Prepare("att_1"), Sample.Send("att_1"), Sample.LoseAnswer("att_1"), Sample.Abandon("att_1", Price, again: Price),
                Sample.Prepare("att_2"), Sample.Send("att_2"), Sample.Accept("att_2"), Sample.Complete("att_2", Price.Micros),
                Sample.Succeed(Sample.Clip("clip_1", '1'), Sample.Callback("evt_1")),
            ]);
        var both = new Usd(2 * Price.Micros);
        Assert.Equal((both, both), ((await TotalsAsync()).Held, (await TotalsAsync()).Spent.Total));
        await AssertBooksAgreeAsync();
        await ApplyAsync(done, Sample.Resolve("att_1", Usd.Zero));
        Assert.Equal((Usd.Zero, Price), ((await TotalsAsync()).Held, (await TotalsAsync()).Spent.Total));
        await AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task An_id_of_the_provider_that_stands_for_another_attempt_is_refused_and_changes_nothing()
    {
        await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), [Sample.StoreInputs(), Sample.Prepare("att_1"), Sample.Send("att_1"), Sample.Accept("att_1", "up-1")]);
        var second = await ApplyAsync(await AcceptAsync(Sample.Task("task_2")), [Sample.StoreInputs(), Sample.Prepare("att_2"), Sample.Send("att_2")]);
        await Assert.ThrowsAsync<UpstreamIdTakenException>(async () => await Stores.Tasks.ApplyAsync(second, Sample.Accept("att_2", "up-1"), Cancel));
        Assert.Equal(second.Revision, (await Stores.Tasks.LoadAsync(second.Key, Cancel))!.Revision);
    }

    [Fact]
    public async Task Tasks_that_wait_for_a_provider_are_found_in_the_order_in_which_they_were_accepted()
    {
        var late = await ApplyAsync(await AcceptAsync(Sample.Task("task_1") with { Priority = 9, CreatedAt = Sample.Start.AddSeconds(1) }), [Sample.StoreInputs(), Sample.Queue("kling", after: 5)]);
        var early = await ApplyAsync(await AcceptAsync(Sample.Task("task_2")), [Sample.StoreInputs(), Sample.Queue("kling", after: 2), Sample.Queue("kling", after: 9)]);
        await ApplyAsync(await AcceptAsync(Sample.Task("task_3")), [Sample.StoreInputs(), Sample.Queue("fal", after: 1)]);
        await Stores.ReopenAsync();
        Assert.Equal(
            [new WaitingTask(early.Key, 0, Sample.Start), new WaitingTask(late.Key, 9, Sample.Start.AddSeconds(1))],
            await Stores.Tasks.FindWaitingAsync("kling", Cancel));
        await ApplyAsync(early, Sample.Prepare("att_1"));
        Assert.Single(await Stores.Tasks.FindWaitingAsync("kling", Cancel));
    }

    [Fact]
    public async Task Twins_with_one_key_make_one_task()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AdmitAsync(Sample.Task($"task_{i:00}"), Claim("key", '1'))));
        Assert.Single(outcomes.OfType<AdmissionOutcome.Accepted>());
        var original = Assert.Single(await Stores.Tasks.ListAsync(Sample.Account.Id, new TaskFilter(), Cancel)).Key.Task;
        Assert.All(outcomes.OfType<AdmissionOutcome.Replayed>(), replay => Assert.Equal(original, replay.Original));
        Assert.Equal(1, (await TotalsAsync()).TasksInFlight);
    }

    [Fact]
    public async Task A_key_stands_for_its_request_in_its_account_for_a_day_even_over_a_restart()
    {
        await AdmitAsync(Sample.Task("task_1"), Claim("key", '1'));
        await Stores.ReopenAsync();
        Assert.IsType<AdmissionOutcome.KeyReused>(await AdmitAsync(Sample.Task("task_2"), Claim("key", '2')));
        Assert.IsType<AdmissionOutcome.Replayed>(await AdmitAsync(At("task_3", Sample.Start + TimeSpan.FromHours(23.99)), Claim("key", '1')));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(At("task_4", Sample.Start + TimeSpan.FromHours(24)), Claim("key", '2')));
        var other = Sample.Task("task_5");
        other = other with { Key = other.Key with { Account = Sample.OtherAccount.Id }, KeyId = Sample.OtherKey.Id };
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(other, Claim("key", '1')));
    }

    [Fact]
    public async Task What_was_refused_claims_no_key()
    {
        await LimitAsync(new AccountLimits(TasksInFlight: 0), Sample.Account.Budget);
        Assert.IsType<AdmissionOutcome.TooManyInFlight>(await AdmitAsync(Sample.Task("task_1"), Claim("key", '1')));
        await LimitAsync(AccountLimits.Default, Sample.Account.Budget);
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Sample.Task("task_1"), Claim("key", '2')));
    }

    [Fact]
    public async Task A_list_shows_what_matches_newest_first_and_nothing_of_others()
    {
        await AcceptAsync(Sample.Task("task_1") with { Metadata = Sample.Task("x").Metadata.Add("order", "7").Add("tier", "gold") });
        await AcceptAsync(Sample.Task("task_2", null, "https://example.com/a.png") with { Source = "nightly" });
        await ApplyAsync(await AcceptAsync(At("task_3", Sample.Start.AddHours(1))), Sample.Fail());
        var other = Sample.Task("task_4");
        await AcceptAsync(other with { Key = other.Key with { Account = Sample.OtherAccount.Id }, KeyId = Sample.OtherKey.Id });

        Assert.Equal(["task_3", "task_2", "task_1"], await ListAsync(new TaskFilter()));
        Assert.Equal(["task_3", "task_2"], await ListAsync(new TaskFilter { Limit = 2 }));
        Assert.Equal(["task_1"], await ListAsync(new TaskFilter { Before = new("task_2") }));
        Assert.Equal(["task_3"], await ListAsync(new TaskFilter { State = TaskState.Failed }));
        Assert.Equal(["task_2"], await ListAsync(new TaskFilter { Modes = [GenerationMode.ProImageToVideo] }));
        Assert.Equal(["task_3"], await ListAsync(new TaskFilter { CreatedFrom = Sample.Start.AddHours(1) }));
        Assert.Equal(["task_2", "task_1"], await ListAsync(new TaskFilter { CreatedBefore = Sample.Start.AddHours(1) }));
        Assert.Equal(["task_2"], await ListAsync(new TaskFilter { Source = "nightly" }));
        Assert.Equal(["task_1"], await ListAsync(new TaskFilter { Metadata = [new("tier", "gold")] }));
        Assert.Empty(await ListAsync(new TaskFilter { Metadata = [new("tier", "gold"), new("order", "8")] }));
        Assert.Equal(3, (await ListAsync(new TaskFilter { Prompt = "drop TABLE" })).Length);
        Assert.Empty(await ListAsync(new TaskFilter { Prompt = "%" }));
    }

    private Task<AdmissionOutcome> AdmitAsync(VideoTask task, IdempotencyClaim? claim = null) =>
        Stores.Tasks.AdmitAsync(new Admission(task, claim is null ? null : claim with { ExpiresAt = task.CreatedAt + IdempotencyClaim.Lifetime }), Cancel).AsTask();

    private static IdempotencyClaim Claim(string key, char fingerprint) => new(key, Sample.Sha(fingerprint), default);

    private static VideoTask At(string id, DateTimeOffset at) => Sample.Task(id) with { CreatedAt = at };

    private static VideoTask Priced(string id, DateTimeOffset at) => At(id, at) with { Hold = Price };

    private async Task LimitAsync(AccountLimits limits, Budget budget) => Assert.True(await Stores.Accounts.UpdateAsync(
        Sample.Account with { Limits = limits, Budget = budget }, Sample.Audit(Sample.Account.Id.Value), Cancel));

    private async Task<AccountTotals> TotalsAsync() => (await Stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!;

    private async Task<string[]> ListAsync(TaskFilter filter) =>
        [.. (await Stores.Tasks.ListAsync(Sample.Account.Id, filter, Cancel)).Select(task => task.Key.Task.Value)];

    private async Task AssertBooksAgreeAsync() => Assert.Empty(await Stores.Books.CheckAsync(Cancel));
}
