using System.Text.Json;

namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(PausedGateway))]
public sealed class AdmissionTests(PausedGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_budget_of_ten_clips_takes_exactly_ten_of_a_hundred_at_once()
    {
        var account = await gateway.NewAccountAsync(""","budget":{"total":14}""");
        var (_, secret) = await gateway.NewKeyAsync(account);

        var told = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => gateway.CreateAsync(secret)));

        Assert.Equal(10, told.Count(answer => answer.IsAccepted));
        Assert.Equal(0, (await gateway.BalanceAsync(secret)).Data.GetDecimal());
        var holds = (await gateway.AdminAsync($"GET accounts/{account}/ledger?limit=1000")).Data.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(10, holds.Count);
        Assert.All(holds, hold => Assert.Equal(("hold", 1.4m), (hold.GetProperty("kind").GetString(), hold.GetProperty("amount").GetDecimal())));
        Assert.Equal((14m, 14m, 0m, 10), await TotalsAsync(account));

        await gateway.AdminAsync($"PATCH accounts/{account}", """{"budget":{"total":15.4}}""");
        Assert.True((await gateway.CreateAsync(secret)).IsAccepted);
        Assert.False((await gateway.CreateAsync(secret)).IsAccepted);
        Assert.True((await gateway.AdminAsync("GET doctor")).Data.GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("per_day")]
    [InlineData("per_month")]
    public async Task The_limit_of_a_day_or_a_month_holds_beside_the_total(string limit)
    {
        var account = await gateway.NewAccountAsync($$""","budget":{"total":100,"{{limit}}":2.8}""");
        var (_, secret) = await gateway.NewKeyAsync(account);

        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => gateway.CreateAsync(secret)));

        Assert.Equal(2, told.Count(answer => answer.IsAccepted));
        Assert.Equal((2.8m, 2.8m, 0m, 2), await TotalsAsync(account));
    }

    [Fact]
    public async Task A_cap_of_a_thousand_tasks_takes_exactly_a_thousand_of_twelve_hundred_at_once()
    {
        var account = await gateway.NewAccountAsync(""","limits":{"tasks_in_flight":1000},"budget":{"total":0}""");
        var (_, secret) = await gateway.NewKeyAsync(account, "test");
        var accepted = 0;

        await Parallel.ForAsync(0, 1200, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Ct }, async (_, _) =>
        {
            if ((await gateway.CreateAsync(secret)).IsAccepted)
            {
                Interlocked.Increment(ref accepted);
            }
        });

        Assert.Equal(1000, accepted);
        Assert.Equal((0m, 0m, 0m, 1000), await TotalsAsync(account));
    }

    [Fact]
    public async Task The_ledger_is_read_page_by_page()
    {
        var account = await gateway.NewAccountAsync();
        var (_, secret) = await gateway.NewKeyAsync(account);
        for (var i = 0; i < 5; i++)
        {
            await gateway.CreateAsync(secret);
        }

        var numbers = new List<long>();
        var next = "";
        do
        {
            var page = (await gateway.AdminAsync($"GET accounts/{account}/ledger?limit=2{next}")).Data;
            numbers.AddRange(page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("number").GetInt64()));
            next = page.GetProperty("next_before") is { ValueKind: JsonValueKind.Number } before ? $"&before={before}" : "";
        }
        while (next.Length > 0);

        Assert.Equal(5, numbers.Count);
        Assert.Equal(numbers.OrderDescending(), numbers);
    }

    private async Task<(decimal Spent, decimal Held, decimal Left, int InFlight)> TotalsAsync(string account)
    {
        var totals = (await gateway.AdminAsync($"GET accounts/{account}")).Data.GetProperty("totals");
        return (Of("spent"), Of("held"), Of("left"), totals.GetProperty("tasks_in_flight").GetInt32());

        decimal Of(string name) => totals.GetProperty(name).GetDecimal();
    }
}
