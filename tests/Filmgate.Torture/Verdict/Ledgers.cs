using Filmgate.Torture.Books;

namespace Filmgate.Torture.Verdict;

/// <summary>The books of a run, found by number.</summary>
internal sealed class Ledgers
{
    private readonly Dictionary<string, JobEndLine> _ends;
    private readonly ILookup<int, JobLine> _jobs;
    private readonly ILookup<int, DeliveryLine> _deliveries;
    private readonly ILookup<int, Line> _heard;
    private readonly ILookup<int, TaskFact> _tasks;

    public Ledgers(Evidence evidence)
    {
        Jobs = [.. evidence.Provider.OfType<JobLine>()];
        Deliveries = [.. evidence.Receiver.OfType<DeliveryLine>()];
        Intents = [.. evidence.Driver.OfType<IntentLine>().DistinctBy(intent => intent.Number)];
        _ends = evidence.Provider.OfType<JobEndLine>().ToDictionary(end => end.Job);
        _jobs = Jobs.ToLookup(job => job.Number);
        _deliveries = Deliveries.ToLookup(delivery => delivery.Number);
        _heard = evidence.Driver.Where(line => line is OutcomeLine or AnswerLine).ToLookup(line => line switch { OutcomeLine outcome => outcome.Number, AnswerLine answer => answer.Number, _ => 0 });
        _tasks = evidence.Tasks.Where(task => task.Number is not null).ToLookup(task => task.Number!.Value);
        FaultLine[] faults = [.. evidence.Driver.OfType<FaultLine>()];
        Strikes = [.. faults.Select(fault => (fault, evidence.Tasks.Count(task => IsInFlight(task, fault.At) && !IsInDoubt(task, fault.At, faults))))];
    }

    /// <summary>All strikes, in order, and the tasks that were in flight at each.</summary>
    public IReadOnlyList<(FaultLine Fault, int InFlight)> Strikes { get; }

    /// <summary>All accepted jobs, in order.</summary>
    public IReadOnlyList<JobLine> Jobs { get; }

    /// <summary>All deliveries, in order.</summary>
    public IReadOnlyList<DeliveryLine> Deliveries { get; }

    /// <summary>Everything that was asked for.</summary>
    public IReadOnlyList<IntentLine> Intents { get; }

    /// <summary>The jobs of a number, in order.</summary>
    public JobLine[] JobsOf(int? number) => number is { } given ? [.. _jobs[given]] : [];

    /// <summary>How a job has ended; null while it has not.</summary>
    public JobEndLine? EndOf(JobLine job) => _ends.GetValueOrDefault(job.Job);

    /// <summary>The deliveries for a number, in order.</summary>
    public DeliveryLine[] DeliveriesOf(int number) => [.. _deliveries[number]];

    /// <summary>Answers and outcomes of a number, in order.</summary>
    public Line[] HeardOf(int number) => [.. _heard[number]];

    private static bool IsInFlight(TaskFact task, DateTimeOffset at) => task.CreatedAt <= at && (task.EndedAt is not { } end || end > at);

    // One whose answer was lost by an earlier strike waits for what nobody can know, and does nothing that another strike could hurt.
    private static bool IsInDoubt(TaskFact task, DateTimeOffset at, FaultLine[] faults) =>
        task is { IsUnresolved: true, SentAt: { } sent } && faults.Any(fault => sent <= fault.At && fault.At < at);

    /// <summary>The tasks of a number.</summary>
    public TaskFact[] TasksOf(int number) => [.. _tasks[number]];
}
