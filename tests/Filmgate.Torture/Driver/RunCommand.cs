using System.CommandLine;
using System.Security.Cryptography;
using Filmgate.Torture.Faults;

namespace Filmgate.Torture.Driver;

/// <summary>The long form: as many cycles as wanted, with a table at the end.</summary>
internal static class RunCommand
{
    /// <summary>The word that starts it.</summary>
    public const string Name = "run";

    private const int FindingsShownMax = 50;

    /// <summary>Makes the command.</summary>
    public static RootCommand Create()
    {
        var cycles = new Option<int>("--cycles") { DefaultValueFactory = _ => 200, Description = "How often the gateway is struck." };
        var inFlight = new Option<int>("--in-flight") { DefaultValueFactory = _ => 50, Description = "Tasks that are in flight at each strike; fewer are a finding." };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => RandomNumberGenerator.GetInt32(int.MaxValue), Description = "From which all choices come. Default: chance." };
        var folder = new Option<string?>("--folder") { Description = "Where data, books and logs are put; they stay there. Default: a temporary folder, which stays when anything is found." };
        var nodes = new Option<int>("--nodes") { DefaultValueFactory = _ => 1, Description = "How many nodes over one PostgreSQL, which is started for the run; 1 for one gateway over a file." };
        var freeze = new Option<double>("--freeze") { DefaultValueFactory = _ => 60, Description = "Seconds for which one of several nodes stands still." };
        var points = new Option<KillPoint[]>("--point") { AllowMultipleArgumentsPerToken = true, Description = "Strike at these points only. Default: all." };
        var command = new RootCommand("Kills a gateway again and again with tasks in flight, and compares the books afterwards.") { cycles, inFlight, seed, folder, nodes, freeze, points };
        command.SetAction(async (line, _) => await RunAsync(
            new TortureOptions
            {
                Folder = "",
                Seed = line.GetValue(seed),
                Cycles = line.GetValue(cycles),
                InFlight = line.GetValue(inFlight),
                Nodes = line.GetValue(nodes),
                Freeze = TimeSpan.FromSeconds(line.GetValue(freeze)),
                Points = line.GetValue(points) is { Length: > 0 } named ? named : null,
            },
            line.GetValue(folder)));
        return command;
    }

    private static async Task<int> RunAsync(TortureOptions options, string? named)
    {
        var folder = named is null ? Directory.CreateTempSubdirectory("filmgate-torture-") : Directory.CreateDirectory(named);
        Console.WriteLine($"seed {options.Seed}, folder {folder.FullName}");
        TortureReport report;
        await using (var run = new TortureRun(options with { Folder = folder.FullName }, Console.Out, TimeProvider.System))
        {
            report = await run.RunAsync();
        }

        Console.Write(report.ToTable());
        foreach (var finding in report.Findings.Take(FindingsShownMax))
        {
            Console.WriteLine(finding);
        }

        if (report.Findings.Count > FindingsShownMax)
        {
            Console.WriteLine($"and {report.Findings.Count - FindingsShownMax} more");
        }

        if (report.Findings.Count == 0 && named is null)
        {
            folder.Delete(recursive: true);
        }

        return report.Findings.Count == 0 ? 0 : 1;
    }
}
