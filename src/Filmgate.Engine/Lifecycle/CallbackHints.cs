using System.Collections.Concurrent;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Turns what providers post into earlier reads. A post proves nothing and is not looked into: it wakes a task whose attempt is at that
/// provider, at most once in <see cref="Interval"/> however many posts come, and the last one of a burst is never lost.
/// </summary>
public sealed partial class CallbackHints(ITaskStore store, IWaker waker, TimeProvider time, ILogger<CallbackHints> log) : IDisposable
{
    /// <summary>Shortest time between two reads that posts cause for one task.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(TaskKey Task, AttemptId Attempt), Recent> _recent = new();
    private volatile bool _stopped;

    /// <summary>Notes a post for an attempt.</summary>
    public void Note(TaskKey task, AttemptId attempt)
    {
        while (!_stopped)
        {
            var recent = _recent.GetOrAdd((task, attempt), static _ => new Recent());
            switch (recent.Note())
            {
                case NoteOutcome.First:
                    recent.Timer = time.CreateTimer(_ => _ = PassAsync(task, attempt, recent), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _ = PassAsync(task, attempt, recent);
                    return;
                case NoteOutcome.Later:
                    return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        foreach (var recent in _recent.Values)
        {
            recent.Timer?.Dispose();
        }

        _recent.Clear();
    }

    // Begins every interval that follows a post; ends when nothing came in the last one.
    private async Task PassAsync(TaskKey task, AttemptId attempt, Recent recent)
    {
        if (_stopped || !recent.TryTake())
        {
            _recent.TryRemove((task, attempt), out _);
            recent.Timer?.Dispose();
            return;
        }

        try
        {
            var attempts = (await store.LoadAsync(task, CancellationToken.None).ConfigureAwait(false))?.Attempts;
            switch (attempts is { Length: > 0 } ? attempts.Value[^1] : null)
            {
                case { State: AttemptState.Accepted or AttemptState.Unknown } last when last.Id == attempt:
                    waker.WakeTask(task);
                    break;
                case { State: AttemptState.Sent } last when last.Id == attempt:
                    // The post was faster than the answer to the submission; the read has to wait for that.
                    recent.Note();
                    break;
            }
        }
#pragma warning disable CA1031 // A hint may be lost: the task is read at its own time.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogLost(error, task.Task.Value);
        }

        if (!_stopped)
        {
            recent.Timer!.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A hint for task {Task} was lost; it is read at its own time.")]
    private partial void LogLost(Exception error, string task);

    private enum NoteOutcome
    {
        First,
        Later,
        Ended,
    }

    // One burst of posts. A post that comes while it ends begins another, so that none is lost between the two.
    private sealed class Recent
    {
        private readonly Lock _gate = new();
        private bool _begun;
        private bool _pending;
        private bool _ended;

        public ITimer? Timer { get; set; }

        public NoteOutcome Note()
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return NoteOutcome.Ended;
                }

                var outcome = _begun ? NoteOutcome.Later : NoteOutcome.First;
                _begun = true;
                _pending = true;
                return outcome;
            }
        }

        public bool TryTake()
        {
            lock (_gate)
            {
                if (!_pending)
                {
                    _ended = true;
                    return false;
                }

                _pending = false;
                return true;
            }
        }
    }
}
