using Filmgate.Model.Accounts;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using Filmgate.Storage.Tests.Conformance;

namespace Filmgate.Storage.Tests.Sqlite;

/// <summary>Admissions and other writes that share one transaction, where an account's row is written once for many of them.</summary>
public sealed class SqliteTillsTests : IAsyncLifetime
{
    private static readonly Usd Price = Usd.FromDollars(0.28m);

    private readonly SqliteStores _stores = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _stores.OpenAsync();
        await _stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task A_cap_and_a_budget_hold_within_one_transaction()
    {
        await LimitAsync(new AccountLimits(TasksInFlight: 7), new Budget(Usd.FromDollars(100), PerDay: new Usd(5 * Price.Micros)));
        var priced = await InOneTransactionAsync(() => [.. Enumerable.Range(0, 10).Select(i => AdmitAsync(Priced($"task_{i}")))]);
        Assert.Equal(5, priced.OfType<AdmissionOutcome.Accepted>().Count());
        Assert.All(priced.OfType<AdmissionOutcome.OverBudget>(), over => Assert.Equal(Usd.Zero, over.Left));

        var free = await InOneTransactionAsync(() => [.. Enumerable.Range(0, 10).Select(i => AdmitAsync(Sample.Task($"free_{i}")))]);
        Assert.Equal(2, free.OfType<AdmissionOutcome.Accepted>().Count());
        Assert.Equal(8, free.OfType<AdmissionOutcome.TooManyInFlight>().Count());
        await AssertHeldAsync(tasks: 7, priced: 5);
    }

    [Fact]
    public async Task A_task_that_ends_between_two_admissions_makes_room_for_the_second()
    {
        await LimitAsync(new AccountLimits(TasksInFlight: 1), new Budget(Price));
        var running = Priced("task_1");
        await AdmitAsync(running);
        var outcomes = await InOneTransactionAsync(() =>
        [
            AdmitAsync(Priced("task_2")),
            EndAsync(running),
            AdmitAsync(Priced("task_3")),
        ]);
        Assert.IsType<AdmissionOutcome.TooManyInFlight>(outcomes[0]);
        Assert.IsType<AdmissionOutcome.Accepted>(outcomes[2]);
        await AssertHeldAsync(tasks: 1, priced: 1);
    }

    [Fact]
    public async Task A_limit_that_is_changed_between_two_admissions_holds_for_the_second()
    {
        var outcomes = await InOneTransactionAsync(() =>
        [
            AdmitAsync(Priced("task_1")),
            LimitAsync(new AccountLimits(TasksInFlight: 1), Sample.Account.Budget),
            AdmitAsync(Priced("task_2")),
        ]);
        Assert.IsType<AdmissionOutcome.Accepted>(outcomes[0]);
        Assert.IsType<AdmissionOutcome.TooManyInFlight>(outcomes[2]);
        await AssertHeldAsync(tasks: 1, priced: 1);
    }

    [Fact]
    public async Task Days_on_both_sides_of_midnight_have_their_own_budgets()
    {
        await LimitAsync(AccountLimits.Default, new Budget(Usd.FromDollars(100), PerDay: Price));
        var outcomes = await InOneTransactionAsync(() =>
        [
            AdmitAsync(Priced("task_1")),
            AdmitAsync(Priced("task_2") with { CreatedAt = Sample.Start.AddDays(1) }),
            AdmitAsync(Priced("task_3")),
            AdmitAsync(Priced("task_4") with { CreatedAt = Sample.Start.AddDays(1) }),
        ]);
        Assert.Equal([true, true, false, false], outcomes.Select(outcome => outcome is AdmissionOutcome.Accepted));
        await AssertHeldAsync(tasks: 2, priced: 2);
    }

    [Fact]
    public async Task An_admission_that_breaks_a_rule_takes_no_place_and_costs_its_neighbours_none()
    {
        await AdmitAsync(Priced("task_0"));
        var crowd = new List<Task<AdmissionOutcome>>();
        await InOneTransactionAsync(() =>
        {
            crowd.AddRange(Enumerable.Range(0, 5).Select(i => AdmitAsync(Priced($"task_{i}"))));
            return [];
        });
        await Assert.ThrowsAnyAsync<Exception>(() => crowd[0]);
        Assert.All(await Task.WhenAll(crowd[1..]), outcome => Assert.IsType<AdmissionOutcome.Accepted>(outcome));
        await AssertHeldAsync(tasks: 5, priced: 5);
    }

    private static VideoTask Priced(string id) => Sample.Task(id) with { Hold = Price };

    private Task<AdmissionOutcome> AdmitAsync(VideoTask task) => _stores.Tasks.AdmitAsync(new Admission(task, Claim: null), Cancel).AsTask();

    private async Task<AdmissionOutcome> EndAsync(VideoTask task)
    {
        Assert.True((await _stores.Tasks.ApplyAsync(task, Sample.Fail(Sample.Callback("evt_1")), Cancel)).Won);
        return new AdmissionOutcome.Accepted();
    }

    private async Task<AdmissionOutcome> LimitAsync(AccountLimits limits, Budget budget)
    {
        await _stores.Accounts.UpdateAsync(Sample.Account with { Limits = limits, Budget = budget }, Sample.Audit(Sample.Account.Id.Value), Cancel);
        return new AdmissionOutcome.Accepted();
    }

    // While the first write holds the writer all others gather behind it, so that they share one transaction.
    private async Task<AdmissionOutcome[]> InOneTransactionAsync(Func<Task<AdmissionOutcome>[]> begin)
    {
        using var gate = new ManualResetEventSlim();
        var holder = _stores.Database.WriteAsync(null, _ =>
        {
            gate.Wait(Cancel);
            return true;
        });
        var crowd = begin();
        gate.Set();
        await holder;
        return await Task.WhenAll(crowd);
    }

    private async Task AssertHeldAsync(int tasks, int priced)
    {
        var totals = await _stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel);
        Assert.Equal(tasks, totals!.TasksInFlight);
        Assert.Equal(new Usd(priced * Price.Micros), totals.Held);
        Assert.Empty(await _stores.Books.CheckAsync(Cancel));
    }
}
