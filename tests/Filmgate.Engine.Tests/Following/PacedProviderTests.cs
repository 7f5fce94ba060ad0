using System.Collections.Immutable;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Following;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Following;

public sealed class PacedProviderTests
{
    private static readonly Reading Done = new Reading.Completed(new ClipLocation.Url("https://clips.example/1.mp4"), Usd.Zero);
    private readonly FakeTimeProvider _time = new(House.Start);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_verb_of_a_provider_is_passed_on_or_paced_and_none_is_left_to_its_default()
    {
        var map = typeof(PacedProvider).GetInterfaceMap(typeof(IVideoProvider));
        Assert.All(map.TargetMethods.Zip(map.InterfaceMethods), pair =>
            Assert.True(pair.First.DeclaringType == typeof(PacedProvider), $"{nameof(PacedProvider)} does not pass {pair.Second.Name} on."));
    }

    [Fact]
    public async Task An_answer_that_says_when_to_read_is_heeded_and_any_other_is_left_to_the_pace()
    {
        var scripted = Scripted();
        using var provider = Paced(scripted);
        scripted.NextSubmit(new SubmitResult.Accepted("up"));
        var accepted = Assert.IsType<SubmitResult.Accepted>(await provider.SubmitAsync(Submission(), Cancel));
        Assert.Equal(ReadPace.Next(TimeSpan.Zero, provider.FinishTimeOf(Submission().Request)), accepted.ReadAfter);
        Assert.Equal(TimeSpan.FromSeconds(30), accepted.ReadAfter);

        scripted.NextReading(new Reading.InProgress(40, TimeSpan.FromSeconds(7)));
        Assert.Equal(new Reading.InProgress(40, TimeSpan.FromSeconds(7)), await provider.ReadAsync(Followed(), Cancel));
        scripted.NextReading(new Reading.InProgress(41));
        _time.Advance(TimeSpan.FromSeconds(75));
        Assert.Equal(new Reading.InProgress(41, TimeSpan.FromSeconds(3.75)), await provider.ReadAsync(Followed(), Cancel));
    }

    [Fact]
    public async Task Whoever_speaks_a_vendors_language_inside_ones_own_network_has_a_speed_of_its_own()
    {
        using var provider = Paced(Scripted(standsInside: true));
        Assert.Null(provider.FinishTimeOf(Submission().Request));
        var accepted = Assert.IsType<SubmitResult.Accepted>(await provider.SubmitAsync(Submission(), Cancel));
        Assert.Equal(TimeSpan.FromSeconds(10), accepted.ReadAfter);
    }

    [Fact]
    public async Task Clips_that_end_teach_when_the_next_of_their_kind_will()
    {
        var scripted = Scripted();
        using var provider = Paced(scripted);
        for (var i = 0; i < 40; i++)
        {
            scripted.NextReading(Done);
            await provider.ReadAsync(Followed() with { AcceptedAt = _time.GetUtcNow().AddSeconds(-20) }, Cancel);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(provider.FinishTimeOf(Submission().Request)!.Mean.TotalSeconds, 19, 21);
        var ten = provider.FinishTimeOf(Submission().Request with { DurationSeconds = 10 });
        Assert.InRange(ten!.Mean.TotalSeconds, 104, 106);
    }

    [Fact]
    public async Task A_read_without_a_permit_is_put_off_and_not_made()
    {
        var scripted = Scripted(perSecond: 0.1);
        using var provider = Paced(scripted);
        var reads = 0;
        for (var i = 0; i < 3; i++)
        {
            scripted.NextReading(() =>
            {
                reads++;
                return new Reading.InProgress(null);
            });
        }

        Assert.IsType<Reading.InProgress>(await provider.ReadAsync(Followed("a"), Cancel));
        Assert.IsType<Reading.InProgress>(await provider.ReadAsync(Followed("a too"), Cancel));
        var putOff = Assert.IsType<Reading.Unreadable>(await provider.ReadAsync(Followed("b"), Cancel));
        Assert.InRange(putOff.RetryAfter, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
        Assert.Equal(2, reads);
        _time.Advance(putOff.RetryAfter);
        Assert.IsType<Reading.InProgress>(await provider.ReadAsync(Followed("b"), Cancel));
        Assert.Equal(3, reads);
    }

    [Fact]
    public async Task One_read_that_is_told_that_there_are_too_many_speaks_for_all()
    {
        var scripted = Scripted();
        using var provider = Paced(scripted);
        scripted.NextReading(new Reading.Unreadable("The provider is busy.", TimeSpan.FromMinutes(1)) { IsForAll = true });
        await provider.ReadAsync(Followed("a"), Cancel);
        Assert.InRange(Assert.IsType<Reading.Unreadable>(await provider.ReadAsync(Followed("b"), Cancel)).RetryAfter, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.1));
    }

    private PacedProvider Paced(IVideoProvider provider) => new(provider, new SoleNode(), _time, NullLogger<PacedProvider>.Instance);

    private static ScriptedProvider Scripted(double perSecond = 100, bool standsInside = false) => new("partner", "/nowhere.mp4")
    {
        Facts = new ProviderFacts(ProviderTier.Partner, Slots: 4, OwnIdQueryable: true, FailureBills: false)
        {
            ReadsPerSecond = perSecond,
            StandsInside = standsInside,
            FinishTimes = new Dictionary<int, FinishTime>
            {
                [5] = FinishTime.Between(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90)),
                [10] = FinishTime.Between(TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(120)),
            }.ToImmutableDictionary(),
        },
    };

    private static FollowedTask Followed(string id = "up") => new(id, House.NewTask().Request, House.Start, IsHinted: false);

    private static Submission Submission() => new(new AttemptId("att_1"), House.NewTask().Request, IsTest: false, [], CallbackUrl: null, () => { });
}
