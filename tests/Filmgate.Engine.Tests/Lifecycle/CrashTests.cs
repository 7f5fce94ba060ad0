using System.Collections.Immutable;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Tests.Lifecycle;

/// <summary>
/// The process dies before or after each of its durable steps, and while the provider is being asked. The next life knows only the
/// store. Whatever the moment, the task ends well, is told once, and the provider's book holds one submission.
/// </summary>
public sealed class CrashTests
{
    // A whole life takes seven: inputs, prepare, send, accept, progress, complete, succeed; a troubled one a few more.
    private const int StepsMax = 12;

    public enum Trouble
    {
        None,
        AnswerLostButTaken,
        AnswerLostAndNotTaken,
        RefusedOnce,
        RenderLostOnce,
    }

    public static TheoryData<Trouble, bool> Lives => new(
        from trouble in Enum.GetValues<Trouble>() from diesAfterWriting in (bool[])[false, true] select (trouble, diesAfterWriting));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task A_crash_around_any_durable_step_loses_nothing_and_pays_nothing_twice(Trouble trouble, bool diesAfterWriting)
    {
        var crashes = 0;
        for (var at = 1; at <= StepsMax; at++)
        {
            await using var house = await House.OpenAsync();
            Prepare(house.Provider, trouble);
            var accepted = await house.AcceptAsync(House.NewTask());
            var dying = new MortalStore(house.Tasks) { DiesAt = at, DiesAfterWriting = diesAfterWriting };
            try
            {
                await house.RunToEndAsync(accepted.Key, house.NewDriver(dying));
            }
            catch (ProcessDiedException)
            {
                crashes++;
            }

            await AssertEndsWellAsync(house, accepted.Key, trouble, $"{trouble}, died {(diesAfterWriting ? "after" : "before")} step {at}");
        }

        Assert.InRange(crashes, 7, StepsMax);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_while_the_provider_is_asked_is_resolved_by_asking_it_what_it_has(bool taken)
    {
        await using var house = await House.OpenAsync();
        var store = new MortalStore(house.Tasks);
        house.Provider.NextSubmit(submission =>
        {
            if (taken)
            {
                house.Provider.Take(submission.Attempt);
            }

            store.Die();
            throw new ProcessDiedException();
        });
        var accepted = await house.AcceptAsync();
        await Assert.ThrowsAsync<ProcessDiedException>(() => house.RunToEndAsync(accepted.Key, house.NewDriver(store)));
        Assert.Equal(AttemptState.Sent, (await house.LoadAsync(accepted.Key)).LastAttempt!.State);
        var task = await AssertEndsWellAsync(house, accepted.Key, Trouble.None, taken ? "taken" : "not taken");
        Assert.Equal(taken ? 1 : 2, task.Attempts.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_after_a_refusal_of_the_request_itself_sends_it_to_nobody_else(bool diesAfterWriting)
    {
        // Four steps refuse it: inputs, prepare, send, refuse; the fifth fails the task.
        for (var at = 4; at <= 5; at++)
        {
            await using var house = await House.OpenAsync();
            house.Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Policy, "It does not like this."));
            var accepted = await house.AcceptAsync();
            var dying = new MortalStore(house.Tasks) { DiesAt = at, DiesAfterWriting = diesAfterWriting };
            await Assert.ThrowsAsync<ProcessDiedException>(() => house.RunToEndAsync(accepted.Key, house.NewDriver(dying)));
            if (at == 4 && !diesAfterWriting)
            {
                // The answer was lost with the process, so nobody knows that it was a refusal; the provider says it has nothing.
                house.Provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Policy, "It does not like this."));
            }

            var task = await house.RunToEndAsync(accepted.Key);
            Assert.Equal(new Failure(FailureCode.ContentViolation, "It does not like this."), task.Failure);
            Assert.Equal(at == 4 && !diesAfterWriting ? 2 : 1, house.Provider.Submissions.Count);
            Assert.Empty(house.Provider.Book);
        }
    }

    [Fact]
    public async Task A_process_that_dies_at_every_second_step_still_gets_there()
    {
        await using var house = await House.OpenAsync();
        house.Provider.NextReading(new Reading.InProgress(50, TimeSpan.FromSeconds(5)));
        var accepted = await house.AcceptAsync();
        var lives = 0;
        while (!(await house.LoadAsync(accepted.Key)).State.IsTerminal())
        {
            Assert.InRange(++lives, 1, 50);
            try
            {
                await house.RunToEndAsync(accepted.Key, house.NewDriver(new MortalStore(house.Tasks) { DiesAt = 2 }));
            }
            catch (ProcessDiedException)
            {
                // The next life goes on.
            }
        }

        await AssertEndsWellAsync(house, accepted.Key, Trouble.None, $"{lives} lives");
        Assert.InRange(lives, 3, 50);
    }

    private static void Prepare(ScriptedProvider provider, Trouble trouble)
    {
        provider.NextReading(new Reading.InProgress(50, TimeSpan.FromSeconds(5)));
        switch (trouble)
        {
            case Trouble.AnswerLostButTaken:
                provider.NextSubmit(submission =>
                {
                    provider.Take(submission.Attempt);
                    return ValueTask.FromResult<SubmitResult>(new SubmitResult.Unknown("No answer came."));
                });
                break;
            case Trouble.AnswerLostAndNotTaken:
                provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
                break;
            case Trouble.RefusedOnce:
                provider.NextSubmit(new SubmitResult.Refused(RefusalClass.Busy, "It is full."));
                break;
            case Trouble.RenderLostOnce:
                provider.NextReading(new Reading.Lost("It restarted."));
                break;
            default:
                break;
        }
    }

    private static async Task<VideoTask> AssertEndsWellAsync(House house, TaskKey key, Trouble trouble, string when)
    {
        var task = await house.RunToEndAsync(key);
        Assert.True(task.State == TaskState.Success, $"{when}: the task ended as {task.State}, {task.Failure}.");
        var booked = trouble == Trouble.RenderLostOnce ? 2 : 1;
        Assert.True(house.Provider.Book.Count == booked, $"{when}: the provider's book holds {house.Provider.Book.Count} submissions instead of {booked}.");
        Assert.True(house.Files.Contains(task.Clip!.Sha256), $"{when}: success was said without the clip.");
        Assert.Single(await house.Deliveries.FindOfTaskAsync(key, Cancel));
        return task;
    }

    private sealed class ProcessDiedException : Exception;

    /// <summary>A store whose process dies at a given step, before or after it is written; afterwards it takes nothing more.</summary>
    private sealed class MortalStore(ITaskStore inner) : ITaskStore
    {
        private int _steps;
        private bool _dead;

        public ValueTask<int> ForgetKeysAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
            inner.ForgetKeysAsync(now, limit, cancellationToken);

        public int DiesAt { get; init; } = int.MaxValue;

        public bool DiesAfterWriting { get; init; }

        public void Die() => _dead = true;

        public async ValueTask<StepOutcome> ApplyAsync(VideoTask seen, TaskTransition step, CancellationToken cancellationToken)
        {
            var dies = ++_steps == DiesAt;
            _dead |= dies && !DiesAfterWriting;
            if (_dead)
            {
                throw new ProcessDiedException();
            }

            var outcome = await inner.ApplyAsync(seen, step, cancellationToken);
            _dead |= dies;
            return _dead ? throw new ProcessDiedException() : outcome;
        }

        public ValueTask<AdmissionOutcome> AdmitAsync(Model.Tasks.Admission admission, CancellationToken cancellationToken) => inner.AdmitAsync(admission, cancellationToken);

        public ValueTask<IReadOnlyList<VideoTask>> ListAsync(AccountId account, TaskFilter filter, CancellationToken cancellationToken) =>
            inner.ListAsync(account, filter, cancellationToken);

        public ValueTask<VideoTask?> FindByExternalIdAsync(AccountId account, string dialect, string externalId, CancellationToken cancellationToken) =>
            inner.FindByExternalIdAsync(account, dialect, externalId, cancellationToken);

        public ValueTask<bool?> DeleteAsync(TaskKey key, DateTimeOffset at, CancellationToken cancellationToken) =>
            inner.DeleteAsync(key, at, cancellationToken);

        public ValueTask<TaskStatusRecord?> FindStatusAsync(TaskKey key, CancellationToken cancellationToken) => inner.FindStatusAsync(key, cancellationToken);

        public ValueTask<VideoTask?> LoadAsync(TaskKey key, CancellationToken cancellationToken) => inner.LoadAsync(key, cancellationToken);

        public ValueTask<IReadOnlyList<TaskKey>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
            inner.FindDueAsync(now, limit, cancellationToken);

        public ValueTask<IReadOnlyList<TaskKey>> FindOpenAtAsync(string provider, CancellationToken cancellationToken) =>
            inner.FindOpenAtAsync(provider, cancellationToken);

        public ValueTask<ImmutableArray<WaitingTask>> FindWaitingAsync(string provider, CancellationToken cancellationToken) =>
            inner.FindWaitingAsync(provider, cancellationToken);

        public ValueTask<VideoTask?> FindByAttemptAsync(AttemptId attempt, CancellationToken cancellationToken) =>
            inner.FindByAttemptAsync(attempt, cancellationToken);
    }
}
