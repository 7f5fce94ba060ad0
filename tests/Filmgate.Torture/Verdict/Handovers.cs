using System.Globalization;
using System.Text.RegularExpressions;
using Filmgate.Torture.Books;

namespace Filmgate.Torture.Verdict;

/// <summary>A step of a task, as the node that made it has logged it.</summary>
/// <param name="Life">The node's life, by the name of its log.</param>
/// <param name="At">When.</param>
/// <param name="Task">The task's id.</param>
/// <param name="Revision">The revision that it made.</param>
/// <param name="IsLast">Whether the task has ended with it.</param>
internal sealed record LoggedStep(string Life, DateTimeOffset At, string Task, long Revision, bool IsLast);

/// <summary>What became of the tasks that a life had in hand when a strike ended it.</summary>
/// <param name="Life">The life.</param>
/// <param name="Waits">From the strike to the next step of each that had one.</param>
/// <param name="Tasks">Those that had a next step, in the same order.</param>
/// <param name="Left">Those that no node ever moved again.</param>
internal sealed record Handover(string Life, IReadOnlyList<TimeSpan> Waits, IReadOnlyList<string> Tasks, IReadOnlyList<string> Left);

/// <summary>How soon the tasks of dead nodes were moved again, by the logs of all nodes.</summary>
internal static partial class Handovers
{
    /// <summary>Reads the steps in a log.</summary>
    /// <param name="life">The name of the log.</param>
    /// <param name="lines">What stands in it.</param>
    public static IEnumerable<LoggedStep> StepsIn(string life, IEnumerable<string> lines) =>
        from line in lines
        let step = Step().Match(line)
        where step.Success
        select new LoggedStep(
            life,
            DateTimeOffset.Parse(step.Groups["at"].ValueSpan, CultureInfo.InvariantCulture),
            step.Groups["task"].Value,
            long.Parse(step.Groups["revision"].ValueSpan, CultureInfo.InvariantCulture),
            IsLast: step.Groups["state"].Value is "Success" or "Failed");

    /// <summary>
    /// One for each strike that ended a life. A task was in its hand when its last step before was made there; a wait that was planned anyway, such as until
    /// the next read of a provider, is part of the time.
    /// </summary>
    public static IReadOnlyList<Handover> Of(IEnumerable<FaultLine> strikes, IEnumerable<LoggedStep> steps)
    {
        var tasks = steps.GroupBy(step => step.Task).Select(task => task.OrderBy(step => step.Revision).ToArray()).ToArray();
        return [.. strikes.Where(strike => strike.Life is not null).Select(strike => Of(strike, tasks))];
    }

    private static Handover Of(FaultLine strike, LoggedStep[][] tasks)
    {
        var (waits, moved, left) = (new List<TimeSpan>(), new List<string>(), new List<string>());
        foreach (var steps in tasks)
        {
            var before = Array.FindLastIndex(steps, step => step.At <= strike.At);
            if (before < 0 || steps[before].Life != strike.Life || steps[before].IsLast)
            {
                continue;
            }

            if (before + 1 < steps.Length)
            {
                waits.Add(steps[before + 1].At - strike.At);
                moved.Add(steps[before].Task);
            }
            else
            {
                left.Add(steps[before].Task);
            }
        }

        return new Handover(strike.Life!, waits, moved, left);
    }

    [GeneratedRegex(@"^(?<at>\S+) dbug: Filmgate\.Engine\.Lifecycle\.\w+\[[0-9]+\] Task (?<task>\S+): \w+, now (?<state>\w+) at revision (?<revision>[0-9]+)\.")]
    private static partial Regex Step();
}
