using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Routing;

public sealed class RoutePatienceTests
{
    private static readonly RoutingOptions Options = new();
    private static readonly DateTimeOffset Start = House.Start;

    [Fact]
    public void A_task_waits_for_full_providers_for_a_day_and_then_fails()
    {
        var task = House.NewTask() with { WaitingFor = "kie", WaitingSince = Start };
        Assert.Null(GiveUp(task, Start + Options.QueuePatience, Well("kie")));
        Assert.Equal(
            new Failure(FailureCode.ModelUnavailable, "No provider had a slot for it within 24 hours."),
            GiveUp(task, Start + Options.QueuePatience + TimeSpan.FromSeconds(1), Well("kie")));
    }

    [Fact]
    public void A_task_that_nobody_can_take_waits_for_ten_minutes_and_its_failure_says_what_is_wrong_everywhere()
    {
        ImmutableArray<RankedProvider> places = [Unwell("kie", CoolingCause.Balance, Start), Unwell("fal", CoolingCause.Outage, Start)];
        Assert.Null(GiveUp(House.NewTask(), Start.AddMinutes(10), places));
        Assert.Equal(
            new Failure(FailureCode.ModelUnavailable, "No provider could take it within 10 minutes: kie has no credit left for us; fal is out of order."),
            GiveUp(House.NewTask(), Start.AddMinutes(10.1), places));
    }

    [Fact]
    public void One_provider_that_is_well_or_only_full_is_hope_enough()
    {
        Assert.Null(GiveUp(House.NewTask(), Start.AddHours(1), Unwell("kie", CoolingCause.Balance, Start), Well("fal")));
        Assert.Null(GiveUp(House.NewTask(), Start.AddHours(1), Unwell("kie", CoolingCause.Throttled, Start)));
        Assert.Null(GiveUp(House.NewTask(), Start.AddHours(1), Unwell("kie", CoolingCause.Auth, Start.AddMinutes(55))));
    }

    [Fact]
    public void A_task_that_came_in_the_middle_of_an_outage_has_its_ten_minutes_all_the_same() =>
        Assert.Null(GiveUp(House.NewTask() with { CreatedAt = Start.AddMinutes(55) }, Start.AddHours(1), Unwell("kie", CoolingCause.Auth, Start)));

    [Theory]
    [InlineData(RefusalClass.NotReceived, RoutePatience.LossesMax)]
    [InlineData(RefusalClass.Busy, RoutePatience.AttemptsMax)]
    public void Even_submissions_that_cost_nothing_come_to_an_end(RefusalClass refusal, int most)
    {
        var attempt = Attempt(AttemptState.Refused, refusal) with { Reason = "Not now." };
        var task = House.NewTask() with { Attempts = [.. Enumerable.Repeat(attempt, most - 1)] };
        Assert.Null(GiveUp(task, Start, Well("kie")));
        Assert.Equal(
            new Failure(FailureCode.GenerationFailed, $"Given up after {most} attempts: Not now."),
            GiveUp(task with { Attempts = task.Attempts.Add(attempt) }, Start, Well("kie")));
    }

    [Theory]
    [InlineData(FailureCode.GenerationFailed, true, true)]
    [InlineData(FailureCode.ProcessingTimeout, true, true)]
    [InlineData(FailureCode.ModelUnavailable, true, true)]
    [InlineData(FailureCode.ContentViolation, false, true)]
    [InlineData(FailureCode.NsfwDetected, false, true)]
    [InlineData(FailureCode.InvalidPrompt, false, false)]
    [InlineData(FailureCode.UnsupportedFormat, false, false)]
    [InlineData(FailureCode.Canceled, false, false)]
    public void Another_provider_is_tried_after_a_failure_that_cost_nothing_and_another_could_do_better(FailureCode code, bool byDefault, bool withPolicy)
    {
        var attempt = Attempt(AttemptState.Failed) with { FailCode = code };
        Assert.Equal(byDefault, RoutePatience.MayTryElsewhere(attempt, RoutingPolicy.Default));
        Assert.Equal(withPolicy, RoutePatience.MayTryElsewhere(attempt, new RoutingPolicy { FailsOverOnPolicy = true }));
    }

    [Fact]
    public void Whatever_was_or_may_have_been_charged_ends_the_task()
    {
        var attempt = Attempt(AttemptState.Failed) with { FailCode = FailureCode.GenerationFailed };
        Assert.False(RoutePatience.MayTryElsewhere(attempt with { Cost = new Usd(1) }, RoutingPolicy.Default));
        Assert.False(RoutePatience.MayTryElsewhere(attempt with { Unconfirmed = new Usd(1) }, RoutingPolicy.Default));
        Assert.False(RoutePatience.MayTryElsewhere(attempt with { State = AttemptState.Abandoned }, RoutingPolicy.Default));
    }

    [Fact]
    public void A_refusal_is_tried_elsewhere_only_for_its_policy_and_only_where_the_account_wants_it()
    {
        var policy = Attempt(AttemptState.Refused, RefusalClass.Policy);
        Assert.False(RoutePatience.MayTryElsewhere(policy, RoutingPolicy.Default));
        Assert.True(RoutePatience.MayTryElsewhere(policy, new RoutingPolicy { FailsOverOnPolicy = true }));
        Assert.False(RoutePatience.MayTryElsewhere(Attempt(AttemptState.Refused, RefusalClass.Input), new RoutingPolicy { FailsOverOnPolicy = true }));
    }

    private static Failure? GiveUp(VideoTask task, DateTimeOffset now, params ImmutableArray<RankedProvider> places) =>
        RoutePatience.GiveUp(task, new Ranking(places, []), Options, now);

    private static RankedProvider Well(string name) => new(new ScriptedProvider(name, "/nowhere"), Usd.Zero, ProviderStanding.Unknown, "");

    private static RankedProvider Unwell(string name, CoolingCause cause, DateTimeOffset since) =>
        Well(name) with { Standing = new ProviderStanding { Cooling = cause, CoolsUntil = since.AddDays(1), UnwellSince = since } };

    private static Attempt Attempt(AttemptState state, RefusalClass? refusal = null) => new()
    {
        Id = new AttemptId("att_1"), Number = 1, Provider = "kie", State = state, Refusal = refusal, PreparedAt = Start,
    };
}
