using System.Collections.Concurrent;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Http;

/// <summary>
/// Keeps a lost answer from costing a second clip. The JavaScript clients of Replicate and fal repeat a creation several times when the
/// connection breaks, without any key by which the repetition could be known. So a creation whose caller left before hearing of it is
/// remembered for a while, and the next one of the same key with the same bytes gets its task.
/// </summary>
/// <remarks>
/// Two creations alike whose callers are both there are two wishes: the model takes no seed, and asking again is how callers get another
/// clip. What is remembered lives in this process only; callers who want more than that send an <c>Idempotency-Key</c>.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class UnheardCreations(TimeProvider time)
{
    /// <summary>How long a creation that nobody heard of is remembered.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Creation> creations = new(StringComparer.Ordinal);

    /// <summary>How many creations are open or remembered.</summary>
    public int Count => creations.Count;

    private DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Begins a creation. Dispose it before its answer is begun.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="about">What the address says of the creation, such as the model; null for nothing.</param>
    /// <param name="print">Hash of the body.</param>
    /// <param name="gone">Set when the caller's connection has broken.</param>
    public Creation Begin(Caller caller, string? about, ReadOnlySpan<byte> print, CancellationToken gone)
    {
        var name = $"{caller.Key}/{about}/{Convert.ToHexString(print)}";
        while (true)
        {
            var known = creations.GetValueOrDefault(name);
            if (known is { IsUnheard: false })
            {
                // Its caller is there and waits, so this is another wish; of two alike only the first is remembered.
                return new Creation(null, name, null, gone);
            }

            var isLate = known?.LeftAt is { } left && left + Window <= Now;
            var creation = new Creation(this, name, isLate ? null : known?.Task, gone);
            if (known is null ? creations.TryAdd(name, creation) : creations.TryUpdate(name, creation, known))
            {
                return creation;
            }
        }
    }

    private void Close(Creation creation)
    {
        if (!creation.IsUnheard)
        {
            creations.TryRemove(KeyValuePair.Create(creation.Name, creation));
            return;
        }

        // Those that nobody came back for go when another one is kept, so that there are never many.
        var now = Now;
        foreach (var (name, old) in creations)
        {
            if (old.LeftAt is { } left && left + Window <= now)
            {
                creations.TryRemove(KeyValuePair.Create(name, old));
            }
        }
    }

    /// <summary>One creation, from its beginning until its answer is begun.</summary>
    internal sealed class Creation : IDisposable
    {
        private readonly UnheardCreations? owner;
        private readonly CancellationToken gone;
        private readonly TaskCompletionSource<TaskId?> task = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool isUnanswered;

        internal Creation(UnheardCreations? owner, string name, Task<TaskId?>? earlier, CancellationToken gone)
        {
            this.owner = owner;
            this.gone = gone;
            Name = name;
            Earlier = earlier ?? System.Threading.Tasks.Task.FromResult<TaskId?>(null);
        }

        /// <summary>The task of the creation that this one repeats; null when it repeats none, or one that came to nothing.</summary>
        public Task<TaskId?> Earlier { get; }

        internal string Name { get; }

        /// <summary>When it ended without its caller; null before, and when the caller was there.</summary>
        internal DateTimeOffset? LeftAt { get; private set; }

        internal bool IsUnheard => LeftAt is not null || isUnanswered || gone.IsCancellationRequested;

        internal Task<TaskId?> Task => task.Task;

        /// <summary>Tells what came of it; needs not be told of one that was refused.</summary>
        /// <param name="created">The task; null when there is none.</param>
        /// <param name="isUnanswered">Whether its caller, though still there, is certain not to hear of it.</param>
        public void End(TaskId? created, bool isUnanswered = false)
        {
            this.isUnanswered |= isUnanswered;
            task.TrySetResult(created);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            // Without an end something was thrown, and whoever repeats it begins anew.
            End(null);
            if (owner is not null)
            {
                LeftAt = IsUnheard ? owner.Now : null;
                owner.Close(this);
            }
        }
    }
}
