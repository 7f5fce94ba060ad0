using System.Diagnostics;
using Filmgate.Storage.Tests.Conformance;

namespace Filmgate.Storage.Tests.Sqlite;

public sealed class SqliteFlushTests
{
    private const int Accepts = 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_accepts_one_after_the_other_flush_the_log_at_least_a_hundred_times()
    {
        var strace = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "strace")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(strace is null, "strace is not installed, so nobody can count the flushes.");
        var folder = Directory.CreateTempSubdirectory("filmgate-flush-").FullName;
        try
        {
            var trace = Path.Combine(folder, "trace");
            using var process = Process.Start(new ProcessStartInfo(strace,
            [
                "-f", "-qq", "-y", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-o", trace, "dotnet", typeof(SqliteFlushTests).Assembly.Location,
                "-noLogo", "-explicit", "only", "-method", $"{typeof(SqliteFlushTests).FullName}.{nameof(A_hundred_tasks_are_accepted_one_after_the_other)}",
            ])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync(Cancel);
            var errors = process.StandardError.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
            Assert.SkipWhen((await errors).Contains("ptrace", StringComparison.OrdinalIgnoreCase), "This machine does not let strace look: " + await errors);
            Assert.True(process.ExitCode == 0, await output + await errors);
            var flushes = File.ReadLines(trace).Count(line => line.Contains("filmgate.db-wal>", StringComparison.Ordinal));
            Assert.True(flushes >= Accepts, $"{Accepts} accepts flushed the log only {flushes} times.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Explicit = true)]
    public async Task A_hundred_tasks_are_accepted_one_after_the_other()
    {
        await using var stores = new SqliteStores();
        await stores.OpenAsync();
        await stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        for (var i = 0; i < Accepts; i++)
        {
            await stores.Tasks.AcceptAsync(Sample.Task($"task_{i}"), Cancel);
        }

        Assert.Equal(Accepts, (await stores.Tasks.FindDueAsync(Sample.Start, 2 * Accepts, Cancel)).Count);
    }
}
