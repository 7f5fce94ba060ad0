using System.Collections.Concurrent;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Providers;

/// <summary>
/// The rules about money, acted out over the wire of every vendor: a gateway with a live key in front, and behind it, as its provider, one
/// that obeys the directives of <c>docs/test-directives.md</c>. What the gateway behind has accepted is the vendor's book: it holds one task
/// for each of ours, whatever was lost on the way.
/// </summary>
public sealed class MoneyRulesTests(MoneyRulesTests.Houses houses) : IClassFixture<MoneyRulesTests.Houses>
{
    private const string LiveKey = "fg_live_end-to-end-0123456789abcdef";

    /// <summary>The outbound dialects; another Filmgate is APIXO's with a look-up.</summary>
    public static TheoryData<string> Dialects => [.. Houses.All.Select(house => house.Dialect).Except(["filmgate"])];

    /// <summary>Those whose vendor finds a task by an id of ours.</summary>
    public static TheoryData<string> Findable => ["filmgate", "kling"];

    /// <summary>The others.</summary>
    public static TheoryData<string> NotFindable => [.. Houses.All.Select(house => house.Dialect).Except(["filmgate", "kling"])];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_busy_vendor_is_waited_for(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.BusyBrokenAndLate);
        Assert.Equal("success", task.State);
        Assert.Equal(["refused busy", "completed"], task.Attempts);
        Assert.Equal(["success"], await houses.BookAsync(dialect, Case.BusyBrokenAndLate));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_clip_that_cannot_be_fetched_is_fetched_again_and_never_made_again(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.BusyBrokenAndLate);
        Assert.Equal("success", task.State);
        Assert.Equal("completed", Assert.Single(task.Attempts, attempt => !attempt.StartsWith("refused", StringComparison.Ordinal)));
        Assert.Equal(["success"], await houses.BookAsync(dialect, Case.BusyBrokenAndLate));

        // What was fetched in the end is the whole of it.
        Assert.Equal(await houses.VendorClipAsync(dialect, Case.BusyBrokenAndLate), await Houses.ReadAsync(task.ClipUrl));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task What_is_wrong_with_the_request_fails_the_task_and_no_other_vendor_is_asked(string dialect)
    {
        foreach (var (kind, refusal) in ((Case, string)[])[(Case.Input, "input"), (Case.Policy, "policy")])
        {
            var task = await houses.EndAsync(dialect, kind);
            Assert.Equal("failed", task.State);
            Assert.Equal([$"refused {refusal}"], task.Attempts);
            Assert.Equal((0, 0), (task.Cost, task.Unconfirmed));
            Assert.Empty(await houses.BookAsync(dialect, kind));
            if (kind == Case.Policy)
            {
                Assert.Equal("CONTENT_VIOLATION", task.FailCode);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_vendor_that_refuses_us_is_passed_over_and_the_next_one_takes_the_task(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.PassedOver);
        Assert.Equal("success", task.State);

        // Kling says an outage in a way that proves nothing, so there the look-up refuses, and the same vendor may be asked again.
        var outage = dialect == "kling" ? "not_received" : "outage";
        Assert.Equal(["refused balance", "refused auth", "refused permission", $"refused {outage}", "completed"], task.Attempts);
        var refusing = task.Providers.Take(dialect == "kling" ? 4 : 5).ToArray();
        Assert.Equal(refusing.Length, refusing.Distinct().Count());
        Assert.Equal(["success"], await houses.BookAsync(dialect, Case.PassedOver));
    }

    [Theory]
    [MemberData(nameof(Findable))]
    public async Task A_lost_answer_is_found_again_by_our_own_id(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.LostAnswer);
        Assert.Equal("success", task.State);
        Assert.Equal(["completed"], task.Attempts);
        Assert.Equal(0, task.Unconfirmed);
        Assert.Equal(["success"], await houses.BookAsync(dialect, Case.LostAnswer));
    }

    [Theory]
    [MemberData(nameof(Findable))]
    public async Task A_lost_request_is_sent_again_once_the_vendor_certainly_does_not_have_it(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.LostRequest);
        Assert.Equal("success", task.State);
        Assert.Equal(["refused not_received", "completed"], task.Attempts);
        Assert.Equal(["success"], await houses.BookAsync(dialect, Case.LostRequest));
    }

    [Theory]
    [MemberData(nameof(NotFindable))]
    public async Task What_nobody_can_prove_is_given_up_at_the_deadline_with_its_price_held_and_is_not_sent_again(string dialect)
    {
        foreach (var kind in (Case[])[Case.LostRequest, Case.ServerError])
        {
            await AssertGivenUpAsync(dialect, kind);
            Assert.Empty(await houses.BookAsync(dialect, kind));
        }
    }

    [Theory]
    [InlineData("apixo")]
    [InlineData("fal")]
    [InlineData("replicate")]
    [InlineData("kie")]
    public async Task A_lost_answer_is_heard_of_by_the_vendors_post_where_nothing_can_be_looked_up(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.LostAnswer);
        Assert.Equal("success", task.State);
        Assert.Equal(["completed"], task.Attempts);
        Assert.Equal(0, task.Unconfirmed);
        Assert.Equal(["success"], await houses.BookAsync(dialect, Case.LostAnswer));
    }

    [Fact]
    public async Task A_lost_answer_of_a_vendor_that_can_neither_be_asked_nor_posts_is_not_sent_again_although_it_has_the_task()
    {
        await AssertGivenUpAsync("openai-videos", Case.LostAnswer);
        Assert.Equal(["success"], await houses.BookAsync("openai-videos", Case.LostAnswer));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_task_that_failed_after_it_was_accepted_goes_to_another_vendor_only_where_failures_are_not_billed(string dialect)
    {
        var task = await houses.EndAsync(dialect, Case.Failure);
        if (dialect == "kie")
        {
            Assert.Equal("success", task.State);
            Assert.Equal(["failed", "completed"], task.Attempts);
            Assert.Equal(2, task.Providers.Distinct().Count());
            Assert.Equal(["success", "failed"], await houses.BookAsync(dialect, Case.Failure));
            return;
        }

        Assert.Equal("failed", task.State);
        Assert.Equal(["failed"], task.Attempts);
        Assert.Equal(0, task.Cost);
        Assert.True(task.Unconfirmed > 0, task.Data.ToString());
        Assert.Equal(["failed"], await houses.BookAsync(dialect, Case.Failure));
    }

    private async Task AssertGivenUpAsync(string dialect, Case kind)
    {
        var task = await houses.EndAsync(dialect, kind);
        Assert.Equal("failed", task.State);
        Assert.Equal(["abandoned"], task.Attempts);
        Assert.Equal(0, task.Cost);
        Assert.True(task.Unconfirmed > 0, task.Data.ToString());
    }

    /// <summary>What is acted out.</summary>
    internal enum Case
    {
        BusyBrokenAndLate = 1,
        Input = 2,
        Policy = 3,
        PassedOver = 4,
        LostAnswer = 5,
        LostRequest = 6,
        ServerError = 7,
        Failure = 8,
        Resubmitted = 9,
        PaidTwice = 10,
        FreeAndBilledFailure = 11,
    }

    /// <summary>A task of the gateway in front.</summary>
    internal sealed record Seen(JsonElement Data)
    {
        public string State => Data.GetProperty("state").GetString()!;

        public string? FailCode => Data.TryGetProperty("failCode", out var code) ? code.GetString() : null;

        public string ClipUrl => Data.GetProperty("resultUrls")[0].GetString()!;

        public decimal Cost => Data.GetProperty("cost").GetDecimal();

        public decimal[] Costs => [.. All.Select(attempt => attempt.GetProperty("cost").GetDecimal())];

        /// <summary>Whether the charges that nobody could confirm have been decided.</summary>
        public bool IsDecided => All.All(attempt => attempt.TryGetProperty("resolvedTime", out _));

        public decimal Unconfirmed => All.Sum(attempt => attempt.TryGetProperty("unconfirmedCost", out var held) ? held.GetDecimal() : 0);

        /// <summary>How each ended, and the class of a refusal.</summary>
        public string[] Attempts => [.. All.Select(attempt => Text(attempt, "state") + (attempt.TryGetProperty("refusal", out var refusal) ? " " + refusal.GetString() : ""))];

        public string[] Providers => [.. All.Select(attempt => Text(attempt, "provider"))];

        private IEnumerable<JsonElement> All => Data.GetProperty("attempts").EnumerateArray();

        private static string Text(JsonElement attempt, string name) => attempt.GetProperty(name).GetString()!;
    }

    /// <summary>
    /// One gateway behind all, and one in front for each dialect. All tasks are sent at once when they have started, so that those which have
    /// to wait do it side by side; each test follows its own.
    /// </summary>
    public class Houses : IAsyncLifetime
    {
        // The one that is pinned is never refused for a cause of its own, so that no other case stands in the way of those that name it.
        private const string Pinned = "e";
        private static readonly string[] Names = ["a", "b", "c", "d", Pinned];
        private static readonly string Picture = "data:image/png;base64," + Convert.ToBase64String(TestPicture.Png(320, 320));

        private readonly TemporaryFolder _folder = new();
        private readonly ConcurrentDictionary<(string Dialect, Case Kind), string> _tasks = new();
        private readonly ConcurrentDictionary<string, (ServedGateway Served, TaskApi Api)> _fronts = new();
        private ServedGateway? _behind;

        internal static IReadOnlyList<(string Dialect, string Mount)> All =>
        [
            ("apixo", ""), ("filmgate", ""), ("kling", "kling"), ("fal", "fal/queue"), ("replicate", "replicate"), ("openai-videos", ""), ("kie", "kie"),
        ];

        private ServedGateway Behind => _behind ?? throw new InvalidOperationException("It is not started yet.");

        /// <summary>What the gateways in front are set to beyond their providers.</summary>
        protected virtual IEnumerable<(string Name, string Value)> Settings => [("Filmgate__Routing__UnknownDeadline", "00:01:30")];

        /// <summary>What is acted out over a dialect.</summary>
        private protected virtual IEnumerable<Case> KindsOf(string dialect) =>
            dialect == "filmgate" ? [Case.LostAnswer, Case.LostRequest] : Enum.GetValues<Case>().Where(kind => kind <= Case.Failure);

        public async ValueTask InitializeAsync()
        {
            _behind = await ServedGateway.StartAsync(_folder["behind"]);
            await Task.WhenAll(All.Select(house => StartAsync(house.Dialect, house.Mount)));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (served, api) in _fronts.Values)
            {
                api.Dispose();
                await served.DisposeAsync();
            }

            await Behind.DisposeAsync();
            _folder.Dispose();
            GC.SuppressFinalize(this);
        }

        /// <summary>Waits until a task is as it should be.</summary>
        internal async Task<Seen> BecomesAsync(string dialect, Case kind, Func<Seen, bool> satisfies) => await Eventually.BecomesAsync(
            async () => new Seen((await _fronts[dialect].Api.DetailsAsync(_tasks[(dialect, kind)])).Data), satisfies, TaskApi.TaskPatience, $"{dialect}, {kind}");

        /// <summary>Waits until a task has ended.</summary>
        internal Task<Seen> EndAsync(string dialect, Case kind) => BecomesAsync(dialect, kind, task => task.State is "success" or "failed");

        /// <summary>The states of the tasks that the vendor has accepted for it.</summary>
        internal async Task<string[]> BookAsync(string dialect, Case kind)
        {
            var answer = await Behind.Api.GetAsync($"api/v1/tasks?prompt={Uri.EscapeDataString(Prompt(dialect, kind))}");
            return [.. answer.Data.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("state").GetString()!)];
        }

        /// <summary>The clip that the vendor has made for it.</summary>
        internal async Task<byte[]> VendorClipAsync(string dialect, Case kind)
        {
            var answer = await Behind.Api.GetAsync($"api/v1/tasks?prompt={Uri.EscapeDataString(Prompt(dialect, kind))}");
            return await ReadAsync(answer.Data.GetProperty("tasks")[0].GetProperty("resultUrls")[0].GetString()!);
        }

        internal static async Task<byte[]> ReadAsync(string url)
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            return await http.GetByteArrayAsync(new Uri(url), TestContext.Current.CancellationToken);
        }

        private static string Prompt(string dialect, Case kind) => $"static, {dialect} {kind} " + kind switch
        {
            Case.BusyBrokenAndLate => "@busy(1) @late-success(3s) @unfetchable(1) @truncated-clip(1) @broken-download(1)",
            Case.Input => "@refuse(input)",
            Case.Policy => "@refuse(policy)",
            Case.PassedOver => "@refuse(balance, 1) @refuse(auth, 1) @refuse(permission, 1) @refuse(outage, 1)",
            Case.LostAnswer => "@lost-answer",
            Case.LostRequest => "@lost-request(1)",
            Case.ServerError => "@server-error(1)",
            Case.Failure => "@fail(GENERATION_FAILED, 1)",
            Case.Resubmitted => "@lost-request(1)",
            Case.PaidTwice => "@lost-answer(1) @late-success(20s)",
            Case.FreeAndBilledFailure => "@fail(GENERATION_FAILED, 2)",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No prompt is written for it."),
        };

        private async Task StartAsync(string dialect, string mount)
        {
            var address = new Uri(Behind.Address, mount).ToString().TrimEnd('/');
            var served = await ServedGateway.StartAsync(
                _folder[dialect],
                [
                    ("FILMGATE_API_KEY", LiveKey),
                    .. Settings,
                    .. Names.SelectMany((name, index) => ((string, string)[])
                    [
                        ($"Filmgate__Providers__{name}__Dialect", dialect), ($"Filmgate__Providers__{name}__BaseUrl", address),
                        ($"Filmgate__Providers__{name}__ApiKey", ServedGateway.Key), ($"Filmgate__Providers__{name}__Tier", "partner"),

                        // A task that nobody can resolve keeps its slot.
                        ($"Filmgate__Providers__{name}__Slots", "20"),
                        ($"Filmgate__Providers__{name}__Prices__standard-image-to-video__5", $"0.1{index}"),
                    ]),
                ]);
            var api = new TaskApi(served.Address, LiveKey);
            _fronts[dialect] = (served, api);
            foreach (var kind in KindsOf(dialect))
            {
                var isPinned = kind is not (Case.Input or Case.Policy or Case.PassedOver or Case.Failure or Case.FreeAndBilledFailure);
                var body = new { provider = isPinned ? Pinned : "auto", input = TaskApi.Standard(Prompt(dialect, kind), Picture) };
                var answer = await api.SendAsync(HttpMethod.Post, TaskApi.Create, JsonSerializer.Serialize(body));
                Assert.True(answer.Status == 200, answer.ToString());
                _tasks[(dialect, kind)] = answer.Data.GetProperty("taskId").GetString()!;
            }
        }
    }
}
