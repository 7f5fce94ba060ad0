using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;

namespace Filmgate.Model.Tests.Accounts;

public sealed class RoutingPolicyTests
{
    [Fact]
    public void An_account_without_a_policy_may_use_every_provider_at_any_price_with_one_share_of_the_queue()
    {
        var account = new Account(new AccountId("acc_1"), "first", AccountLimits.Default, new Budget(Usd.Zero), DateTimeOffset.UnixEpoch);
        Assert.Equal(RoutingPolicy.Default, account.Routing);
        Assert.True(account.Routing.Allows("kling"));
        Assert.True(account.Routing.Affords(new Usd(long.MaxValue)));
        Assert.False(account.Routing.FailsOverOnPolicy);
        Assert.Equal(1, account.Routing.QueueWeight);
    }

    [Fact]
    public void Only_listed_providers_are_allowed_and_names_count_letter_by_letter()
    {
        var policy = new RoutingPolicy { AllowedProviders = ["kling", "fal"] };
        Assert.True(policy.Allows("fal"));
        Assert.True(policy.Allows("kling"));
        Assert.False(policy.Allows("kling-b"));
        Assert.False(policy.Allows("Kling"));
    }

    [Fact]
    public void A_price_at_the_ceiling_is_paid_and_one_above_it_is_not()
    {
        var policy = new RoutingPolicy { PriceCeiling = new Usd(280_000) };
        Assert.True(policy.Affords(new Usd(280_000)));
        Assert.False(policy.Affords(new Usd(280_001)));
    }

    [Fact]
    public void A_ceiling_of_nothing_leaves_what_is_free()
    {
        var policy = new RoutingPolicy { PriceCeiling = Usd.Zero };
        Assert.True(policy.Affords(Usd.Zero));
        Assert.False(policy.Affords(new Usd(1)));
    }

    [Fact]
    public void Policies_that_decide_alike_are_equal_however_their_lists_were_written()
    {
        var policy = new RoutingPolicy { AllowedProviders = ["kling", "fal"] };
        var same = new RoutingPolicy { AllowedProviders = ["fal", "kling", "fal"] };
        Assert.Equal(policy, same);
        Assert.Equal(policy.GetHashCode(), same.GetHashCode());
        Assert.Equal(RoutingPolicy.Default, new RoutingPolicy { AllowedProviders = default });
    }

    [Fact]
    public void Policies_that_differ_in_one_thing_are_not_equal()
    {
        var policy = new RoutingPolicy { AllowedProviders = ["fal"] };
        RoutingPolicy[] others =
        [
            policy with { AllowedProviders = ["fal", "kling"] },
            policy with { AllowedProviders = ["kie"] },
            policy with { AllowedProviders = [] },
            policy with { PriceCeiling = Usd.Zero },
            policy with { FailsOverOnPolicy = true },
            policy with { QueueWeight = 2 },
        ];
        Assert.All(others, other => Assert.NotEqual(policy, other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    public void A_weight_out_of_its_range_is_an_error(int weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoutingPolicy { QueueWeight = weight });

    [Fact]
    public void A_ceiling_below_nothing_is_an_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoutingPolicy { PriceCeiling = new Usd(-1) });
}
