namespace Filmgate.EndToEnd.Providers;

/// <summary>
/// The rules about money where the operator is less patient than we are by default, and has said of his vendors who bills failures: the same houses
/// as those of <see cref="MoneyRulesTests"/>, with other settings in front.
/// </summary>
public sealed class ImpatientRulesTests(ImpatientRulesTests.ImpatientHouses houses) : IClassFixture<ImpatientRulesTests.ImpatientHouses>
{
    private const string NeverPosts = "openai-videos";

    public static TheoryData<string> Dialects => [.. MoneyRulesTests.Houses.All.Select(house => house.Dialect)];

    public static TheoryData<string> NotFindable => MoneyRulesTests.NotFindable;

    /// <summary>Those where not even a list shows what was taken.</summary>
    public static TheoryData<string> NotListed => [.. MoneyRulesTests.NotFindable.Select(row => row.Data).Except(["replicate"])];

    [Theory(Explicit = true)]
    [MemberData(nameof(NotFindable))]
    public async Task What_nobody_can_prove_is_submitted_again_where_the_operator_wants_that_and_both_prices_are_kept(string dialect)
    {
        var task = await houses.EndAsync(dialect, MoneyRulesTests.Case.Resubmitted);
        Assert.Equal("success", task.State);
        Assert.Equal(["abandoned", "completed"], task.Attempts);
        Assert.True(task.Unconfirmed > 0, task.Data.ToString());
        Assert.Equal(["success"], await houses.BookAsync(dialect, MoneyRulesTests.Case.Resubmitted));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(NotListed))]
    public async Task A_vendor_that_had_it_all_the_same_is_paid_twice_and_says_so_where_it_posts(string dialect)
    {
        var task = await houses.EndAsync(dialect, MoneyRulesTests.Case.PaidTwice);
        Assert.Equal("success", task.State);
        Assert.Equal(["abandoned", "completed"], task.Attempts);
        Assert.Equal(["success", "success"], await houses.BookAsync(dialect, MoneyRulesTests.Case.PaidTwice));
        if (dialect == NeverPosts)
        {
            Assert.Equal((0, true), (task.Costs[0], task.Unconfirmed > 0));
            return;
        }

        task = await houses.BecomesAsync(dialect, MoneyRulesTests.Case.PaidTwice, seen => seen.Unconfirmed == 0);
        Assert.Equal(task.Costs[1], task.Costs[0]);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Dialects))]
    public async Task A_failure_that_is_free_goes_to_the_next_vendor_and_one_that_may_be_billed_goes_nowhere(string dialect)
    {
        var task = await houses.EndAsync(dialect, MoneyRulesTests.Case.FreeAndBilledFailure);
        Assert.Equal(("failed", "GENERATION_FAILED"), (task.State, task.FailCode));
        Assert.Equal(["failed", "failed"], task.Attempts);
        Assert.Equal(["a", "b"], task.Providers);

        // The price of the second alone.
        Assert.Equal((0, 0.11m), (task.Cost, task.Unconfirmed));
        Assert.Equal(["failed", "failed"], await houses.BookAsync(dialect, MoneyRulesTests.Case.FreeAndBilledFailure));
    }

    /// <summary>What stays unknown is submitted again after five seconds, and only the first vendor's failures are free.</summary>
    public sealed class ImpatientHouses : MoneyRulesTests.Houses
    {
        /// <inheritdoc/>
        protected override IEnumerable<(string Name, string Value)> Settings =>
        [
            ("Filmgate__Routing__UnknownDeadline", "00:00:05"), ("Filmgate__Routing__WhenUnknown", "resubmit"),
            .. from name in new[] { "a", "b", "c", "d", "e" } select ($"Filmgate__Providers__{name}__BillsFailures", name == "a" ? "false" : "true"),
        ];

        /// <inheritdoc/>
        private protected override IEnumerable<MoneyRulesTests.Case> KindsOf(string dialect) => dialect is "filmgate" or "kling"
            ? [MoneyRulesTests.Case.FreeAndBilledFailure]
            : [MoneyRulesTests.Case.Resubmitted, MoneyRulesTests.Case.PaidTwice, MoneyRulesTests.Case.FreeAndBilledFailure];
    }
}
