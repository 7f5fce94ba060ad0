using System.CommandLine;

namespace Filmgate.Simulation;

/// <summary>The long form: as many seeds as one wants, or one seed with its whole trace.</summary>
internal static class SimulateCommand
{
    public const string Name = "run";

    public static RootCommand Create()
    {
        var seed = new Option<int?>("--seed") { Description = "Replays one seed and prints everything that happens." };
        var from = new Option<int>("--from") { Description = "First seed.", DefaultValueFactory = _ => 1 };
        var seeds = new Option<int>("--seeds") { Description = "Seeds.", DefaultValueFactory = _ => 10_000 };
        var tasks = new Option<int>("--tasks") { Description = "Tasks in each.", DefaultValueFactory = _ => 100 };
        var longest = new Option<TimeSpan?>("--long") { Description = "Stops after that time, such as 01:00:00." };
        var sabotage = new Option<Sabotage>("--sabotage") { Description = "A rule to break on purpose.", DefaultValueFactory = _ => Sabotage.None };
        var command = new RootCommand("Lives tasks on a virtual clock through every fault there is, and compares the books.") { seed, from, seeds, tasks, longest, sabotage };
        command.SetAction(parsed => parsed.GetValue(seed) is { } one
            ? Replay(one, parsed.GetValue(tasks), parsed.GetValue(sabotage))
            : RunMany(parsed.GetValue(from), parsed.GetValue(longest) is null ? parsed.GetValue(seeds) : int.MaxValue / 2, parsed.GetValue(tasks), parsed.GetValue(sabotage), parsed.GetValue(longest)));
        return command;
    }

    private static int Replay(int seed, int tasks, Sabotage sabotage)
    {
        using var stage = new Stage();
        var (violations, trace, _) = Campaign.RunSeed(stage, seed, tasks, sabotage, traces: true);
        foreach (var line in trace)
        {
            Console.WriteLine(line);
        }

        foreach (var violation in violations)
        {
            Console.Error.WriteLine($"seed {seed}: {violation}");
        }

        return violations.Count == 0 ? 0 : 1;
    }

    private static int RunMany(int from, int seeds, int tasks, Sabotage sabotage, TimeSpan? longest)
    {
        const int Every = 500;
        var result = Campaign.Run(from, seeds, tasks, sabotage, longest, done =>
        {
            if (done % Every == 0)
            {
                Console.Error.WriteLine($"{done} seeds");
            }
        });
        Console.WriteLine($"{result.Seeds} seeds, {result.Lives} task lives, {result.Passages} steps, {result.Failures.Count} violations, {result.Took:c}");
        foreach (var (seed, violation) in result.Failures)
        {
            Console.Error.WriteLine($"seed {seed}: {violation}");
        }

        return result.Failures.Count == 0 ? 0 : 1;
    }
}
