using System.Collections.Concurrent;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Providers;

/// <summary>
/// Clips that vendors finish when we no longer wait for them: a gateway with a provider of every dialect, all of them one gateway that obeys test directives.
/// What has been told of a task stands; what it cost is heard of, where the vendor posts.
/// </summary>
public sealed class LateClipTests(LateClipTests.Houses houses) : IClassFixture<LateClipTests.Houses>
{
    private const string LiveKey = "fg_live_end-to-end-0123456789abcdef";
    private const string NeverPosts = "openai-videos";

    public static TheoryData<string> Posting => [.. MoneyRulesTests.Houses.All.Select(house => house.Dialect).Except([NeverPosts])];

    [Theory(Explicit = true)]
    [MemberData(nameof(Posting))]
    public async Task A_clip_that_comes_after_our_deadline_stays_where_it_is_and_what_it_cost_is_booked(string dialect)
    {
        await houses.GivenUpAsync(dialect);
        await houses.MadeAsync(dialect);
        var task = await houses.BecomesAsync(dialect, seen => seen.IsDecided);
        Assert.Equal(("failed", 0), (task.State, task.Unconfirmed));
    }

    [Fact]
    public async Task What_a_vendor_that_never_posts_charged_for_a_late_clip_stays_for_people_to_decide()
    {
        await houses.GivenUpAsync(NeverPosts);
        await houses.MadeAsync(NeverPosts);
        var task = await houses.BecomesAsync(NeverPosts, _ => true);
        Assert.Equal((0, Houses.Price), (task.Cost, task.Unconfirmed));
    }

    /// <summary>One gateway in front, which waits for forty seconds, and one behind it, which takes longer.</summary>
    public sealed class Houses : IAsyncLifetime
    {
        internal const decimal Price = 0.13m;
        private static readonly string Picture = "data:image/png;base64," + Convert.ToBase64String(TestPicture.Png(320, 320));

        private readonly TemporaryFolder _folder = new();
        private readonly ConcurrentDictionary<string, string> _tasks = new();
        private ServedGateway? _behind, _front;
        private TaskApi? _api;

        private ServedGateway Behind => _behind ?? throw new InvalidOperationException("It is not started yet.");

        private TaskApi Api => _api ?? throw new InvalidOperationException("It is not started yet.");

        public async ValueTask InitializeAsync()
        {
            // Each of them keeps a slot of the renderer until its clip is there.
            _behind = await ServedGateway.StartAsync(_folder["behind"], [("Filmgate__Animatic__Slots", "8")]);
            _front = await ServedGateway.StartAsync(
                _folder["front"],
                [
                    ("FILMGATE_API_KEY", LiveKey),
                    ("Filmgate__Routing__FollowDeadline", "00:00:40"),
                    .. MoneyRulesTests.Houses.All.SelectMany(house => ((string, string)[])
                    [
                        ($"Filmgate__Providers__{house.Dialect}__Dialect", house.Dialect),
                        ($"Filmgate__Providers__{house.Dialect}__BaseUrl", new Uri(Behind.Address, house.Mount).ToString().TrimEnd('/')),
                        ($"Filmgate__Providers__{house.Dialect}__ApiKey", ServedGateway.Key), ($"Filmgate__Providers__{house.Dialect}__Tier", "partner"),
                        ($"Filmgate__Providers__{house.Dialect}__Prices__standard-image-to-video__5", "0.13"),
                    ]),
                ]);
            _api = new TaskApi(_front.Address, LiveKey);
            foreach (var (dialect, _) in MoneyRulesTests.Houses.All)
            {
                var body = new { provider = dialect, input = TaskApi.Standard(Prompt(dialect), Picture) };
                var answer = await Api.SendAsync(HttpMethod.Post, TaskApi.Create, JsonSerializer.Serialize(body));
                Assert.True(answer.Status == 200, answer.ToString());
                _tasks[dialect] = answer.Data.GetProperty("taskId").GetString()!;
            }
        }

        public async ValueTask DisposeAsync()
        {
            _api?.Dispose();
            await (_front?.DisposeAsync() ?? ValueTask.CompletedTask);
            await Behind.DisposeAsync();
            _folder.Dispose();
        }

        /// <summary>Waits until a task is as it should be.</summary>
        internal async Task<MoneyRulesTests.Seen> BecomesAsync(string dialect, Func<MoneyRulesTests.Seen, bool> satisfies) => await Eventually.BecomesAsync(
            async () => new MoneyRulesTests.Seen((await Api.DetailsAsync(_tasks[dialect])).Data), satisfies, TaskApi.TaskPatience, dialect);

        /// <summary>Waits until we wait no longer.</summary>
        internal async Task GivenUpAsync(string dialect)
        {
            var task = await BecomesAsync(dialect, seen => seen.State is "success" or "failed");
            Assert.Equal(("failed", "PROCESSING_TIMEOUT"), (task.State, task.FailCode));
            Assert.Equal(["abandoned"], task.Attempts);
        }

        /// <summary>Waits until the vendor has made the clip.</summary>
        internal async Task MadeAsync(string dialect) => await Eventually.BecomesAsync(
            async () => string.Join(", ", (await Behind.Api.GetAsync($"api/v1/tasks?prompt={Uri.EscapeDataString(Prompt(dialect))}")).Data.GetProperty("tasks").EnumerateArray()
                .Select(task => task.GetProperty("state").GetString()!)),
            book => book == "success",
            TaskApi.TaskPatience,
            $"{dialect}, the vendor's book");

        private static string Prompt(string dialect) => $"static, {dialect} late @late-success(75s)";
    }
}
