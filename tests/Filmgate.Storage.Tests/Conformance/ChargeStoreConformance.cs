using Filmgate.Model.Money;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IChargeStore"/> does.</summary>
public abstract class ChargeStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private const string Action = "attempt.resolve";

    private static readonly Usd Price = new(490_000);

    [Fact]
    public async Task A_decision_settles_an_ended_task_and_is_on_record_with_it()
    {
        var ended = await DoubtfulAsync("task_1", "att_1");

        var outcome = await Stores.Charges.ResolveAsync(ended, Decision("att_1", Price), Sample.Audit("att_1", Action), Cancel);

        Assert.True(outcome.Won);
        Assert.True(outcome.Task.IsSettled);
        await Stores.ReopenAsync();
        AssertSame(outcome.Task, await LoadAsync(ended));
        Assert.Equal(Price, (await LoadAsync(ended)).Cost);
        Assert.Empty(await Stores.Books.UnconfirmedAsync(null, null, 10, Cancel));
        Assert.Equal(Sample.Audit("att_1", Action), (await Stores.Accounts.ReadAuditAsync(null, 1, Cancel))[0].Entry);
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Of_two_decisions_about_what_was_seen_once_one_counts_and_one_is_on_record()
    {
        var ended = await DoubtfulAsync("task_1", "att_1");

        var outcomes = await Task.WhenAll(
            Stores.Charges.ResolveAsync(ended, Decision("att_1", Price), Sample.Audit("att_1", Action), Cancel).AsTask(),
            Stores.Charges.ResolveAsync(ended, Decision("att_1", Usd.Zero), Sample.Audit("att_1", Action), Cancel).AsTask());

        Assert.Single(outcomes, outcome => outcome.Won);
        Assert.Single(await Stores.Accounts.ReadAuditAsync(null, 100, Cancel), record => record.Entry.Action == Action);
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task What_is_decided_already_cannot_be_decided_again_and_leaves_no_record()
    {
        var ended = await DoubtfulAsync("task_1", "att_1");
        var decided = (await Stores.Charges.ResolveAsync(ended, Decision("att_1", Usd.Zero), Sample.Audit("att_1", Action), Cancel)).Task;

        await Assert.ThrowsAsync<IllegalTransitionException>(
            async () => await Stores.Charges.ResolveAsync(decided, Decision("att_1", Price), Sample.Audit("att_1", Action), Cancel));

        Assert.Single(await Stores.Accounts.ReadAuditAsync(null, 100, Cancel), record => record.Entry.Action == Action);
    }

    [Fact]
    public async Task The_charge_of_a_deleted_task_is_found_and_decided_all_the_same()
    {
        var ended = await DoubtfulAsync("task_1", "att_1");
        Assert.True(await Stores.Tasks.DeleteAsync(ended.Key, Sample.Start.AddSeconds(15), Cancel));
        Assert.Null(await Stores.Tasks.LoadAsync(ended.Key, Cancel));
        Assert.Single(await Stores.Books.UnconfirmedAsync(null, null, 10, Cancel));

        var found = await Stores.Tasks.FindByAttemptAsync(new("att_1"), Cancel);

        Assert.NotNull(found);
        Assert.True((await Stores.Charges.ResolveAsync(found, Decision("att_1", Price), Sample.Audit("att_1", Action), Cancel)).Won);
        Assert.Empty(await Stores.Books.UnconfirmedAsync(null, null, 10, Cancel));
        Assert.Null(await Stores.Tasks.LoadAsync(ended.Key, Cancel));
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task More_than_was_held_can_have_been_charged()
    {
        var ended = await DoubtfulAsync("task_1", "att_1");
        var more = new Usd(3 * Price.Micros);

        Assert.True((await Stores.Charges.ResolveAsync(ended, Decision("att_1", more), Sample.Audit("att_1", Action), Cancel)).Won);

        var totals = await Stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel);
        Assert.Equal((Usd.Zero, more), (totals!.Held, totals.Spent.Total));
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    private async Task<VideoTask> DoubtfulAsync(string task, string attempt)
    {
        var accepted = await AcceptAsync(Sample.Task(task) with { Hold = Price });
        return await ApplyAsync(
            accepted,
            Sample.StoreInputs(), Sample.Prepare(attempt), Sample.Send(attempt), Sample.LoseAnswer(attempt), Sample.Abandon(attempt, Price), Sample.Fail(Sample.Callback("evt_" + task)));
    }

    private static TaskTransition.ResolveCharge Decision(string attempt, Usd charged) => new(Sample.Start.AddSeconds(20), new(attempt), charged);
}
