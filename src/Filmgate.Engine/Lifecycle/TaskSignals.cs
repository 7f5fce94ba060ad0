using System.Collections.Concurrent;
using Filmgate.Engine.Cluster;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Tells those who watch a task that it has changed, those on the other nodes by way of the news. A word that is lost costs a watcher at most
/// its own patience: it looks again by itself.
/// </summary>
/// <param name="news">Carries the word to other nodes.</param>
public sealed class TaskSignals(INodeNews news)
{
    private readonly ConcurrentDictionary<TaskKey, ConcurrentDictionary<Watch, byte>> _watches = new();

    /// <summary>Begins to watch all tasks of an account; dispose the watch to end it.</summary>
    public Watch Begin(AccountId account) => Begin(AllOf(account));

    /// <summary>Begins to watch; dispose the watch to end it.</summary>
    public Watch Begin(TaskKey task)
    {
        var watch = new Watch(this, task);
        while (true)
        {
            // The last one to leave takes the set away; whoever joined it meanwhile joins again.
            var watches = _watches.GetOrAdd(task, static _ => new());
            watches[watch] = 0;
            if (_watches.TryGetValue(task, out var present) && ReferenceEquals(present, watches))
            {
                return watch;
            }
        }
    }

    /// <summary>The task has changed, here.</summary>
    public void Changed(TaskKey task)
    {
        Heard(task);
        news.TaskChanged(task);
    }

    /// <summary>The task has changed, here or on another node.</summary>
    public void Heard(TaskKey task)
    {
        if (!_watches.IsEmpty)
        {
            Tell(task);
            Tell(AllOf(task.Account));
        }
    }

    private void Tell(TaskKey task)
    {
        if (_watches.TryGetValue(task, out var watches))
        {
            foreach (var (watch, _) in watches)
            {
                watch.Set();
            }
        }
    }

    /// <summary>Tasks and accounts that are watched now.</summary>
    public int Count => _watches.Count;

    // No task has an empty id.
    private static TaskKey AllOf(AccountId account) => new(account, new TaskId(string.Empty));

    private void End(Watch watch, TaskKey task)
    {
        if (_watches.TryGetValue(task, out var watches))
        {
            watches.TryRemove(watch, out _);
            if (watches.IsEmpty)
            {
                _watches.TryRemove(new(task, watches));
            }
        }
    }

    /// <summary>One watcher's ear. Several changes before it listens are one.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly TaskSignals _signals;
        private readonly TaskKey _task;
        private readonly SemaphoreSlim _changed = new(0, 1);

        internal Watch(TaskSignals signals, TaskKey task) => (_signals, _task) = (signals, task);

        /// <summary>Returns after a change, or when patience ends.</summary>
        public async Task WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
        {
            using var limit = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await _changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Patience has ended; the watcher looks for itself.
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _signals.End(this, _task);

        internal void Set()
        {
            try
            {
                _changed.Release();
            }
            catch (SemaphoreFullException)
            {
                // It has not listened since the last change; one word is enough.
            }
        }
    }
}
