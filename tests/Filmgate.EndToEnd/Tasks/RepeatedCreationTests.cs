using System.Globalization;
using System.Net.Sockets;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>
/// Row A10 of the reliability reference, with money: kill -9 in a burst of creations, after which the caller repeats every one of them,
/// because it cannot know which were taken.
/// </summary>
public sealed class RepeatedCreationTests : IDisposable
{
    private const string LiveKey = "fg_live_end-to-end-0123456789abcdef";
    private const int Creations = 60;
    private const decimal Price = 0.28m;

    // The beginning of a PNG and no more: accepted, held for, refused when the picture is looked at, given back.
    private const string BrokenPicture = "data:image/png;base64,iVBORw0KGgoAAAAN";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_kill_9_in_a_burst_each_key_has_one_task_and_the_books_agree(int seed)
    {
        // :: Step 1: a burst, cut off at a random moment.
        var answered = new Dictionary<int, string>();
        await using (var gateway = await StartAsync())
        {
            var killAfter = new Random(seed).Next(1, Creations - 10);
            using var reached = new SemaphoreSlim(0);
            var burst = Enumerable.Range(0, Creations).Select(number => Task.Run(async () =>
            {
                try
                {
                    var answer = await CreateAsync(gateway, number);
                    Assert.True(answer.Status == 200, answer.ToString());
                    lock (answered)
                    {
                        answered.Add(number, Id(answer));
                    }

                    reached.Release();
                }
                catch (Exception cut) when (cut is HttpRequestException or IOException or SocketException)
                {
                    // Not answered: the caller does not know whether there is a task.
                }
            }, Ct)).ToList();
            for (var number = 0; number < killAfter; number++)
            {
                Assert.True(await reached.WaitAsync(Patience, Ct));
            }

            await gateway.KillAsync();
            await Task.WhenAll(burst);
        }

        // :: Step 2: what the crash left is sound by itself.
        await DoctorAsync();

        // :: Step 3: the caller repeats all of them, each twice at once.
        await using var next = await StartAsync();
        var repeats = await Task.WhenAll(Enumerable.Range(0, 2 * Creations).Select(number => CreateAsync(next, number % Creations)));
        Assert.All(repeats, answer => Assert.True(answer.Status == 200, answer.ToString()));
        for (var number = 0; number < Creations; number++)
        {
            var ids = new[] { Id(repeats[number]), Id(repeats[number + Creations]) };
            Assert.Equal(ids[0], ids[1]);
            if (answered.TryGetValue(number, out var promised))
            {
                Assert.Equal(promised, ids[0]);
                Assert.True(IsReplay(repeats[number]) && IsReplay(repeats[number + Creations]));
            }
            else
            {
                Assert.True(IsReplay(repeats[number]) || IsReplay(repeats[number + Creations]));
            }
        }

        // :: Step 4: one task for each key, one hold for each task, and at the end all of it given back.
        var page = (await next.Api.GetAsync("api/v1/tasks?limit=100")).Data;
        var tasks = page.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("taskId").GetString()!).ToHashSet();
        Assert.False(page.TryGetProperty("nextCursor", out _));
        Assert.Equal(repeats.Select(Id).ToHashSet(), tasks);
        Assert.Equal(Creations, tasks.Count);
        foreach (var id in tasks)
        {
            await next.Api.FailureOfAsync(id);
        }

        using var admin = new TaskApi(next.Address, ServedGateway.AdminKey);
        var account = (await admin.GetAsync("admin/v1/accounts")).Data.GetProperty("accounts")[0];
        var entries = (await admin.GetAsync($"admin/v1/accounts/{account.GetProperty("id").GetString()}/ledger?limit=1000")).Data.GetProperty("entries")
            .EnumerateArray().Select(entry => (
                Task: entry.GetProperty("task_id").GetString()!, Kind: entry.GetProperty("kind").GetString()!, Amount: entry.GetProperty("amount").GetDecimal()))
            .ToList();
        Assert.Equal(tasks.Select(id => (id, "hold", Price)).Order(), entries.Where(entry => entry.Kind == "hold").Order());
        Assert.Equal(tasks.Select(id => (id, "release", -Price)).Order(), entries.Where(entry => entry.Kind != "hold").Order());
        Assert.Equal(
            """{"spent":0,"spent_today":0,"spent_this_month":0,"held":0,"left":100,"tasks_in_flight":0}""", account.GetProperty("totals").GetRawText());
        await next.KillAsync();
        await DoctorAsync();
    }

    public void Dispose() => _folder.Dispose();

    private Task<ServedGateway> StartAsync() => ServedGateway.StartAsync(
        _folder["data"], ("FILMGATE_API_KEY", LiveKey), ("Filmgate__Animatic__RehearsePrices", "true"));

    private async Task DoctorAsync()
    {
        var (code, said, error) = await FilmgateProcess.RunAsync(
            Path.GetTempPath(), new Dictionary<string, string>(), Patience, StoreUnderTest.Doctor(_folder["data"]));
        Assert.Equal((0, "The store is sound.", ""), (code, said, error));
    }

    private static async Task<ApiAnswer> CreateAsync(ServedGateway gateway, int number)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"burst-{number}");
        return await gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard(key, BrokenPicture)), key);
    }

    private static string Id(ApiAnswer answer) => answer.Data.GetProperty("taskId").GetString()!;

    private static bool IsReplay(ApiAnswer answer) => answer.Response.Headers.Contains("Idempotent-Replayed");
}
