using System.Collections.Concurrent;
using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Turns what providers post into earlier reads. A post proves nothing: it wakes a task whose attempt is at that provider, at most once in
/// <see cref="Interval"/> however many posts come, and the last one of a burst is never lost. What it says is looked into for one thing
/// alone, the provider's id of an attempt whose answer was lost; the provider's own API then has to know it. One about an attempt that was given up
/// is left to <see cref="LateWord"/>.
/// </summary>
public sealed partial class CallbackHints(
    ITaskStore store, ProviderDirectory providers, IWaker waker, LateWord late, TimeProvider time, ILogger<CallbackHints> log) : IDisposable
{
    /// <summary>Shortest time between two reads that posts cause for one task.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(TaskKey Task, AttemptId Attempt), Recent> _recent = new();
    private volatile bool _stopped;

    /// <summary>Notes a post for an attempt.</summary>
    public void Note(TaskKey task, AttemptId attempt) => Note(task, attempt, body: null);

    /// <summary>Notes what a post says, after the post itself was noted.</summary>
    /// <param name="task">The task.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="body">Its body: any bytes, kept until they are looked into.</param>
    public void Hear(TaskKey task, AttemptId attempt, ReadOnlyMemory<byte> body) => Note(task, attempt, body);

    private void Note(TaskKey task, AttemptId attempt, ReadOnlyMemory<byte>? body)
    {
        while (!_stopped)
        {
            var recent = _recent.GetOrAdd((task, attempt), static _ => new Recent());
            switch (recent.Note(body))
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
        if (_stopped || !recent.TryTake(out var isHint, out var body))
        {
            _recent.TryRemove((task, attempt), out _);
            recent.Timer?.Dispose();
            return;
        }

        try
        {
            var record = await store.LoadAsync(task, CancellationToken.None).ConfigureAwait(false);
            var noted = record?.Attempts.FirstOrDefault(each => each.Id == attempt);
            var last = noted == record?.LastAttempt ? noted : null;
            recent.HeardId = IdIn(noted, body) ?? recent.HeardId;
            if (noted is not null && LateWord.Matters(noted))
            {
                await late.HearAsync(record!, noted, recent.HeardId, CancellationToken.None).ConfigureAwait(false);
            }

            switch (last)
            {
                case { State: AttemptState.Unknown, CandidateId: null } when recent.HeardId is { } id:
                    if ((await store.ApplyAsync(record!, new TaskTransition.HearOf(time.GetRowNow(), attempt, id), CancellationToken.None).ConfigureAwait(false)).Won)
                    {
                        LogHeard(task.Task.Value, attempt.Value);
                        waker.WakeTask(task);
                    }
                    else
                    {
                        // Another step came between; the record is looked at again.
                        recent.Note(body: null);
                    }

                    break;
                case { State: AttemptState.Accepted or AttemptState.Unknown } when isHint:
                    waker.WakeTask(task);
                    break;
                case { State: AttemptState.Sent }:
                    // The post was faster than the answer to the submission; the read has to wait for that.
                    recent.Note(body: null);
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

    private string? IdIn(Attempt? attempt, ReadOnlyMemory<byte>? body) =>
        attempt is not null && body is { } posted && providers.TryGet(attempt.Provider, out var provider) && provider.TryReadCallbackId(posted, out var id) ? id : null;

    [LoggerMessage(Level = LogLevel.Information, Message = "A post names the provider's id of attempt {Attempt} of task {Task}, whose answer was lost; the provider is asked for it.")]
    private partial void LogHeard(string task, string attempt);

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
        private bool _isHint;
        private ReadOnlyMemory<byte>? _body;
        private bool _ended;

        public ITimer? Timer { get; set; }

        /// <summary>The id that a post of this burst named.</summary>
        public string? HeardId { get; set; }

        public NoteOutcome Note(ReadOnlyMemory<byte>? body)
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
                _isHint |= body is null;
                _body = body ?? _body;
                return outcome;
            }
        }

        public bool TryTake(out bool isHint, out ReadOnlyMemory<byte>? body)
        {
            lock (_gate)
            {
                (isHint, body) = (_isHint, _body);
                (_isHint, _body) = (false, null);
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
