using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Data.Sqlite;

namespace Filmgate.Simulation;

/// <summary>The real store as one node reaches it: each write waits at the turnstile, and may fail before or after it is made.</summary>
internal sealed class SteppedStore(ITaskStore inner, Node node, Turnstile turnstile, World world) : ITaskStore
{
    public async ValueTask<StepOutcome> ApplyAsync(VideoTask seen, TaskTransition step, CancellationToken cancellationToken)
    {
        // As the real one does: what is not legal is a fault of whoever asks, and is told at once.
        var next = step.Apply(seen);
        var what = $"writes {step.Name} of {seen.Key.Task} at revision {seen.Revision}";
        if (world.Sabotage == Sabotage.SendBeforeCommit && step is TaskTransition.SendAttempt)
        {
            _ = turnstile.PassAsync(node, what, _ => inner.ApplyAsync(seen, step, cancellationToken)).AsTask();
            return new StepOutcome(true, next);
        }

        var outcome = await turnstile.PassAsync(node, what, async _ =>
        {
            world.MayFail("before the commit");
            var made = await inner.ApplyAsync(seen, step, cancellationToken).ConfigureAwait(false);
            world.MayFail("after the commit");
            return made;
        }).ConfigureAwait(false);
        if (world.Sabotage == Sabotage.SettleTwice && outcome is { Won: true, Task.IsSettled: true } && step is TaskTransition.Succeed)
        {
            BookAgain(outcome.Task);
        }

        return outcome;
    }

    public ValueTask<VideoTask?> LoadAsync(TaskKey key, CancellationToken cancellationToken) =>
        turnstile.PassAsync(node, $"loads {key.Task}", _ => inner.LoadAsync(key, cancellationToken));

    public ValueTask<AdmissionOutcome> AdmitAsync(Admission admission, CancellationToken cancellationToken) => inner.AdmitAsync(admission, cancellationToken);

    public ValueTask<int> ForgetKeysAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => inner.ForgetKeysAsync(now, limit, cancellationToken);

    public ValueTask<TaskStatusRecord?> FindStatusAsync(TaskKey key, CancellationToken cancellationToken) => inner.FindStatusAsync(key, cancellationToken);

    public ValueTask<VideoTask?> FindByExternalIdAsync(AccountId account, string dialect, string externalId, CancellationToken cancellationToken) =>
        inner.FindByExternalIdAsync(account, dialect, externalId, cancellationToken);

    public ValueTask<bool?> DeleteAsync(TaskKey key, DateTimeOffset at, CancellationToken cancellationToken) => inner.DeleteAsync(key, at, cancellationToken);

    public ValueTask<IReadOnlyList<VideoTask>> ListAsync(AccountId account, TaskFilter filter, CancellationToken cancellationToken) =>
        inner.ListAsync(account, filter, cancellationToken);

    public ValueTask<IReadOnlyList<TaskKey>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        inner.FindDueAsync(now, limit, cancellationToken);

    public ValueTask<IReadOnlyList<TaskKey>> FindOpenAtAsync(string provider, CancellationToken cancellationToken) => inner.FindOpenAtAsync(provider, cancellationToken);

    public ValueTask<ImmutableArray<WaitingTask>> FindWaitingAsync(string provider, CancellationToken cancellationToken) =>
        inner.FindWaitingAsync(provider, cancellationToken);

    public ValueTask<VideoTask?> FindByAttemptAsync(AttemptId attempt, CancellationToken cancellationToken) => inner.FindByAttemptAsync(attempt, cancellationToken);

    private void BookAgain(VideoTask task)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = world.DatabasePath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE accounts SET settled_micros = settled_micros + $cost WHERE id = $account";
        command.Parameters.AddWithValue("$cost", task.Cost.Micros);
        command.Parameters.AddWithValue("$account", task.Key.Account.Value);
        command.ExecuteNonQuery();
    }
}
