using System.Diagnostics;
using Filmgate.Model.Tasks;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Filmgate.Storage.Tests.Conformance;

namespace Filmgate.Storage.Tests.Sqlite;

/// <summary>What callers see while the disk fails, and that nothing is left of it afterwards.</summary>
public sealed class SqliteFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_may_not_grow_takes_nothing_says_so_and_goes_on_once_it_may()
    {
        await using var stores = new SqliteStores();
        await stores.OpenAsync();
        await stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        var kept = Sample.Task("task_kept");
        await stores.Tasks.AcceptAsync(kept, Cancel);

        await stores.Database.WriteAsync(null, session => session.Scalar("PRAGMA max_page_count = 1"));
        var refused = await FillAsync(stores.Tasks);
        Assert.NotNull(await stores.Tasks.LoadAsync(kept.Key, Cancel));
        Assert.Null(await stores.Tasks.LoadAsync(refused.Key, Cancel));

        await stores.Database.WriteAsync(null, session => session.Scalar("PRAGMA max_page_count = 1073741823"));
        await stores.Tasks.AcceptAsync(refused, Cancel);
        await stores.ReopenAsync();
        Assert.NotNull(await stores.Tasks.LoadAsync(refused.Key, Cancel));
    }

    [Fact]
    public async Task A_full_disk_costs_no_accepted_task_and_needs_no_restart()
    {
        using var disk = SmallDisk.TryMount();
        Assert.SkipWhen(disk is null, "A small disk cannot be mounted here: that takes root and the mount program.");
        await using var database = SqliteDatabase.Open(Path.Combine(disk.Path, "filmgate.db"));
        var tasks = new TaskStore(database);
        await new AccountStore(database).AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        var kept = Sample.Task("task_kept");
        await tasks.AcceptAsync(kept, Cancel);

        var ballast = disk.Fill();
        var refused = await FillAsync(tasks);
        Assert.NotNull(await tasks.LoadAsync(kept.Key, Cancel));
        Assert.Null(await tasks.LoadAsync(refused.Key, Cancel));
        Assert.Equal("ok", await database.ReadAsync(0, (session, _) => session.Scalar("PRAGMA integrity_check"), Cancel));

        File.Delete(ballast);
        await tasks.AcceptAsync(refused, Cancel);
        Assert.NotNull(await tasks.LoadAsync(refused.Key, Cancel));
    }

    [Fact]
    public async Task A_write_that_breaks_a_rule_fails_alone_among_its_neighbours()
    {
        await using var stores = new SqliteStores();
        await stores.OpenAsync();
        await stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        await stores.Tasks.AcceptAsync(Sample.Task("task_0"), Cancel);

        // While the first of them holds the writer all others gather behind it, so that they share one transaction.
        using var gate = new ManualResetEventSlim();
        var holder = stores.Database.WriteAsync(null, _ =>
        {
            gate.Wait(Cancel);
            return true;
        });
        var crowd = Enumerable.Range(0, 40).Select(i => stores.Tasks.AcceptAsync(Sample.Task($"task_{i}"), Cancel)).ToArray();
        gate.Set();
        await holder;
        await Assert.ThrowsAnyAsync<Exception>(() => crowd[0]);
        await Task.WhenAll(crowd[1..]);
        await stores.ReopenAsync();
        for (var i = 0; i < crowd.Length; i++)
        {
            Assert.NotNull(await stores.Tasks.LoadAsync(Sample.Task($"task_{i}").Key, Cancel));
        }
    }

    private static async Task<VideoTask> FillAsync(ITaskStore tasks)
    {
        // The log has room for a few more rows after the disk is full, so the refusal comes within the first hundred.
        for (var i = 0; i < 100; i++)
        {
            var task = Sample.Task($"task_{i}") with { Source = new string('x', 200) };
            task = task with { Request = task.Request with { Prompt = new string('p', 5000) } };
            try
            {
                await tasks.AcceptAsync(task, Cancel);
            }
            catch (StoreUnavailableException)
            {
                return task;
            }
        }

        throw new InvalidOperationException("A hundred tasks were taken by a full disk.");
    }

    /// <summary>A file system in memory of four megabytes.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private SmallDisk(string path) => Path = path;

        public string Path { get; }

        public static SmallDisk? TryMount()
        {
            if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            {
                return null;
            }

            var path = Directory.CreateTempSubdirectory("filmgate-disk-").FullName;
            if (Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path))
            {
                return new SmallDisk(path);
            }

            Directory.Delete(path);
            return null;
        }

        public string Fill()
        {
            var file = System.IO.Path.Combine(Path, "ballast");
            using var ballast = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            try
            {
                while (true)
                {
                    ballast.Write(new byte[4096]);
                }
            }
            catch (IOException)
            {
                return file;
            }
        }

        public void Dispose()
        {
            if (Run("umount", "-l", Path))
            {
                Directory.Delete(Path);
            }
        }

        private static bool Run(string program, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
