using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Routing;

public sealed class RouterTests
{
    private const string Everybody = "fal:Partner kie:Partner kling:Official animatic:Local";

    private static readonly RoutingOptions Options = new();

    private static readonly ImmutableArray<IVideoProvider> Priced =
        [Selling("fal", 0.28m), Selling("kie", 0.125m), Selling("replicate", 0.28m), Selling("kling", 0.50m, ProviderTier.Official)];

    [Theory]
    [InlineData("auto", false, Everybody, "fal kie kling")]
    [InlineData("value", false, Everybody, "fal kie")]
    [InlineData("official", false, Everybody, "kling")]
    [InlineData("kie", false, Everybody, "kie")]
    [InlineData("animatic", false, Everybody, "animatic")]
    [InlineData("nobody", false, Everybody, "")]
    [InlineData("auto", false, "kling:Official animatic:Local", "kling")]
    [InlineData("value", false, "kling:Official animatic:Local", "")]
    [InlineData("official", false, "fal:Partner animatic:Local", "")]
    [InlineData("auto", false, "animatic:Local", "animatic")]
    [InlineData("value", false, "animatic:Local", "animatic")]
    [InlineData("official", false, "animatic:Local", "animatic")]
    [InlineData("auto", false, "", "")]
    [InlineData("auto", true, Everybody, "animatic")]
    [InlineData("official", true, Everybody, "animatic")]
    [InlineData("kling", true, Everybody, "animatic")]
    [InlineData("auto", true, "fal:Partner kling:Official", "")]
    public void A_choice_leads_to_providers_in_order(string choice, bool isTest, string configured, string order)
    {
        var providers = configured.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(':'))
            .Select(parts => (IVideoProvider)new ScriptedProvider(parts[0], "/nowhere", Enum.Parse<ProviderTier>(parts[1]))).ToImmutableArray();
        Assert.Equal(order, Order(Case(choice, providers) with { IsTest = isTest }));
    }

    [Theory]
    [InlineData("auto", "kie fal replicate kling")]
    [InlineData("value", "kie fal replicate")]
    public void Within_a_tier_the_cheaper_one_goes_first(string choice, string order) => Assert.Equal(order, Order(Case(choice, Priced)));

    [Theory]
    [InlineData("", "kie fal replicate kling")]
    [InlineData("kie", "fal replicate kling kie")]
    [InlineData("kie fal replicate", "kling kie fal replicate")]
    [InlineData("kie fal replicate kling", "kie fal replicate kling")]
    public void Who_turned_the_task_away_is_asked_again_only_when_there_is_no_other(string turnedAway, string order)
    {
        foreach (var refusal in new[] { RefusalClass.Auth, RefusalClass.Balance, RefusalClass.Permission, RefusalClass.Outage, RefusalClass.NotReceived })
        {
            Assert.Equal(order, Order(Case("auto", Priced) with { Attempts = [.. Names(turnedAway).Select(name => Ended(name, AttemptState.Refused, refusal))] }));
        }
    }

    [Fact]
    public void A_provider_that_was_only_full_is_not_held_against_it() =>
        Assert.Equal("kie fal replicate kling", Order(Case("auto", Priced) with { Attempts = [Ended("kie", AttemptState.Refused, RefusalClass.Busy)] }));

    [Theory]
    [InlineData(AttemptState.Failed, null)]
    [InlineData(AttemptState.Refused, RefusalClass.Policy)]
    [InlineData(AttemptState.Refused, RefusalClass.Input)]
    public void A_provider_that_has_judged_the_task_is_not_asked_again(AttemptState state, RefusalClass? refusal)
    {
        var asked = Case("auto", Priced) with { Attempts = [Ended("kie", state, refusal)] };
        Assert.Equal("fal replicate kling", Order(asked));
        Assert.Equal([new ExcludedProvider("kie", "has tried it already")], Router.Rank(asked, Options).Excluded);
    }

    [Theory]
    [InlineData(CoolingCause.Balance, "has no credit left for us")]
    [InlineData(CoolingCause.Auth, "refuses our key")]
    [InlineData(CoolingCause.Permission, "does not let our key do this")]
    [InlineData(CoolingCause.Outage, "is out of order")]
    public void A_provider_that_cools_goes_last_and_the_reason_says_why(CoolingCause cause, string words)
    {
        var asked = Case("auto", Priced) with { Standings = Standing("kie", new ProviderStanding { Cooling = cause, CoolsUntil = House.Start.AddMinutes(5) }) };
        Assert.Equal("fal replicate kling kie", Order(asked));
        Assert.Equal(
            $"It is the first for 'auto': a partner provider at 0.28 USD. Passed over: kie {words} (until 09:31:53 UTC at least).",
            Router.Rank(asked, Options).Places[0].Reason);
    }

    [Fact]
    public void A_provider_that_is_only_full_for_a_moment_keeps_its_place() => Assert.Equal(
        "kie fal replicate kling",
        Order(Case("auto", Priced) with { Standings = Standing("kie", new ProviderStanding { Cooling = CoolingCause.Throttled, CoolsUntil = House.Start.AddSeconds(5) }) }));

    [Theory]
    [InlineData("auto", 1, "kie fal replicate kling")]
    [InlineData("auto", 3, "fal replicate kling kie")]
    [InlineData("value", 300, "kie fal replicate")]
    public void A_long_queue_is_worth_a_higher_price_unless_the_price_is_what_was_asked_for(string choice, int minutes, string order) =>
        Assert.Equal(order, Order(Case(choice, Priced) with { Standings = Standing("kie", new ProviderStanding { ExpectedWait = TimeSpan.FromMinutes(minutes) }) }));

    [Fact]
    public void Between_equals_the_shorter_queue_goes_first() =>
        Assert.Equal("kie replicate fal kling", Order(Case("auto", Priced) with { Standings = Standing("fal", new ProviderStanding { ExpectedWait = TimeSpan.FromSeconds(30) }) }));

    [Fact]
    public void A_provider_that_fails_most_of_its_tasks_goes_behind_the_others_of_its_tier()
    {
        var asked = Case("auto", Priced) with { Standings = Standing("kie", new ProviderStanding { SuccessRate = 0.25 }) };
        Assert.Equal("fal replicate kie kling", Order(asked));
        Assert.Contains("Passed over: kie has failed 75", Router.Rank(asked, Options).Places[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_reaches_only_the_providers_that_it_is_allowed_at_prices_that_it_allows()
    {
        var asked = Case("auto", Priced) with
        {
            Policy = new RoutingPolicy { AllowedProviders = ["kie", "fal", "kling"], PriceCeiling = Usd.FromDollars(0.30m) },
        };
        Assert.Equal("kie fal", Order(asked));
        Assert.Equal(
            [new ExcludedProvider("replicate", "is not allowed for this account"), new ExcludedProvider("kling", "charges 0.50 USD, more than the account's ceiling of 0.30 USD")],
            Router.Rank(asked, Options).Excluded);
        Assert.Equal("animatic", Order(asked with { IsTest = true, Providers = [new ScriptedProvider("animatic", "/nowhere", ProviderTier.Local)] }));
    }

    [Fact]
    public void What_is_held_is_the_price_of_the_dearest_provider_that_may_get_it()
    {
        Assert.Equal(Usd.FromDollars(0.50m), Router.MostItCanCost(Case("auto", Priced)));
        Assert.Equal(Usd.FromDollars(0.28m), Router.MostItCanCost(Case("value", Priced)));
        Assert.Equal(Usd.FromDollars(0.125m), Router.MostItCanCost(Case("kie", Priced)));
        Assert.Equal(Usd.FromDollars(0.28m), Router.MostItCanCost(Case("auto", Priced) with { Policy = new RoutingPolicy { PriceCeiling = Usd.FromDollars(0.40m) } }));
        Assert.Equal(Usd.Zero, Router.MostItCanCost(Case("nobody", Priced)));
        Assert.Equal(Usd.Zero, Router.MostItCanCost(Case("auto", Priced) with { IsTest = true }));
    }

    [Fact]
    public void A_strategy_passes_over_providers_that_object()
    {
        ImmutableArray<IVideoProvider> providers = [Taking("fal", 4, GenerationModes.All[0]), Taking("kie", 3, GenerationModes.All[2]), Taking("zeta", 2500, GenerationModes.All[2])];
        Assert.Equal("zeta", Order(Case("auto", providers)));
    }

    [Theory]
    [InlineData("auto", FailureCode.PromptTooLong, "kie takes prompts of at most 3 characters")]
    [InlineData("kie", FailureCode.PromptTooLong, "kie takes prompts of at most 3 characters")]
    [InlineData("fal", FailureCode.ModelUnavailable, "fal does not serve master-text-to-video")]
    [InlineData("official", FailureCode.ModelUnavailable, "No configured provider can take this task.")]
    public void When_all_object_the_failure_says_why(string choice, FailureCode code, string words)
    {
        var asked = Case(choice, [Taking("fal", 3, GenerationModes.All[0]), Taking("kie", 3, GenerationModes.All[2])]);
        var ranking = Router.Rank(asked, Options);
        Assert.Empty(ranking.Places);
        var failure = Router.WhyNone(asked, ranking);
        Assert.Equal(code, failure.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kling", "The request names it.")]
    [InlineData("official", "It is the only official provider for 'official', at 0.50 USD.")]
    [InlineData("value", "It is the first for 'value': a partner provider at 0.125 USD.")]
    public void The_reason_is_a_sentence_for_the_caller(string choice, string reason) =>
        Assert.Equal(reason, Router.Rank(Case(choice, Priced), Options).Places[0].Reason);

    [Fact]
    public void A_directory_lists_providers_by_name_and_knows_no_others()
    {
        var directory = new ProviderDirectory([new ScriptedProvider("kling", "/nowhere"), new ScriptedProvider("fal", "/nowhere")]);
        Assert.Equal(["fal", "kling"], directory.All.Select(provider => provider.Name));
        Assert.True(directory.TryGet("fal", out var fal));
        Assert.Equal("fal", fal.Name);
        Assert.False(directory.TryGet("Fal", out _));
    }

    private static string Order(RoutingCase asked) => string.Join(' ', Router.Rank(asked, Options).Places.Select(place => place.Provider.Name));

    private static RoutingCase Case(string choice, ImmutableArray<IVideoProvider> providers) =>
        new(House.NewTask().Request with { Provider = choice }, IsTest: false, RoutingPolicy.Default, providers);

    private static string[] Names(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static ImmutableDictionary<string, ProviderStanding> Standing(string provider, ProviderStanding standing) =>
        ImmutableDictionary<string, ProviderStanding>.Empty.Add(provider, standing);

    private static Attempt Ended(string provider, AttemptState state, RefusalClass? refusal) => new()
    {
        Id = new AttemptId("att_" + provider),
        Number = 1,
        Provider = provider,
        State = state,
        Refusal = refusal,
        FailCode = state == AttemptState.Failed ? FailureCode.GenerationFailed : null,
        PreparedAt = House.Start,
    };

    private static ScriptedProvider Selling(string name, decimal price, ProviderTier tier = ProviderTier.Partner) => new(name, "/nowhere", tier)
    {
        Facts = new ProviderFacts(tier, Slots: 4, OwnIdQueryable: true, FailureBills: false) { Prices = FlatPrices.Of(price) },
    };

    private static ScriptedProvider Taking(string name, int promptLengthMax, ModeRules mode) => new(name, "/nowhere")
    {
        Facts = new ProviderFacts(ProviderTier.Partner, Slots: 4, OwnIdQueryable: true, FailureBills: false) { PromptLengthMax = promptLengthMax, Modes = [mode.Mode] },
    };
}
