using Filmgate.Model.Identity;

namespace Filmgate.Storage.Sql;

/// <summary>
/// What status reads found, so that a poll does not ask the database again. Never behind the database: only this process
/// writes to the file, and every step says before its write that it begins and afterwards that it ended. In between its
/// task is read from the database, and what was read meanwhile is not kept.
/// </summary>
internal sealed class StatusCache
{
    // A stripe that is full is emptied: crude, but no read pays for book-keeping. 64 × 256 records take about 8 MB.
    private const int StripeCount = 64;
    private const int StripeSizeMax = 256;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe())];

    /// <summary>What is known of the task; <paramref name="moment"/> goes with what is then read from the database.</summary>
    public TaskStatusRecord? Find(TaskKey key, out long moment)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            moment = stripe.Writing > 0 ? Stripe.Never : stripe.Moment;
            return stripe.Records.GetValueOrDefault(key);
        }
    }

    /// <summary>Keeps what was read since <paramref name="moment"/>, unless a step began in between.</summary>
    public void Keep(TaskKey key, TaskStatusRecord record, long moment)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            if (stripe.Moment != moment)
            {
                return;
            }

            if (stripe.Records.Count >= StripeSizeMax)
            {
                stripe.Records.Clear();
            }

            stripe.Records[key] = record;
        }
    }

    /// <summary>A step of the task is about to be written.</summary>
    public void BeginWrite(TaskKey key)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            stripe.Writing++;
            stripe.Moment++;
            stripe.Records.Remove(key);
        }
    }

    /// <summary>The step is written, or was not.</summary>
    public void EndWrite(TaskKey key)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            stripe.Writing--;
        }
    }

    private Stripe StripeOf(TaskKey key) => _stripes[(uint)key.Task.Value.GetHashCode(StringComparison.Ordinal) % StripeCount];

    private sealed class Stripe
    {
        public const long Never = -1;

        public Lock Gate { get; } = new();

        public Dictionary<TaskKey, TaskStatusRecord> Records { get; } = [];

        public int Writing { get; set; }

        public long Moment { get; set; }
    }
}
