using System.Globalization;
using System.Text.RegularExpressions;

namespace Filmgate.Simulation;

public sealed partial class SimulationTests
{
    // Enough for each of the planted faults many times over, and about a minute.
    private const int Seeds = 2000;
    private const int Tasks = 10;

    [Fact]
    public void No_task_is_lost_paid_twice_or_booked_wrongly_whatever_happens()
    {
        var result = Campaign.Run(firstSeed: 1, Seeds, Tasks, Sabotage.None);
        Assert.True(result.Failures.Count == 0, Words(result));
        Assert.Equal(Seeds, result.Seeds);
    }

    [Theory]
    [InlineData("SendBeforeCommit")]
    [InlineData("ResetIsRefusal")]
    [InlineData("SettleTwice")]
    public void A_rule_that_is_broken_on_purpose_is_noticed(string sabotage)
    {
        var result = Campaign.Run(firstSeed: 1, Seeds, Tasks, Enum.Parse<Sabotage>(sabotage));
        Assert.NotEmpty(result.Failures);
    }

    [Fact]
    public void The_page_about_it_shows_commands_that_exist_and_seeds_that_find_what_it_says()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "proof.md"));
        var commands = CommandPattern().Matches(page).Select(command => command.Groups[1].Value.Split(' ')).ToArray();
        Assert.NotEmpty(commands);
        Assert.All(commands, command => Assert.Empty(SimulateCommand.Create().Parse(command).Errors));

        var rows = RowPattern().Matches(page);
        Assert.Equal(Enum.GetNames<Sabotage>().Skip(1), rows.Select(row => row.Groups[1].Value));
        using var stage = new Stage();
        Assert.All(rows, row => Assert.NotEmpty(
            Campaign.RunSeed(stage, int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture), Tasks, Enum.Parse<Sabotage>(row.Groups[1].Value), traces: false).Violations));
    }

    [Fact]
    public void A_seed_decides_the_whole_order_of_events()
    {
        using var stage = new Stage();
        var first = Campaign.RunSeed(stage, 42, Tasks, Sabotage.None, traces: true);
        var second = Campaign.RunSeed(stage, 42, Tasks, Sabotage.None, traces: true);
        Assert.True(first.Trace.Count > 100, "Hardly anything happened.");
        Assert.Equal(first.Trace, second.Trace);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"Filmgate\.Simulation\.dll run (.+)")]
    private static partial Regex CommandPattern();

    [GeneratedRegex(@"^\| `(\w+)` \| [^|]+ \| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    private static string Words(CampaignResult result) =>
        string.Join('\n', result.Failures.Select(failure => $"seed {failure.Seed}: {failure.Violation} Replay with: run --seed {failure.Seed} --tasks {Tasks}"));
}
