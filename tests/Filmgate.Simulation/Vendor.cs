using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Simulation;

/// <summary>One entry of a vendor's own book: what it took, and what it charges for it.</summary>
internal sealed record Job(string Id, AttemptId Attempt, string Task, DateTimeOffset EndsAt, JobEnd End, Usd Charge)
{
    /// <summary>Whether a read of it says what it charged.</summary>
    public bool TellsCharge { get; init; }

    /// <summary>Whether it was stopped at our wish.</summary>
    public bool IsCanceled { get; init; }
}

/// <summary>How a job ends.</summary>
internal enum JobEnd
{
    Clip,
    Failure,
    Refusal,
    Vanishes,
    Never,

    /// <summary>It says that it is done, and never shows a clip.</summary>
    Withheld,
}

/// <summary>
/// A provider with a will of its own. Its book holds whatever it took, and is what it would send a bill for; nothing of ours is asked when
/// the two are compared.
/// </summary>
internal sealed class Vendor(string name, ProviderFacts facts, int reallyTakes, Random chance, VirtualTime time)
{
    // What is never done is read rarely, so that its day passes in few steps.
    private static readonly TimeSpan RareRead = TimeSpan.FromHours(2);

    private readonly Dictionary<string, Job> _jobs = [];
    private readonly List<(TimeSpan At, Job Job)> _underWay = [];
    private int _numbers;

    public string Name => name;

    public ProviderFacts Facts => facts;

    /// <summary>How likely each act goes wrong, 0 to 1.</summary>
    public double Trouble { get; set; }

    /// <summary>Everything that it ever took, in order.</summary>
    public List<Job> Book { get; } = [];

    /// <summary>Jobs that it has mixed up: it told the id of the one for the other. Who asked first for such an id cannot be told from outside.</summary>
    public HashSet<string> Confused { get; } = [];

    /// <summary>When the next submission that is under way arrives; null for none.</summary>
    public DateTimeOffset? NextArrival => _underWay.Count == 0 ? null : time.Now + (_underWay.Min(arrival => arrival.At) - time.Passed);

    /// <summary>Submissions whose time has come arrive.</summary>
    public void Arrive()
    {
        foreach (var arrival in _underWay.Where(arrival => arrival.At <= time.Passed).ToArray())
        {
            _underWay.Remove(arrival);
            Enter(arrival.Job);
        }
    }

    public SubmitResult Submit(Submission submission, TimeSpan waited)
    {
        // A request that stood still for so long was cut off by then: what leaves the driver arrives within half of that time, or never.
        if (waited > facts.LookupSettles / 2)
        {
            return new SubmitResult.Unknown("The connection timed out.");
        }

        if (Running >= reallyTakes)
        {
            return new SubmitResult.Refused(RefusalClass.Busy, "It is full.", chance.Next(2) == 0 ? null : TimeSpan.FromSeconds(chance.Next(1, 60)));
        }

        if (chance.NextDouble() >= Trouble)
        {
            return Taken(Enter(NewJob(submission)));
        }

        switch (chance.Next(9))
        {
            case 0 or 1:
                var refusals = Enum.GetValues<RefusalClass>();
                return new SubmitResult.Refused(refusals[chance.Next(refusals.Length)], "It would not.");
            case 2:
                return new SubmitResult.Unknown("It was reset before it arrived.");
            case 3:
                Enter(NewJob(submission));
                return new SubmitResult.Unknown("It was reset after it arrived.");
            case 4:
                _underWay.Add((time.Passed + facts.LookupSettles * (0.45 * chance.NextDouble()), NewJob(submission)));
                return new SubmitResult.Unknown("It was reset on its way.");
            case 5:
                throw new HttpRequestException("It fell over before it arrived.");
            case 6:
                Enter(NewJob(submission));
                throw new HttpRequestException("It fell over after it arrived.");
            case 7 when Book.Count > 0:
                var (mine, told) = (Enter(NewJob(submission)), Book[chance.Next(Book.Count - 1)].Id);
                Confused.UnionWith([mine.Id, told]);
                return new SubmitResult.Accepted(told, TimeSpan.FromSeconds(1));
            default:
                return Taken(Enter(NewJob(submission)));
        }
    }

    public Sighting Find(AttemptId attempt) =>
        !facts.OwnIdQueryable ? new Sighting.CannotTell("It has no look-up.")
        : chance.NextDouble() < Trouble ? new Sighting.CannotTell("It does not answer.")
        : _jobs.Values.FirstOrDefault(job => job.Attempt == attempt) is { } job ? new Sighting.Found(job.Id)
        : new Sighting.Absent();

    public Reading Read(string id)
    {
        if (chance.NextDouble() < Trouble / 2)
        {
            return chance.Next(4) == 0 ? throw new HttpRequestException("It fell over.") : new Reading.Unreadable("It does not answer.", TimeSpan.FromSeconds(chance.Next(1, 30)));
        }

        if (!_jobs.TryGetValue(id, out var job))
        {
            return Book.Exists(entry => entry.Id == id) ? new Reading.Lost("It knows nothing of it any more.")
                : new Reading.Unreadable("It knows nothing of it.", TimeSpan.FromSeconds(60)) { IsNotThere = true };
        }

        if (job.End == JobEnd.Never || time.Now < job.EndsAt)
        {
            var wait = job.End == JobEnd.Never && time.Now > job.EndsAt ? RareRead : TimeSpan.FromSeconds(chance.Next(5, 90));
            return new Reading.InProgress(chance.Next(2) == 0 ? null : chance.Next(100), wait);
        }

        Usd? told = job.TellsCharge ? job.Charge : null;
        return job.End switch
        {
            JobEnd.Clip => new Reading.Completed(new ClipLocation.Url($"https://{name}.example/{job.Id}.mp4"), told),
            JobEnd.Failure => new Reading.Failed(new Failure(job.IsCanceled ? FailureCode.Canceled : FailureCode.GenerationFailed, "It broke."), told),
            JobEnd.Refusal => new Reading.Failed(new Failure(FailureCode.NsfwDetected, "It saw skin."), told),
            JobEnd.Vanishes => Forget(job),
            JobEnd.Withheld => new Reading.Unreadable("It is done, it says.", RareRead) { IsWithoutClip = true },
            _ => throw new InvalidOperationException($"No case is written for {job.End}."),
        };
    }

    public void Cancel(string id)
    {
        if (_jobs.TryGetValue(id, out var job) && time.Now < job.EndsAt && chance.Next(2) == 0)
        {
            Replace(job, job with { EndsAt = time.Now, End = JobEnd.Failure, IsCanceled = true, Charge = FailureCharge(), TellsCharge = job.TellsCharge });
        }
    }

    private int Running => _jobs.Values.Count(job => time.Now < job.EndsAt);

    private Reading.Lost Forget(Job job)
    {
        _jobs.Remove(job.Id);
        return new Reading.Lost("It restarted.");
    }

    private static SubmitResult.Accepted Taken(Job job) => new(job.Id, TimeSpan.FromSeconds(2));

    private Job Enter(Job job)
    {
        _jobs[job.Id] = job;
        Book.Add(job);
        return job;
    }

    private void Replace(Job job, Job changed)
    {
        _jobs[job.Id] = changed;
        Book[Book.FindIndex(entry => entry.Id == job.Id)] = changed;
    }

    private Job NewJob(Submission submission)
    {
        var end = chance.NextDouble() >= Trouble ? JobEnd.Clip : (JobEnd)chance.Next(6);
        var price = facts.Prices.Of(submission.Request);
        var charge = end switch
        {
            JobEnd.Clip or JobEnd.Never or JobEnd.Withheld => price,
            JobEnd.Vanishes => Usd.Zero,
            _ => FailureCharge(price),
        };
        var job = new Job($"{name}-{++_numbers}", submission.Attempt, submission.Request.Prompt, time.Now.AddSeconds(chance.Next(20, 200)), end, charge);

        // A discount is only ever known from the answer.
        return chance.Next(3) != 0 ? job
            : job with { TellsCharge = true, Charge = end == JobEnd.Clip && chance.Next(3) == 0 ? new Usd(price.Micros / 2) : charge };
    }

    // Where the facts say that failures are free, they are; elsewhere nobody knows.
    private Usd FailureCharge(Usd price = default) => facts.FailureBills && chance.Next(2) == 0 ? price : Usd.Zero;
}

/// <summary>A vendor as one node reaches it: through the turnstile.</summary>
internal sealed class ReachedVendor(Vendor vendor, Node node, Turnstile turnstile, Sabotage sabotage) : IVideoProvider
{
    public string Name => vendor.Name;

    public ProviderFacts Facts => vendor.Facts;

    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        var result = await turnstile.PassAsync(
            node, $"submits {submission.Request.Prompt} as {submission.Attempt} to {Name}", waited => ValueTask.FromResult(vendor.Submit(submission, waited))).ConfigureAwait(false);
        return sabotage == Sabotage.ResetIsRefusal && result is SubmitResult.Unknown reset ? new SubmitResult.Refused(RefusalClass.NotReceived, reset.Reason) : result;
    }

    public ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken) =>
        turnstile.PassAsync(node, $"looks for {attempt} at {Name}", _ => ValueTask.FromResult(vendor.Find(attempt)));

    public ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken) =>
        turnstile.PassAsync(node, $"reads {upstreamId}", _ => ValueTask.FromResult(vendor.Read(upstreamId)));

    public async ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken) => await turnstile.PassAsync(node, $"cancels {upstreamId}", _ =>
    {
        vendor.Cancel(upstreamId);
        return ValueTask.FromResult(true);
    }).ConfigureAwait(false);
}

/// <summary>Prices with one amount for everything.</summary>
internal static class FlatPrices
{
    public static PriceList Of(decimal dollars) => new(
        from mode in GenerationModes.All
        from seconds in new[] { 5, 10 }
        select KeyValuePair.Create((mode.Mode, seconds), Usd.FromDollars(dollars)));
}
