using System.Collections.Concurrent;
using Filmgate.EndToEnd.House;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage.Sql;

namespace Filmgate.EndToEnd.Admin;

/// <summary>
/// Holds attempts whose charge nobody knows: tasks are created over HTTP, and while the gateway is down its store is brought to where lost
/// answers leave it. Two vendors are configured and no task is ever started, so none is asked.
/// </summary>
public sealed class ChargeGateway() : AdminGateway(
    ("Filmgate__Engine__Paused", "true"), ("KLING_API_KEY", "a-key-that-is-never-used"), ("FAL_KEY", "id:a-key-that-is-never-used"))
{
    /// <summary>What each of them holds.</summary>
    public const decimal Held = 1.40m;

    /// <summary>Providers of attempts about which there is nothing to decide: one is waited for, one was refused.</summary>
    public const string Waiting = "waiting", Refusing = "refusing";

    // "gone" is a provider that the settings name no more.
    private static readonly (string Provider, int Attempts)[] Seeds = [("kling", 16), ("gone", 3), ("fal", 2), ("documented", 1), (Waiting, 1), (Refusing, 1)];

    private readonly ConcurrentDictionary<string, ConcurrentQueue<Undecided>> _undecided = new();

    /// <summary>When the first of them ended; the others of a provider follow a minute apart.</summary>
    public static DateTimeOffset Since { get; } = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await StartAsync();
        var seeded = new List<Undecided>();
        foreach (var (provider, attempts) in Seeds)
        {
            var account = await NewAccountAsync();
            var (_, key) = await NewKeyAsync(account);
            for (var place = 0; place < attempts; place++)
            {
                var created = await CreateAsync(key);
                Assert.True(created.IsAccepted, created.Body);
                seeded.Add(new Undecided($"att_{provider}_{place}", created.Text("taskId"), account, key, provider, Since.AddMinutes(place)));
            }
        }

        await StopAsync();
        await using (var database = await StoreUnderTest.OpenAsync(DataFolder))
        {
            var tasks = new TaskStore(database);
            foreach (var undecided in seeded)
            {
                await LoseAsync(tasks, undecided);
                _undecided.GetOrAdd(undecided.Provider, _ => new ConcurrentQueue<Undecided>()).Enqueue(undecided);
            }
        }

        await StartAsync();
    }

    /// <summary>One of the attempts, for one test alone.</summary>
    public Undecided Take(string provider) =>
        _undecided[provider].TryDequeue(out var undecided) ? undecided : throw new InvalidOperationException($"No attempt at {provider} is left; seed more.");

    private static async Task LoseAsync(TaskStore tasks, Undecided undecided)
    {
        var id = new AttemptId(undecided.Id);
        var task = (await tasks.LoadAsync(new TaskKey(new AccountId(undecided.Account), new TaskId(undecided.Task)), CancellationToken.None))!;
        Assert.Equal(Usd.FromDollars(Held), task.Hold);
        var at = undecided.Since;
        TaskTransition[] steps =
        [
            new TaskTransition.StoreInputs(at.AddSeconds(-5), []),
            new TaskTransition.PrepareAttempt(at.AddSeconds(-4), id, undecided.Provider),
            new TaskTransition.SendAttempt(at.AddSeconds(-3), id),
            .. undecided.Provider switch
            {
                Waiting => (TaskTransition[])[],
                Refusing => [new TaskTransition.RefuseAttempt(at, id, RefusalClass.Busy, "It is full.", at)],
                _ =>
                [
                    new TaskTransition.LoseAnswer(at.AddSeconds(-2), id, "The line went dead.", at),
                    new TaskTransition.AbandonAttempt(at, id, "Nobody knows whether it was taken.", task.Hold, FailureCode.GenerationFailed),
                    new TaskTransition.Fail(at, new Failure(FailureCode.GenerationFailed, "Its answer was lost."), null),
                ],
            },
        ];
        foreach (var step in steps)
        {
            var outcome = await tasks.ApplyAsync(task, step, CancellationToken.None);
            Assert.True(outcome.Won, step.Name);
            task = outcome.Task;
        }
    }
}

/// <summary>An attempt whose charge nobody knows.</summary>
/// <param name="Id">The attempt.</param>
/// <param name="Task">Its task.</param>
/// <param name="Account">The task's account.</param>
/// <param name="Key">A key of that account.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Since">When it ended.</param>
public sealed record Undecided(string Id, string Task, string Account, string Key, string Provider, DateTimeOffset Since);

[CollectionDefinition(nameof(ChargeGateway))]
public sealed class ChargeGatewayTests : ICollectionFixture<ChargeGateway>;
