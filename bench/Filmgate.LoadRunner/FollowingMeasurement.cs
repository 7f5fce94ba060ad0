using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Filmgate.LoadRunner;

/// <summary>How much is followed.</summary>
internal sealed record FollowingPlan(int Tasks, int Finishing, TimeSpan Quiet, TimeSpan End)
{
    public static FollowingPlan Full { get; } = new(10_000, 60, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    public static FollowingPlan Quick { get; } = new(200, 20, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
}

/// <summary>
/// Many tasks in flight at one provider: how late they are read, what that costs, and how long after a clip is done at the provider its
/// task is a success here, without the provider's posts and with them.
/// </summary>
internal static class FollowingMeasurement
{
    private const string Key = "fg_live_000000000000000000000000load";
    private const int CreatorsAtOnce = 32;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SubmittedMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SuccessMax = TimeSpan.FromMinutes(4);

    public static async Task RunAsync(FollowingPlan plan, string gatewayPath, string dataRoot, TextWriter output)
    {
        output.WriteLine("| measured | in flight | overdue at a moment | lateness p50 / p99 / most, ms | requests/s at the provider | server CPU | memory, MB | done → read p50 / p99 / most, ms | done → success p50 / p99 / most, ms |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var clip = await MakeClipAsync();
        foreach (var posts in new[] { true, false })
        {
            await RunAsync(plan, posts, clip, gatewayPath, dataRoot, output);
        }
    }

    private static async Task RunAsync(FollowingPlan plan, bool posts, byte[] clip, string gatewayPath, string dataRoot, TextWriter output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataRoot, $"filmgate-follow-{Environment.ProcessId}-{posts}"));
        try
        {
            await using var vendor = await ScriptedVendor.StartAsync(clip);
            using var gateway = await ServerProcess.GatewayAsync(gatewayPath, folder.FullName, Key, paused: false, new()
            {
                ["FILMGATE_ALLOW_NETWORKS"] = "127.0.0.0/8",
                ["Filmgate__Providers__vendor__Dialect"] = "filmgate",
                ["Filmgate__Providers__vendor__BaseUrl"] = vendor.Address,
                ["Filmgate__Providers__vendor__ApiKey"] = "fg_live_000000000000000000000000vend",
                ["Filmgate__Providers__vendor__Slots"] = $"{plan.Tasks}",
                ["Filmgate__Providers__vendor__Prices__master-text-to-video__5"] = "0.001",
            });
            using var api = new TaskApi(gateway.Address, Key);

            // :: Step 1: all of them at the provider.
            await Parallel.ForAsync(0, plan.Tasks, new ParallelOptions { MaxDegreeOfParallelism = CreatorsAtOnce }, async (i, _) => await api.CreateAsync(Request(i)));
            await UntilAsync(() => Task.FromResult(vendor.Count == plan.Tasks), SubmittedMax, "not all tasks were submitted");

            // :: Step 2: nothing happens but that they are followed.
            var lateness = new List<double>();
            using var database = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "filmgate.db")};Mode=ReadOnly");
            await database.OpenAsync();
            var (before, processor, clock) = (vendor.Requests, gateway.ProcessorTime, Stopwatch.StartNew());
            while (clock.Elapsed < plan.Quiet)
            {
                await Task.Delay(SampleInterval);
                lateness.AddRange(await OverdueAsync(database));
            }

            var (after, used, passed) = (vendor.Requests, gateway.ProcessorTime - processor, clock.Elapsed);
            var (resident, _) = gateway.Memory();

            // :: Step 3: some of them end, evenly over the time.
            var finishing = vendor.Jobs.OrderBy(job => job.Id, StringComparer.Ordinal).Take(plan.Finishing).ToArray();
            foreach (var job in finishing)
            {
                await vendor.FinishAsync(job, posts);
                await Task.Delay(plan.End / plan.Finishing);
            }

            Dictionary<string, long> successes = [];
            await PassedAsync(async () => (successes = await SuccessesAsync(database)).Count == finishing.Length, SuccessMax);
            var waits = finishing.Where(job => successes.ContainsKey(job.Prompt))
                .Select(job => successes[job.Prompt] - (double)job.DoneAt!.Value.ToUnixTimeMilliseconds()).ToArray();

            // The way from there to a success is the clip's: fetched, checked, given a poster.
            var reads = finishing.Where(job => job.Reads.Any(at => at >= job.DoneAt)).Select(job => (job.Reads.First(at => at >= job.DoneAt) - job.DoneAt!.Value).TotalMilliseconds).ToArray();
            output.WriteLine(
                $"| following, {(posts ? "with" : "without")} posts | {plan.Tasks} | {lateness.Count(late => late > 0) * 100.0 / lateness.Count:0.0} % | {Spread(lateness)} "
                + $"| {(after.Reads - before.Reads + after.Lists - before.Lists) / passed.TotalSeconds:0.0}, {(after.Lists - before.Lists) * 100.0 / Math.Max(1, after.Reads - before.Reads + after.Lists - before.Lists):0} % of them lists "
                + $"| {used / passed * 100:0} % of a core | {resident:0} | {Spread(reads)} | {Spread(waits)} ({waits.Length} of {finishing.Length} within {SuccessMax.TotalMinutes:0} min) |");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // How long each open task has been due; nothing for one whose time has not come.
    private static async Task<IEnumerable<double>> OverdueAsync(SqliteConnection database)
    {
        var late = new List<double>();
        using var command = database.CreateCommand();
        command.CommandText = "SELECT due_at FROM tasks WHERE due_at IS NOT NULL";
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            late.Add(Math.Max(0, now - rows.GetInt64(0)));
        }

        return late;
    }

    private static async Task<Dictionary<string, long>> SuccessesAsync(SqliteConnection database)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        using var command = database.CreateCommand();
        command.CommandText = "SELECT json_extract(request, '$.prompt'), completed_at FROM tasks WHERE state = 'success'";
        using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            found[rows.GetString(0)] = rows.GetInt64(1);
        }

        return found;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan most, string otherwise)
    {
        if (!await PassedAsync(condition, most))
        {
            throw new InvalidOperationException($"After {most.TotalSeconds:0} s {otherwise}.");
        }
    }

    private static async Task<bool> PassedAsync(Func<Task<bool>> condition, TimeSpan most)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < most; await Task.Delay(SampleInterval))
        {
            if (await condition())
            {
                return true;
            }
        }

        return false;
    }

    private static string Spread(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            return "none";
        }

        return $"{sorted[sorted.Length / 2]:0} / {sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]:0} / {sorted[^1]:0}";
    }

    private static byte[] Request(int number) => Encoding.UTF8.GetBytes(
        $$"""{"request_type":"async","provider":"vendor","input":{"mode":"master-text-to-video","prompt":"clip {{number}}","duration":5,"aspect_ratio":"16:9"} }""");

    private static async Task<byte[]> MakeClipAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), $"filmgate-follow-{Environment.ProcessId}.mp4");
        using var ffmpeg = Process.Start(
            "ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "color=gray:size=1920x1080:rate=24:duration=5", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path]);
        await ffmpeg.WaitForExitAsync();
        try
        {
            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
