using System.Globalization;
using System.Text;
using Filmgate.Torture.Books;

namespace Filmgate.Torture.Verdict;

/// <summary>The counts of a run.</summary>
internal sealed record Figures
{
    /// <summary>Takes that were asked for.</summary>
    public required int Attempts { get; init; }
    /// <summary>Those whose first answer was seen whole, 2xx.</summary>
    public required int Acknowledged { get; init; }
    /// <summary>Those whose first answer was not seen.</summary>
    public required int Unknown { get; init; }
    /// <summary>Answered and not there.</summary>
    public required int Lost { get; init; }
    /// <summary>There and not asked for.</summary>
    public required int Unexpected { get; init; }
    /// <summary>Tasks with more than one job.</summary>
    public required int Duplicated { get; init; }
    /// <summary>Unknown ones that were there when their key was sent again.</summary>
    public required int Recovered { get; init; }
    /// <summary>Tasks that wait, or have failed, without anybody knowing what became of their submission.</summary>
    public required int InDoubt { get; init; }
    /// <summary>Of those, the ones for which the provider has a job.</summary>
    public required int InDoubtWithJob { get; init; }
    /// <summary>Tasks that succeeded.</summary>
    public required int Succeeded { get; init; }
    /// <summary>Tasks that failed.</summary>
    public required int Failed { get; init; }
    /// <summary>Jobs that the provider has accepted.</summary>
    public required int Jobs { get; init; }
    /// <summary>Deliveries, all attempts.</summary>
    public required int Deliveries { get; init; }
    /// <summary>Deliveries of an event that had been taken already.</summary>
    public required int WebhookRepeats { get; init; }
    /// <summary>Strikes, and how many of them fell at the point that was aimed at.</summary>
    public required (int All, int Hit) Strikes { get; init; }
    /// <summary>Fewest tasks that were in flight at a strike, and the mean of all.</summary>
    public required (int Min, double Mean) InFlight { get; init; }

    /// <summary>Counts.</summary>
    public static Figures Of(Evidence evidence, IReadOnlyList<Finding> findings)
    {
        var books = new Ledgers(evidence);
        var firsts = evidence.Driver.OfType<OutcomeLine>().DistinctBy(outcome => outcome.Number).ToArray();
        var wasThere = evidence.Driver.OfType<OutcomeLine>().Where(outcome => outcome.Kind == "ok").DistinctBy(outcome => outcome.Number)
            .Where(outcome => outcome.IsReplay).Select(outcome => outcome.Number).ToHashSet();
        return new Figures
        {
            Attempts = books.Intents.Count,
            Acknowledged = firsts.Count(first => first.Kind == "ok"),
            Unknown = firsts.Count(first => first.Kind == "unknown"),
            Lost = findings.Count(finding => finding.Oracle == "O1"),
            Unexpected = findings.Count(finding => finding.Oracle == "O4"),
            Duplicated = findings.Count(finding => finding.Oracle == "O3"),
            Recovered = firsts.Count(first => first.Kind == "unknown" && wasThere.Contains(first.Number)),
            InDoubt = evidence.Tasks.Count(task => task.IsUnresolved),
            InDoubtWithJob = evidence.Tasks.Count(task => task.IsUnresolved && books.JobsOf(task.Number).Length > 0),
            Succeeded = evidence.Tasks.Count(task => task.State == "success"),
            Failed = evidence.Tasks.Count(task => task.State == "failed"),
            Jobs = books.Jobs.Count,
            Deliveries = books.Deliveries.Count,
            WebhookRepeats = books.Deliveries.GroupBy(delivery => delivery.WebhookId)
                .Sum(attempts => attempts.SkipWhile(attempt => attempt.Status is < 200 or > 299).Skip(1).Count()),
            Strikes = (books.Strikes.Count, books.Strikes.Count(strike => strike.Fault.Hit)),
            InFlight = books.Strikes.Count == 0 ? (0, 0) : (books.Strikes.Min(strike => strike.InFlight), books.Strikes.Average(strike => strike.InFlight)),
        };
    }

    /// <summary>A table for people.</summary>
    public string ToTable()
    {
        var table = new StringBuilder();
        foreach (var (name, count) in new (string, string)[]
        {
            ("attempts", $"{Attempts}"), ("acknowledged", $"{Acknowledged}"), ("unknown", $"{Unknown}"), ("recovered", $"{Recovered}"), ("lost", $"{Lost}"),
            ("unexpected", $"{Unexpected}"), ("duplicated", $"{Duplicated}"), ("succeeded", $"{Succeeded}"), ("failed", $"{Failed}"),
            ("in doubt", $"{InDoubt} ({InDoubtWithJob} with a job)"), ("jobs", $"{Jobs}"), ("deliveries", $"{Deliveries}"), ("webhook repeats", $"{WebhookRepeats}"),
            ("strikes", $"{Strikes.All} ({Strikes.Hit} at the point aimed at)"), ("in flight at kill", string.Create(CultureInfo.InvariantCulture, $"min {InFlight.Min}, mean {InFlight.Mean:0}")),
        })
        {
            table.Append($"{name,-18}{count,8}").Append('\n');
        }

        return table.ToString();
    }
}
