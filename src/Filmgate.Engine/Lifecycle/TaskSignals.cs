using Filmgate.Engine.Cluster;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Tells those who watch a task that it has changed, those on the other nodes by way of the news. Of a word that is lost the
/// <see cref="TaskLookout"/> hears for all of them.
/// </summary>
/// <param name="news">Carries the word to other nodes.</param>
public sealed class TaskSignals(INodeNews news)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TaskKey, HashSet<Watch>> _watches = [];
    private int _count;

    /// <summary>Begins to watch all tasks of an account; dispose the watch to end it.</summary>
    public Watch Begin(AccountId account) => Begin(AllOf(account));

    /// <summary>Begins to watch; dispose the watch to end it.</summary>
    public Watch Begin(TaskKey task)
    {
        var watch = new Watch(this, task);

        // The last one to leave takes the set away. That and joining it are one after the other: nobody looks by itself any more, so one that
        // joined a set on its way out would never hear of anything.
        lock (_gate)
        {
            if (!_watches.TryGetValue(task, out var watches))
            {
                _watches.Add(task, watches = []);
                Volatile.Write(ref _count, _watches.Count);
            }

            watches.Add(watch);
            return watch;
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
        if (Count == 0)
        {
            return;
        }

        // Whoever waits goes on elsewhere, so nothing of it runs under the lock.
        lock (_gate)
        {
            Tell(task);
            Tell(AllOf(task.Account));
        }
    }

    private void Tell(TaskKey task)
    {
        if (_watches.TryGetValue(task, out var watches))
        {
            foreach (var watch in watches)
            {
                watch.Set();
            }
        }
    }

    /// <summary>Tasks and accounts that are watched now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The watches of tasks, each task's together.</summary>
    public IReadOnlyList<(TaskKey Task, IReadOnlyList<Watch> Watches)> Watched()
    {
        lock (_gate)
        {
            return [.. _watches.Where(pair => pair.Key.Task.Value.Length > 0).Select(pair => (pair.Key, (IReadOnlyList<Watch>)[.. pair.Value]))];
        }
    }

    // No task has an empty id.
    private static TaskKey AllOf(AccountId account) => new(account, new TaskId(string.Empty));

    private void End(Watch watch, TaskKey task)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(task, out var watches) && watches.Remove(watch) && watches.Count == 0)
            {
                _watches.Remove(task);
                Volatile.Write(ref _count, _watches.Count);
            }
        }
    }

    /// <summary>What a watcher saw of its task.</summary>
    /// <param name="Revision">The task's revision.</param>
    /// <param name="WaitingFor">The provider in whose queue it stood; null for none.</param>
    /// <param name="Position">Where it stood there; 0 for nowhere.</param>
    public sealed record Sight(long Revision, string? WaitingFor, int Position);

    /// <summary>One watcher's ear. Several changes before it listens are one.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly TaskSignals _signals;
        private readonly TaskKey _task;
        private readonly SemaphoreSlim _changed = new(0, 1);

        private Sight? _sight;

        internal Watch(TaskSignals signals, TaskKey task) => (_signals, _task) = (signals, task);

        /// <summary>What the watcher saw last; null before its first look.</summary>
        public Sight? Last => Volatile.Read(ref _sight);

        /// <summary>The watcher has looked.</summary>
        public void Saw(Sight sight) => Volatile.Write(ref _sight, sight);

        /// <summary>Returns after a change.</summary>
        public Task WaitAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

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
