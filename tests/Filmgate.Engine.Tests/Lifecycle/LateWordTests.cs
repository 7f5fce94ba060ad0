using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Lifecycle;

public sealed class LateWordTests : IAsyncLifetime
{
    private static readonly Usd Price = Usd.FromDollars(0.28m);
    private static readonly ClipLocation Somewhere = new ClipLocation.Url("https://vendor.example/clip.mp4");

    private House _house = null!;
    private ScriptedProvider _provider = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _house = await House.OpenAsync();
        _provider = new ScriptedProvider("a", _house.ClipPath)
        {
            Facts = new(ProviderTier.Partner, 4, OwnIdQueryable: false, FailureBills: true) { Prices = FlatPrices.Of(0.28m) },
            Remembers = false,
        };
        _house.Providers = new([_provider]);
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_clip_that_comes_after_our_deadline_changes_nothing_of_the_end_and_its_price_is_booked()
    {
        var task = await GivenUpAsync();
        Assert.Equal((TaskState.Failed, Usd.Zero, Price), (task.State, task.Cost, task.Unconfirmed));
        _provider.NextReading(new Reading.Completed(Somewhere, Cost: null));
        await HearAsync(task);
        var after = await _house.LoadAsync(task.Key);
        Assert.Equal((TaskState.Failed, task.Failure, task.CompletedAt), (after.State, after.Failure, after.CompletedAt));
        Assert.Equal((Price, Usd.Zero), (after.Cost, after.Unconfirmed));
        var totals = (await _house.Accounts.TotalsAsync(House.Account.Id, _house.Time.GetUtcNow(), Cancel))!;
        Assert.Equal((Price, Usd.Zero), (totals.Spent.Total, totals.Held));
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));
    }

    [Fact]
    public async Task A_submission_that_nobody_could_find_is_booked_once_its_provider_posts_its_id()
    {
        _provider.NextSubmit(new SubmitResult.Unknown("No answer came."));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = Price })).Key);
        Assert.Null(task.LastAttempt!.UpstreamId);
        await HearAsync(task, heardId: null);
        Assert.Equal(Price, (await _house.LoadAsync(task.Key)).Unconfirmed);

        _provider.NextReading(new Reading.Completed(Somewhere, new Usd(250_000)));
        await HearAsync(task, heardId: "job-7");
        var after = await _house.LoadAsync(task.Key);
        Assert.Equal((new Usd(250_000), Usd.Zero), (after.Cost, after.Unconfirmed));
    }

    [Fact]
    public async Task Whoever_decides_first_decides()
    {
        var task = await GivenUpAsync();
        await _house.Tasks.ApplyAsync(task, new TaskTransition.ResolveCharge(_house.Time.GetUtcNow(), task.LastAttempt!.Id, Usd.Zero), Cancel);
        _provider.NextReading(new Reading.Completed(Somewhere, Cost: null));
        await HearAsync(task);
        Assert.Equal(Usd.Zero, (await _house.LoadAsync(task.Key)).Cost);
    }

    [Fact]
    public void An_attempt_matters_that_was_given_up_and_may_have_been_charged()
    {
        var attempt = new Attempt
        {
            Id = _house.Ids.NewAttempt(), Number = 1, Provider = "a", State = AttemptState.Abandoned, PreparedAt = House.Start, Unconfirmed = Price,
        };
        Assert.True(LateWord.Matters(attempt));
        Assert.False(LateWord.Matters(attempt with { Unconfirmed = Usd.Zero }));
        Assert.False(LateWord.Matters(attempt with { State = AttemptState.Failed }));
    }

    public static TheoryData<string, Reading, bool, decimal?> Readings() => new()
    {
        { "a clip", new Reading.Completed(Somewhere, Cost: null), true, 0.28m },
        { "a clip and its price", new Reading.Completed(Somewhere, Usd.FromDollars(0.2m)), true, 0.2m },
        { "a failure that may be billed", new Reading.Failed(new Failure(FailureCode.GenerationFailed, "No.")), true, null },
        { "a failure that is free", new Reading.Failed(new Failure(FailureCode.GenerationFailed, "No.")), false, 0m },
        { "a failure and its price", new Reading.Failed(new Failure(FailureCode.GenerationFailed, "No."), Usd.FromDollars(0.1m)), true, 0.1m },
        { "nothing of it, unbilled", new Reading.Lost("It is lost."), true, 0m },
        { "still at it", new Reading.InProgress(50), true, null },
        { "not to be read", new Reading.Unreadable("Busy.", TimeSpan.FromSeconds(1)), true, null },
        { "done, and no clip", new Reading.Unreadable("Done.", TimeSpan.FromSeconds(5)) { IsWithoutClip = true }, true, null },
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public void A_reading_says_what_was_charged_or_does_not(string what, Reading reading, bool failureBills, decimal? charged) => Assert.True(
        ProviderCharge.In(reading, new ProviderFacts(ProviderTier.Partner, 1, OwnIdQueryable: false, failureBills), Price)?.Dollars == charged, what);

    // Accepted, and not done within the day.
    private async Task<VideoTask> GivenUpAsync()
    {
        _house.Routing = new RoutingOptions { FollowDeadline = TimeSpan.FromHours(1) };
        _provider.NextReading(new Reading.InProgress(50, TimeSpan.FromHours(1)));
        _provider.NextReading(new Reading.InProgress(50, TimeSpan.FromHours(1)));
        return await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask() with { Hold = Price })).Key);
    }

    private ValueTask HearAsync(VideoTask task, string? heardId = null) =>
        new LateWord(_house.Charges, _house.Providers, _house.Time, NullLogger<LateWord>.Instance).HearAsync(task, task.LastAttempt!, heardId, Cancel);
}
