using System.Collections.Concurrent;
using Filmgate.EndToEnd.House;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Verdict;
using Npgsql;

namespace Filmgate.Torture.Cluster;

/// <summary>What the plays with several nodes have in common.</summary>
internal static class Play
{
    /// <summary>How many nodes there are.</summary>
    public const int Nodes = 3;

    /// <summary>From which all choices come.</summary>
    public const int Seed = 20260314;

    /// <summary>How long anything may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The clock.</summary>
    public static readonly TimeProvider Time = TimeProvider.System;

    private const int Creators = 12;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Sets a stage up in a folder of its own, which stays when anything is wrong, and plays on it.</summary>
    public static async Task OnStageAsync(StageOptions options, Func<Stage, Task> play)
    {
        var folder = Directory.CreateTempSubdirectory("filmgate-cluster-");
        try
        {
            await using var stage = new Stage(options with { Folder = folder.FullName }, Time);
            await stage.SetUpAsync();
            await play(stage);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Books and logs are in {folder.FullName}. {error.Message}", error);
        }

        folder.Delete(recursive: true);
    }

    /// <summary>Creates tasks and gives their ids by number; each is asked again by its key until it is heard, as a client has to.</summary>
    public static async Task<ConcurrentDictionary<int, string>> CreateAsync(Stage stage, int count)
    {
        var (tasks, picture) = (new ConcurrentDictionary<int, string>(), TestPicture.DataUrl(320, 320));
        await Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (number, cancellationToken) =>
        {
            var take = Take.Of(Seed, number);
            while (!tasks.ContainsKey(number))
            {
                if (await stage.Api.CreateAsync(take, take.Body(stage.ReceiverAddress, picture)) is { Task: { } task })
                {
                    tasks[number] = task;
                }
                else
                {
                    await Task.Delay(Look, Time, cancellationToken);
                }
            }
        });
        return tasks;
    }

    /// <summary>What each node says of its health, in their order; 0 from one that says nothing.</summary>
    public static async Task<int[]> HealthAsync(Stage stage, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await Task.WhenAll(Enumerable.Range(0, Nodes).Select(async node =>
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(await stage.Fleet[node].AddressAsync() ?? throw new InvalidOperationException("It never listened."), path));
                return (int)answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                return 0;
            }
        }));
    }

    /// <summary>When each open task is due, by the database.</summary>
    public static async Task<Dictionary<string, DateTimeOffset>> DueAsync(Stage stage)
    {
        await using var connection = new NpgsqlConnection(stage.Database + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT id, due_at FROM tasks WHERE due_at IS NOT NULL", connection);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var due = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
        {
            due[row.GetString(0)] = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1));
        }

        return due;
    }

    /// <summary>Waits until these tasks are there and all tasks have ended.</summary>
    public static Task EndAsync(Stage stage, IEnumerable<string> tasks)
    {
        var expected = tasks.ToHashSet(StringComparer.Ordinal);
        return UntilAsync("all tasks have ended", async () =>
        {
            var all = await stage.Api.TasksAsync();
            return expected.IsSubsetOf(all.Select(task => task.Task)) && all.All(task => task.IsTerminal);
        });
    }

    /// <summary>All steps of all tasks, as the nodes have logged them.</summary>
    public static IEnumerable<LoggedStep> StepsOf(Stage stage) => Directory.GetFiles(stage.PathOf(""), "gateway-*.log")
        .SelectMany(log => Handovers.StepsIn(Path.GetFileNameWithoutExtension(log), ReadShared(log)));

    private static IEnumerable<string> ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Waits for something, with patience for a slow machine.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        for (var began = Time.GetTimestamp(); !await isSo(); await Task.Delay(Look, Time, TestContext.Current.CancellationToken))
        {
            Assert.True(Time.GetElapsedTime(began) < Patience, $"In vain was waited until {what}.");
        }
    }
}
