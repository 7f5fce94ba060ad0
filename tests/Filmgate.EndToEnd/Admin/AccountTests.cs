using System.Text.RegularExpressions;

namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(PausedGateway))]
public sealed partial class AccountTests(PausedGateway gateway)
{
    [Fact]
    public async Task An_account_is_made_shown_listed_and_changed()
    {
        var made = await gateway.AdminAsync("POST accounts", """
            {"name":"Trailer team","limits":{"requests_per_minute":600,"tasks_in_flight":20},"budget":{"total":250,"per_day":40.5,"per_month":0.000001}}
            """);

        Assert.Equal((200, "no-store"), (made.Status, made.CacheControl));
        var id = made.Text("id");
        Assert.Equal(
            $$$"""{"code":200,"message":"success","data":{"id":"{{{id}}}","name":"Trailer team","limits":{"requests_per_minute":600,"tasks_in_flight":20},"budget":{"total":250,"per_day":40.5,"per_month":0.000001},"routing":{"allowed_providers":null,"price_ceiling":null,"failover_on_policy":false,"queue_weight":1},"totals":{"spent":0,"spent_today":0,"spent_this_month":0,"held":0,"left":0.000001,"tasks_in_flight":0},"created_at":"TIME"}}""",
            Times().Replace(made.Body, "TIME"));
        Assert.Equal(made.Body, (await gateway.AdminAsync($"GET accounts/{id}")).Body);
        Assert.Contains((await gateway.AdminAsync("GET accounts")).Data.GetProperty("accounts").EnumerateArray(), account => account.GetProperty("id").GetString() == id);

        var changed = await gateway.AdminAsync($"PATCH accounts/{id}", """{"budget":{"per_day":null,"per_month":12.34},"limits":{"tasks_in_flight":0}}""");

        Assert.Equal(200, changed.Status);
        Assert.Contains("""
            "name":"Trailer team","limits":{"requests_per_minute":600,"tasks_in_flight":0},"budget":{"total":250,"per_day":null,"per_month":12.34}
            """.Trim(), changed.Body, StringComparison.Ordinal);
        Assert.Equal(changed.Body, (await gateway.AdminAsync($"GET accounts/{id}")).Body);
    }

    [Fact]
    public async Task An_account_without_settings_has_the_limits_of_the_task_api_and_a_hundred_dollars()
    {
        var made = await gateway.AdminAsync("POST accounts", """{"name":"x"}""");

        Assert.Contains("""
            "limits":{"requests_per_minute":10000,"tasks_in_flight":1000},"budget":{"total":100,"per_day":null,"per_month":null}
            """.Trim(), made.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_routing_policy_is_given_at_the_start_changed_in_part_and_taken_away()
    {
        var made = await gateway.AdminAsync("POST accounts", """
            {"name":"x","routing":{"allowed_providers":["animatic","animatic"],"price_ceiling":1.4,"failover_on_policy":true,"queue_weight":100}}
            """);
        Assert.Contains("""
            "routing":{"allowed_providers":["animatic"],"price_ceiling":1.4,"failover_on_policy":true,"queue_weight":100}
            """.Trim(), made.Body, StringComparison.Ordinal);
        var id = made.Text("id");
        Assert.Equal(made.Body, (await gateway.AdminAsync($"GET accounts/{id}")).Body);

        var changed = await gateway.AdminAsync($"PATCH accounts/{id}", """{"name":"y","routing":{"price_ceiling":0,"queue_weight":2}}""");
        Assert.Contains("""
            "routing":{"allowed_providers":["animatic"],"price_ceiling":0,"failover_on_policy":true,"queue_weight":2}
            """.Trim(), changed.Body, StringComparison.Ordinal);

        var free = await gateway.AdminAsync(
            $"PATCH accounts/{id}", """{"routing":{"allowed_providers":null,"price_ceiling":null,"failover_on_policy":false,"queue_weight":1}}""");
        Assert.Contains("""
            "routing":{"allowed_providers":null,"price_ceiling":null,"failover_on_policy":false,"queue_weight":1}
            """.Trim(), free.Body, StringComparison.Ordinal);
        Assert.Equal(free.Body, (await gateway.AdminAsync($"PATCH accounts/{id}", """{"routing":{"allowed_providers":[]}}""")).Body);
        Assert.Equal(free.Body, (await gateway.AdminAsync($"GET accounts/{id}")).Body);

        var changes = (await gateway.AdminAsync("GET audit")).Data.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("subject").GetString() == id)
            .Select(entry => entry.GetProperty("details").GetRawText())
            .ToList();
        Assert.Equal(
            [
                """{"routing.allowed_providers":{"from":["animatic"],"to":null},"routing.price_ceiling":{"from":0,"to":null},"routing.failover_on_policy":{"from":true,"to":false},"routing.queue_weight":{"from":2,"to":1}}""",
                """{"name":{"from":"x","to":"y"},"routing.price_ceiling":{"from":1.4,"to":0},"routing.queue_weight":{"from":100,"to":2}}""",
                """{"name":"x","limits":{"requests_per_minute":10000,"tasks_in_flight":1000},"budget":{"total":100,"per_day":null,"per_month":null},"routing":{"allowed_providers":["animatic"],"price_ceiling":1.4,"failover_on_policy":true,"queue_weight":100}}""",
            ],
            changes);
    }

    [Fact]
    public async Task Changes_of_different_settings_at_the_same_time_are_all_kept()
    {
        var id = await gateway.NewAccountAsync();

        await Task.WhenAll(
            gateway.AdminAsync($"PATCH accounts/{id}", """{"name":"new"}"""),
            gateway.AdminAsync($"PATCH accounts/{id}", """{"budget":{"total":7}}"""),
            gateway.AdminAsync($"PATCH accounts/{id}", """{"budget":{"per_day":3}}"""),
            gateway.AdminAsync($"PATCH accounts/{id}", """{"limits":{"tasks_in_flight":9}}"""),
            gateway.AdminAsync($"PATCH accounts/{id}", """{"routing":{"queue_weight":4}}"""));

        Assert.Contains("""
            "name":"new","limits":{"requests_per_minute":10000,"tasks_in_flight":9},"budget":{"total":7,"per_day":3,"per_month":null},"routing":{"allowed_providers":null,"price_ceiling":null,"failover_on_policy":false,"queue_weight":4}
            """.Trim(), (await gateway.AdminAsync($"GET accounts/{id}")).Body, StringComparison.Ordinal);
    }

    [GeneratedRegex("""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z""")]
    private static partial Regex Times();
}
