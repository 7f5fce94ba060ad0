using System.Globalization;
using System.Security.Cryptography;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Faults;

namespace Filmgate.Torture;

/// <summary>
/// The gateway as a process, killed with tasks in flight, between a provider and a receiver that keep books of their own. The short form
/// runs with every change; <c>run</c> is the long one.
/// </summary>
[Collection("Strikes")]
public sealed class TortureTests(ITestOutputHelper output)
{
    private const string SeedVariable = "FILMGATE_TORTURE_SEED";

    [Fact]
    public Task Six_kills_lose_nothing_double_nothing_and_leave_the_books_agreeing() => RunAsync(cycles: 6, inFlight: 15);

    [Fact]
    public Task Three_strikes_at_three_nodes_over_one_database_do_neither() =>
        RunAsync(cycles: 3, inFlight: 10, nodes: 3, [KillPoint.SubmissionTaken, KillPoint.Freeze, KillPoint.Replace]);

    [Fact(Explicit = true)]
    public Task Two_hundred_kills_with_fifty_tasks_in_flight_do_neither() => RunAsync(cycles: 200, inFlight: 50);

    private async Task RunAsync(int cycles, int inFlight, int nodes = 1, IReadOnlyList<KillPoint>? points = null)
    {
        // Every run takes other ways; the seed of one that fails is printed, so that it can be taken again.
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var given) ? given : RandomNumberGenerator.GetInt32(int.MaxValue);
        var folder = Directory.CreateTempSubdirectory("filmgate-torture-");
        using var progress = new StringWriter();
        TortureReport report;
        await using (var run = new TortureRun(new TortureOptions { Folder = folder.FullName, Seed = seed, Cycles = cycles, InFlight = inFlight, Nodes = nodes, Points = points }, progress, TimeProvider.System))
        {
            report = await run.RunAsync();
        }

        output.WriteLine($"{SeedVariable}={seed}\n{progress}{report.ToTable()}");
        Assert.True(
            report.Findings.Count == 0,
            $"{SeedVariable}={seed}; books and logs are in {folder.FullName}\n{progress}{report.ToTable()}{string.Join('\n', report.Findings)}");
        folder.Delete(recursive: true);
    }
}
