using System.Collections.Concurrent;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Tests.Conformance;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>Two nodes over one database: what they write to one account comes one after the other, and neither waits for the other for ever.</summary>
public sealed class ClusterWriteTests : IAsyncLifetime
{
    private static readonly Usd Price = Usd.FromDollars(0.28m);

    private readonly PostgresStores _stores = new();
    private PostgresDatabase _other = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _stores.OpenAsync();
        _other = _stores.OpenAnother();
        await _stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        await _stores.Accounts.AddAsync(Sample.OtherAccount, [Sample.OtherKey], Sample.Audit(Sample.OtherAccount.Id.Value), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task A_cap_and_a_budget_are_exact_although_two_nodes_admit_at_once()
    {
        var account = Sample.Account with { Limits = new AccountLimits(TasksInFlight: 150), Budget = new Budget(new Usd(100 * Price.Micros)) };
        Assert.True(await _stores.Accounts.UpdateAsync(account, Sample.Audit(account.Id.Value), Cancel));
        TaskStore[] nodes = [new(_stores.Database), new(_other)];
        var priced = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => AdmitAsync(nodes[i % 2], Sample.Task($"paid_{i}") with { Hold = Price })));
        Assert.Equal(100, priced.OfType<AdmissionOutcome.Accepted>().Count());
        var free = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => AdmitAsync(nodes[i % 2], Sample.Task($"free_{i}"))));
        Assert.Equal(50, free.OfType<AdmissionOutcome.Accepted>().Count());
        var totals = await _stores.Accounts.TotalsAsync(account.Id, Sample.Start, Cancel);
        Assert.Equal((150, new Usd(100 * Price.Micros)), (totals!.TasksInFlight, totals.Held));
        Assert.Empty(await _stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task One_node_wins_a_step_that_both_take()
    {
        TaskStore[] nodes = [new(_stores.Database), new(_other)];
        var wins = 0;
        for (var i = 0; i < 20; i++)
        {
            var task = Sample.Task($"task_{i}");
            await nodes[0].AcceptAsync(task, Cancel);
            var outcomes = await Task.WhenAll(nodes.Select(node => node.ApplyAsync(task, Sample.StoreInputs(), Cancel).AsTask()));
            wins += outcomes.Count(outcome => outcome.Won);
        }

        Assert.Equal(20, wins);
    }

    [Fact]
    public async Task Whoever_reads_the_events_of_an_account_in_order_misses_none_that_another_node_writes()
    {
        const int Events = 300;
        await _stores.Events.OpenAsync(Sample.Account.Id, Sample.Start, Sample.Start.AddDays(1), Cancel);
        TaskStore[] nodes = [new(_stores.Database), new(_other)];
        var reader = new EventLog(_other);
        var heard = new List<long>();
        var reading = Task.Run(
            async () =>
            {
                while (heard.Count < Events)
                {
                    foreach (var logged in await reader.ReadAsync(Sample.Account.Id, heard.LastOrDefault(), 50, Cancel))
                    {
                        heard.Add(logged.Number);
                    }
                }
            },
            Cancel);
        await Task.WhenAll(Enumerable.Range(0, Events).Select(i =>
        {
            var task = Sample.Task($"task_{i:000}");
            var happened = new NewEvent(new DeliveryId($"evt_{i}"), WebhookEvents.Accepted, () => new byte[] { 1 });
            return nodes[i % 2].AdmitAsync(new Admission(task, Claim: null) { Event = happened }, Cancel).AsTask();
        }));
        await reading.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.Equal(Enumerable.Range(1, Events).Select(number => (long)number), heard);
    }

    [Fact]
    public async Task Writes_of_every_kind_for_accounts_in_any_order_never_end_in_a_deadlock()
    {
        AccountId[] accounts = [Sample.Account.Id, Sample.OtherAccount.Id, new("acc_3"), new("acc_4"), new("acc_5")];
        foreach (var id in accounts[2..])
        {
            await _stores.Accounts.AddAsync(Sample.Account with { Id = id }, [Sample.NewKey($"key_{id.Value}", id, "fg_live_CCCC", (byte)id.Value[^1])], Sample.Audit(id.Value), Cancel);
        }

        var before = await DeadlocksAsync();
        var errors = new ConcurrentBag<Exception>();
        await Task.WhenAll(Enumerable.Range(0, 2).SelectMany(node => Enumerable.Range(0, 8).Select(caller => Task.Run(
            async () =>
            {
                var database = node == 0 ? _stores.Database : _other;
                var chance = new Random((node * 100) + caller);
                for (var i = 0; i < 40; i++)
                {
                    try
                    {
                        await WriteSomethingAsync(database, accounts[chance.Next(accounts.Length)], $"{node}_{caller}_{i}", chance);
                    }
#pragma warning disable CA1031 // Collected, and shown below.
                    catch (Exception error)
#pragma warning restore CA1031
                    {
                        errors.Add(error);
                    }
                }
            },
            Cancel))));
        Assert.Empty(errors);
        Assert.Equal(before, await DeadlocksAsync());
        Assert.Empty(await _stores.Books.CheckAsync(Cancel));
    }

    private static async Task WriteSomethingAsync(PostgresDatabase database, AccountId account, string name, Random chance)
    {
        var now = Sample.Start.AddDays(30);
        var keys = new[] { Sample.Key.Id, Sample.OtherKey.Id };
        switch (chance.Next(6))
        {
            case 0:
                await new AccountStore(database).NoteKeyUseAsync(keys.OrderBy(_ => chance.Next()).Select(key => KeyValuePair.Create(key, now)).ToArray(), Cancel);
                break;
            case 1:
                await new ClipStore(database).ExpireAsync(now, now, 10, Cancel);
                await new TaskStore(database).ForgetKeysAsync(now, 10, Cancel);
                break;
            case 2:
                await new EventLog(database).OpenAsync(account, Sample.Start, Sample.Start.AddDays(chance.Next(1, 99)), Cancel);
                await new EventLog(database).ForgetAsync(now, 10, Cancel);
                break;
            default:
                var tasks = new TaskStore(database);
                var task = Sample.Task($"task_{name}") with { Key = new TaskKey(account, new TaskId($"task_{name}")) };
                var claim = new IdempotencyClaim($"k{chance.Next(20)}", new string((char)('a' + chance.Next(6)), 64), Sample.Start.AddHours(chance.Next(1, 50)));
                var outcome = await tasks.AdmitAsync(new Admission(task, claim, Sample.Callback($"evt_{name}")) { Event = new NewEvent(new DeliveryId($"ev_{name}"), WebhookEvents.Accepted, () => new byte[] { 1 }) }, Cancel);
                if (outcome is AdmissionOutcome.Accepted)
                {
                    var done = (await tasks.ApplyAsync(task, Sample.Fail(at: Sample.Start.AddSeconds(9)), Cancel)).Task;
                    var deliveries = new DeliveryStore(database);
                    var delivery = (await deliveries.FindOfTaskAsync(done.Key, Cancel))[0];
                    var attempt = new DeliveryAttempt(now, TimeSpan.FromMilliseconds(3), 500, null, null);
                    await deliveries.RecordAsync(delivery, attempt, now.AddSeconds(chance.Next(100)), DisablingRule.Default, _ => throw new NotSupportedException(), Cancel);
                    await tasks.DeleteAsync(done.Key, now, Cancel);
                }

                break;
        }
    }

    private ValueTask<object?> DeadlocksAsync() => _stores.Database.ReadAsync(
        0, static (session, _) => session.Scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), Cancel);

    private static Task<AdmissionOutcome> AdmitAsync(TaskStore node, VideoTask task) => node.AdmitAsync(new Admission(task, Claim: null), Cancel).AsTask();
}
