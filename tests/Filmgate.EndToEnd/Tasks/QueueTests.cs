using System.Globalization;
using System.Text.Json;
using Filmgate.EndToEnd.House;
using Filmgate.EndToEnd.Providers;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>
/// The queue before a provider with few slots, through HTTP and the whole engine: who goes first, what a waiting task is told, and what a
/// crash leaves of it. Starts are counted by the time at which an attempt was prepared, as <c>GET /tasks/{id}</c> tells it.
/// </summary>
public sealed class QueueTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await LoopbackSite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_account_with_few_tasks_is_not_kept_waiting_by_one_with_many()
    {
        const int Slots = 3, Many = 40, Few = 5;
        var vendor = new ScriptedVendor(_site, "narrow");
        await using var gateway = await StartAsync(vendor, Slots);
        using var busy = await NewAccountAsync(gateway);
        using var small = await NewAccountAsync(gateway);

        var theirs = await CreateAsync(busy, vendor, "busy", Many);
        await StartedAsync(vendor, Slots);
        var waiting = theirs.Where((_, number) => !vendor.Prompts.Contains(Prompt("busy", number))).ToList();
        Assert.Equal(Many - Slots, waiting.Count);
        await WaitingAsync(busy, waiting);
        var own = await CreateInTurnAsync(small, vendor, "small", Few);

        // What a waiting task is told: each of the few has one of the many before it, and the last of the many has all others.
        var places = await PlacesAsync(small, own);
        Assert.Equal([2, 4, 6, 8, 10], places.Select(place => place.Position));
        Assert.Equal(Many - Slots + Few, (await PlacesAsync(busy, waiting)).Max(place => place.Position));
        Assert.All(places, place => Assert.True(place.ExpectedStart > place.Since));
        Assert.Equal(places.Select(place => place.ExpectedStart).Order(), places.Select(place => place.ExpectedStart));

        vendor.Open();
        await StartedAsync(vendor, Slots, own.Select((_, number) => Prompt("small", number)));
        var lastOfFew = (await StartsAsync(small, own)).Max();
        var before = (await StartsAsync(busy, theirs)).Count(at => at <= lastOfFew) - Slots;
        TestContext.Current.TestOutputHelper!.WriteLine($"{before} of {Many - Slots} went before the last of {Few}.");
        Assert.InRange(before, 0, Few + Slots);

        // Those to whom slots are offered at one moment start at one moment, in whatever order.
        var order = (await ByStartAsync(small, own)).ToList();
        Assert.All(own, (task, place) => Assert.InRange(order.IndexOf(task), place - Slots + 1, place + Slots - 1));
    }

    [Fact]
    public async Task An_account_of_three_times_the_weight_starts_three_times_as_often()
    {
        const int Slots = 4, Tasks = 12;
        var vendor = new ScriptedVendor(_site, "weighed");
        await using var gateway = await StartAsync(vendor, Slots);
        using var first = await NewAccountAsync(gateway);
        using var heavy = await NewAccountAsync(gateway, weight: 3);
        using var light = await NewAccountAsync(gateway, weight: 1);

        await CreateAsync(first, vendor, "first", Slots);
        await StartedAsync(vendor, Slots);
        var lights = await CreateAsync(light, vendor, "light", Tasks);
        await WaitingAsync(light, lights);
        var heavies = await CreateAsync(heavy, vendor, "heavy", Tasks);
        await WaitingAsync(heavy, heavies);

        vendor.Open();
        await StartedAsync(vendor, Slots, heavies.Select((_, number) => Prompt("heavy", number)));
        var end = (await StartsAsync(heavy, heavies)).Max();
        var meanwhile = (await StartsAsync(light, lights)).Count(at => at <= end);
        TestContext.Current.TestOutputHelper!.WriteLine($"{meanwhile} light ones went beside {Tasks} heavy ones.");
        Assert.InRange(meanwhile, (Tasks / 3) - 2, (Tasks / 3) + 2);
    }

    [Fact]
    public async Task Within_an_account_the_higher_priority_goes_first_and_then_who_came_first()
    {
        int[] priorities = [0, 3, 9, 0, 9, 1];
        var vendor = new ScriptedVendor(_site, "urgent");
        await using var gateway = await StartAsync(vendor, slots: 1);
        using var api = await NewAccountAsync(gateway);
        await CreateAsync(api, vendor, "first", 1);
        await StartedAsync(vendor, 1);
        var ids = await CreateInTurnAsync(api, vendor, "p", priorities.Length, number => priorities[number]);
        string[] expected = [ids[2], ids[4], ids[1], ids[5], ids[0], ids[3]];
        Assert.Equal([1, 2, 3, 4, 5, 6], (await PlacesAsync(api, expected)).Select(place => place.Position));
        Assert.Equal(9, (await api.DetailsAsync(ids[2])).Data.GetProperty("priority").GetInt32());

        vendor.Open();
        await StartedAsync(vendor, 1 + priorities.Length);
        Assert.Equal(expected, await ByStartAsync(api, ids));
    }

    [Fact]
    public async Task A_priority_that_is_none_is_refused_by_its_name()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Engine__Paused", "true"));
        foreach (var priority in (string[])["10", "-1", "1.5", "1e400", "\"high\"", "[9]"])
        {
            var refused = await gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, $$$"""{"priority":{{{priority}}},"input":{"mode":"master-text-to-video","prompt":"A pier"}}""");
            Assert.True(refused.Status == 400 && refused.Message.Contains("priority", StringComparison.Ordinal), $"{priority}: {refused}");
        }
    }

    [Fact]
    public async Task Who_waits_when_the_gateway_is_killed_waits_in_the_same_place_afterwards_and_runs()
    {
        var vendor = new ScriptedVendor(_site, "lasting");
        List<string> keys = [];
        List<string> mine, theirs;
        List<Place> before;
        await using (var gateway = await StartAsync(vendor, slots: 1))
        {
            using var first = await NewAccountAsync(gateway, keys: keys);
            using var second = await NewAccountAsync(gateway, keys: keys);
            await CreateAsync(first, vendor, "held", 1);
            await StartedAsync(vendor, 1);
            mine = await CreateInTurnAsync(first, vendor, "mine", 5, number => number == 3 ? 5 : 0);
            theirs = await CreateInTurnAsync(second, vendor, "theirs", 3);
            before = [.. await PlacesAsync(first, mine), .. await PlacesAsync(second, theirs)];
            await gateway.KillAsync();
        }

        await using var next = await StartAsync(vendor, slots: 1);
        using var firstAgain = new TaskApi(next.Address, keys[0]);
        using var secondAgain = new TaskApi(next.Address, keys[1]);
        await WaitingAsync(firstAgain, mine);
        await WaitingAsync(secondAgain, theirs);
        List<Place> after = [.. await PlacesAsync(firstAgain, mine), .. await PlacesAsync(secondAgain, theirs)];
        Assert.Equal(before.Select(place => (place.Position, place.Since)), after.Select(place => (place.Position, place.Since)));
        Assert.Equal([Prompt("held", 0)], vendor.Prompts);

        vendor.Open();
        await StartedAsync(vendor, 1 + mine.Count + theirs.Count);
        Assert.Equal([mine[3], mine[0], mine[1], mine[2], mine[4]], await ByStartAsync(firstAgain, mine));
        Assert.Equal(theirs, await ByStartAsync(secondAgain, theirs));
        foreach (var (api, id) in mine.Select(id => (firstAgain, id)).Concat(theirs.Select(id => (secondAgain, id))))
        {
            await api.FailureOfAsync(id);
            Assert.Single((await api.DetailsAsync(id)).Data.GetProperty("attempts").EnumerateArray());
        }

        // In turn, as long as both have tasks.
        Assert.InRange(vendor.Prompts.Take(7).Count(prompt => prompt.StartsWith("theirs", StringComparison.Ordinal)), 3, 3);
    }

    private static string Prompt(string account, int number) => string.Create(CultureInfo.InvariantCulture, $"{account} {number}");

    // As fast as they are taken: which of them reaches the queue first is open.
    private static async Task<List<string>> CreateAsync(TaskApi api, ScriptedVendor vendor, string account, int count)
    {
        var ids = new List<string>();
        for (var number = 0; number < count; number++)
        {
            ids.Add(await CreateOneAsync(api, vendor, Prompt(account, number), 0));
        }

        return ids;
    }

    // Each waits in the queue before the next one is created.
    private static async Task<List<string>> CreateInTurnAsync(TaskApi api, ScriptedVendor vendor, string account, int count, Func<int, int>? priorityOf = null)
    {
        var ids = new List<string>();
        for (var number = 0; number < count; number++)
        {
            ids.Add(await CreateOneAsync(api, vendor, Prompt(account, number), priorityOf?.Invoke(number) ?? 0));
            await WaitingAsync(api, ids[^1..]);
        }

        return ids;
    }

    private static async Task<string> CreateOneAsync(TaskApi api, ScriptedVendor vendor, string prompt, int priority)
    {
        var answer = await api.SendAsync(HttpMethod.Post, TaskApi.Create, JsonSerializer.Serialize(new { provider = vendor.Name, priority, input = TaskApi.Text(prompt) }));
        Assert.True(answer.Status == 200, answer.ToString());
        return answer.Data.GetProperty("taskId").GetString()!;
    }

    private static Task StartedAsync(ScriptedVendor vendor, int count, IEnumerable<string>? prompts = null) => Eventually.TrueAsync(
        () => vendor.Prompts.Count >= count && (prompts is null || !prompts.Except(vendor.Prompts).Any()), Patience, "The starts");

    private static async Task WaitingAsync(TaskApi api, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            await Eventually.BecomesAsync(
                () => api.DetailsAsync(id),
                answer => answer.Data.TryGetProperty("queue", out var queue) && queue.TryGetProperty("position", out _) && queue.TryGetProperty("expectedStartTime", out _),
                Patience,
                $"The place of task {id}");
        }
    }

    private static async Task<List<Place>> PlacesAsync(TaskApi api, IEnumerable<string> ids)
    {
        var places = new List<Place>();
        foreach (var id in ids)
        {
            var details = (await api.DetailsAsync(id)).Data;
            Assert.Equal("pending", details.GetProperty("state").GetString());
            var queue = details.GetProperty("queue");
            places.Add(new Place(queue.GetProperty("position").GetInt32(), queue.GetProperty("waitingSinceTime").GetInt64(), queue.GetProperty("expectedStartTime").GetInt64()));
        }

        return places;
    }

    // Times of those that have started.
    private static async Task<List<long>> StartsAsync(TaskApi api, IEnumerable<string> ids)
    {
        var starts = new List<long>();
        foreach (var id in ids)
        {
            var attempts = (await api.DetailsAsync(id)).Data.GetProperty("attempts");
            if (attempts.GetArrayLength() > 0)
            {
                starts.Add(attempts[0].GetProperty("preparedTime").GetInt64());
            }
        }

        return starts;
    }

    private static async Task<IEnumerable<string>> ByStartAsync(TaskApi api, List<string> ids)
    {
        var starts = await StartsAsync(api, ids);
        Assert.Equal(ids.Count, starts.Count);
        return ids.Zip(starts).OrderBy(pair => pair.Second).Select(pair => pair.First);
    }

    private Task<ServedGateway> StartAsync(ScriptedVendor vendor, int slots) => ServedGateway.StartAsync(_folder["data"], vendor.Settings(slots));

    private static async Task<TaskApi> NewAccountAsync(ServedGateway gateway, int? weight = null, List<string>? keys = null)
    {
        using var admin = new TaskApi(gateway.Address, ServedGateway.AdminKey);
        var made = await admin.SendAsync(
            HttpMethod.Post, "admin/v1/accounts", weight is null ? """{"name":"an account"}""" : $$$"""{"name":"an account","routing":{"queue_weight":{{{weight}}}}}""");
        Assert.True(made.Status == 200, made.ToString());
        var key = await admin.SendAsync(HttpMethod.Post, $"admin/v1/accounts/{made.Data.GetProperty("id").GetString()}/keys", """{"name":"k","kind":"live"}""");
        var secret = key.Data.GetProperty("secret").GetString()!;
        keys?.Add(secret);
        return new TaskApi(gateway.Address, secret);
    }

    private sealed record Place(int Position, long Since, long ExpectedStart);
}
