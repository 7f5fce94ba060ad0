using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;

namespace Filmgate.Storage.Tests.Sqlite;

/// <summary>Rows A5, A11 and A13 of the reliability reference: how long a caller's key stands for its request, and for whom. The time is the task's, so that no clock is waited for.</summary>
public sealed class IdempotencyKeyTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AccountId Mine = new("acc_mine");
    private static readonly AccountId Theirs = new("acc_theirs");
    private static readonly GenerationDraft Draft = new() { Mode = "master-text-to-video", Prompt = "a cat" };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("filmgate-keys-");
    private readonly SqliteDatabase database;
    private readonly TaskStore tasks;
    private int lastTask;

    public IdempotencyKeyTests()
    {
        database = SqliteDatabase.Open(Path.Combine(folder.FullName, "test.db"));
        tasks = new TaskStore(database);
    }

    public async ValueTask InitializeAsync()
    {
        var accounts = new AccountStore(database);
        foreach (var id in new[] { Mine, Theirs })
        {
            var key = new StoredKey
            {
                Id = KeyOf(id),
                Account = id,
                Kind = KeyKind.Test,
                Name = "test key",
                Prefix = id.Value,
                Hash = [.. SHA256.HashData(Encoding.UTF8.GetBytes(id.Value))],
                CreatedAt = Start,
            };
            await accounts.AddAsync(
                new Account(id, id.Value, AccountLimits.Default, new Budget(Usd.FromDollars(100)), Start),
                [key],
                new AuditEntry(Start, "test", "account.create", id.Value),
                default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_stands_for_its_request_for_24_hours_and_then_for_a_new_one()
    {
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Mine, Start, Draft));
        Assert.Equal(new AdmissionOutcome.Replayed(new TaskId("task_1")), await AdmitAsync(Mine, Start.AddHours(24).AddMinutes(-1), Draft));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Mine, Start.AddHours(24), Draft));

        // From then on it stands for the new task, and for another request if that is what it was given for.
        Assert.Equal(new AdmissionOutcome.Replayed(new TaskId("task_3")), await AdmitAsync(Mine, Start.AddHours(47), Draft));
        Assert.IsType<AdmissionOutcome.KeyReused>(await AdmitAsync(Mine, Start.AddHours(47), Draft with { Prompt = "a dog" }));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Mine, Start.AddHours(48), Draft with { Prompt = "a dog" }));
    }

    [Fact]
    public async Task A_key_of_another_account_is_another_key()
    {
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Mine, Start, Draft));
        Assert.IsType<AdmissionOutcome.Accepted>(await AdmitAsync(Theirs, Start, Draft with { Prompt = "a dog" }));
        Assert.Equal(new AdmissionOutcome.Replayed(new TaskId("task_1")), await AdmitAsync(Mine, Start, Draft));
    }

    [Fact]
    public async Task Old_keys_are_forgotten_and_young_ones_are_not()
    {
        await AdmitAsync(Mine, Start, Draft);
        await AdmitAsync(Theirs, Start.AddHours(1), Draft);

        Assert.Equal(0, await tasks.ForgetKeysAsync(Start.AddHours(24).AddMilliseconds(-1), 10, TestContext.Current.CancellationToken));
        Assert.Equal(1, await tasks.ForgetKeysAsync(Start.AddHours(24), 10, TestContext.Current.CancellationToken));
        Assert.Equal(new AdmissionOutcome.Replayed(new TaskId("task_2")), await AdmitAsync(Theirs, Start.AddHours(24), Draft));
        Assert.Equal(1, await tasks.ForgetKeysAsync(Start.AddHours(25), 10, TestContext.Current.CancellationToken));
        Assert.Equal(0, await tasks.ForgetKeysAsync(Start.AddHours(25), 10, TestContext.Current.CancellationToken));
    }

    [Fact(Explicit = true)]
    public async Task Among_a_million_keys_one_is_found_at_once_and_the_old_ones_are_forgotten()
    {
        const int Keys = 1_000_000, Page = 500;
        await AdmitAsync(Mine, Start, Draft);
        await database.WriteAsync(null, session => session.Execute(
            $"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Keys})
            INSERT INTO idempotency_keys (account_id, key, fingerprint, task_id, expires_at)
            SELECT k.account_id, 'key-' || i, k.fingerprint, k.task_id, k.expires_at + i FROM n, idempotency_keys k WHERE k.key = 'k'
            """));
        var chance = new Random(7);
        var lookUps = await TimesAsync(1000, async () =>
            Assert.IsType<AdmissionOutcome.Replayed>(await AdmitAsync(Mine, Start, Draft, $"key-{chance.Next(1, Keys + 1)}")));
        var pages = await TimesAsync(200, async () =>
            Assert.Equal(Page, await tasks.ForgetKeysAsync(Start.AddDays(2), Page, TestContext.Current.CancellationToken)));
        TestContext.Current.TestOutputHelper!.WriteLine($"look-ups: {Words(lookUps)}; pages of {Page} forgotten: {Words(pages)}");
        Assert.True(At(lookUps, 0.99) < TimeSpan.FromMilliseconds(5), Words(lookUps));

        static TimeSpan At(List<TimeSpan> times, double share) => times[(int)(times.Count * share)];
        static string Words(List<TimeSpan> times) =>
            $"median {At(times, 0.5).TotalMilliseconds:0.00} ms, p99 {At(times, 0.99).TotalMilliseconds:0.00} ms, longest {times[^1].TotalMilliseconds:0.00} ms";
    }

    private static async Task<List<TimeSpan>> TimesAsync(int count, Func<Task> actAsync)
    {
        var taken = new List<TimeSpan>(count);
        for (var i = 0; i < count; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await actAsync();
            taken.Add(TimeProvider.System.GetElapsedTime(began));
        }

        taken.Sort();
        return taken;
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a")]
    public void A_list_and_what_follows_it_do_not_run_into_one_another(params string[] images)
    {
        var asMetadata = Draft with { Metadata = Draft.Metadata.Add("a", "b") };
        Assert.NotEqual(IdempotencyClaim.FingerprintOf(asMetadata), IdempotencyClaim.FingerprintOf(Draft with { ImageUrls = [.. images] }));
    }

    private static KeyId KeyOf(AccountId account) => new("key_of_" + account.Value);

    private ValueTask<AdmissionOutcome> AdmitAsync(AccountId account, DateTimeOffset at, GenerationDraft draft, string key = "k")
    {
        var task = new VideoTask
        {
            Key = new TaskKey(account, new TaskId($"task_{++lastTask}")),
            KeyId = KeyOf(account),
            IsTest = true,
            Dialect = "apixo",
            Request = GenerationRules.Check(draft, [], out _)!,
            State = TaskState.Pending,
            CreatedAt = at,
            DueAt = at,
        };
        return tasks.AdmitAsync(new Admission(task, new IdempotencyClaim(key, IdempotencyClaim.FingerprintOf(draft), at + IdempotencyClaim.Lifetime)), default);
    }
}
