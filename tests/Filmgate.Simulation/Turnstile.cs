namespace Filmgate.Simulation;

/// <summary>
/// Every durable write, and every word to a provider or a desk, waits here until chance lets it through, one at a time. What is between two
/// of them runs at once, on the simulation's own thread, so that a seed decides the whole order of events.
/// </summary>
internal sealed class Turnstile(VirtualTime time)
{
    private readonly List<Passage> _waiting = [];

    /// <summary>How many were let through.</summary>
    public int Count { get; private set; }

    /// <summary>Waits for its turn, then acts. The act must not wait for anything itself.</summary>
    public ValueTask<T> PassAsync<T>(Node node, string what, Func<TimeSpan, ValueTask<T>> act)
    {
        var passage = new Passage<T>(node, what, time.GetTimestamp(), act);
        _waiting.Add(passage);
        return new ValueTask<T>(passage.Task);
    }

    /// <summary>Lets one of those through whose nodes are awake; false when there is none.</summary>
    public bool TryPassOne(Random chance, Action<string> trace)
    {
        var awake = _waiting.Count(passage => !passage.Node.IsFrozen);
        if (awake == 0)
        {
            return false;
        }

        var chosen = _waiting.Where(passage => !passage.Node.IsFrozen).ElementAt(chance.Next(awake));
        _waiting.Remove(chosen);
        Count++;
        trace($"{chosen.Node} {chosen.What}");
        chosen.Act(time.GetElapsedTime(chosen.Since));
        chosen.Tell();
        return true;
    }

    /// <summary>A node dies: of what it was about to do, some is still done, and nobody hears of it.</summary>
    public void Kill(Node node, Random chance, Action<string> trace)
    {
        foreach (var passage in _waiting.Where(passage => passage.Node == node).ToArray())
        {
            _waiting.Remove(passage);
            if (chance.Next(2) == 0)
            {
                trace($"{node} {passage.What}, done as it died");
                passage.Act(time.GetElapsedTime(passage.Since));
            }
        }
    }

    private abstract class Passage(Node node, string what, long since)
    {
        public Node Node => node;

        public string What => what;

        public long Since => since;

        public abstract void Act(TimeSpan waited);

        public abstract void Tell();
    }

    private sealed class Passage<T>(Node node, string what, long since, Func<TimeSpan, ValueTask<T>> act) : Passage(node, what, since)
    {
        // Whoever awaits it goes on at once, on the same thread.
        private readonly TaskCompletionSource<T> _told = new();
        private T? _result;
        private Exception? _error;

        public Task<T> Task => _told.Task;

        public override void Act(TimeSpan waited)
        {
            try
            {
                var done = act(waited);
                _result = done.IsCompleted ? done.GetAwaiter().GetResult() : throw new InvalidOperationException($"'{What}' waits for something.");
            }
            catch (Exception error)
            {
                _error = error;
            }
        }

        public override void Tell()
        {
            if (_error is null)
            {
                _told.SetResult(_result!);
            }
            else
            {
                _told.SetException(_error);
            }
        }
    }
}
