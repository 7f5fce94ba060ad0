namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(PausedGateway))]
public sealed class AuditTests(PausedGateway gateway)
{
    [Fact]
    public async Task Every_change_is_listed_in_order_with_who_did_it_and_nothing_that_was_not_done()
    {
        var (actor, admin) = await gateway.NewAdminKeyAsync();
        var account = (await gateway.AdminAsync("POST accounts", """{"name":"audited"}""", admin)).Text("id");
        await gateway.AdminAsync($"PATCH accounts/{account}", """{"budget":{"per_day":5}}""", admin);
        await gateway.AdminAsync($"PATCH accounts/{account}", """{"budget":{"per_day":5}}""", admin);
        await gateway.AdminAsync($"PATCH accounts/{account}", """{"budget":{"per_day":-5}}""", admin);
        var key = (await gateway.AdminAsync($"POST accounts/{account}/keys", """{"name":"k","kind":"test"}""", admin)).Text("id");
        var successor = (await gateway.AdminAsync($"POST keys/{key}/rotate", null, admin)).Text("id");
        await gateway.AdminAsync($"POST keys/{key}/revoke", null, admin);
        await gateway.AdminAsync($"POST keys/{key}/revoke", null, admin);
        var other = (await gateway.AdminAsync("POST keys", """{"name":"k"}""", admin)).Text("id");

        var entries = (await gateway.AdminAsync("GET audit")).Data.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("actor").GetString() == actor)
            .Reverse()
            .ToList();

        Assert.Equal(
            [
                ("account.create", account), ("account.update", account), ("key.create", key), ("key.rotate", key), ("key.revoke", key), ("key.create", other),
            ],
            entries.Select(entry => (entry.GetProperty("action").GetString()!, entry.GetProperty("subject").GetString()!)));
        Assert.Equal("""{"budget.per_day":{"from":null,"to":5}}""", entries[1].GetProperty("details").GetRawText());
        Assert.Equal(successor, entries[3].GetProperty("details").GetProperty("successor").GetString());
        var numbers = entries.Select(entry => entry.GetProperty("number").GetInt64()).ToList();
        Assert.Equal(numbers.Order(), numbers);
        Assert.All(entries, entry => Assert.InRange(
            entry.GetProperty("at").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public async Task The_first_start_is_its_first_entry()
    {
        var entry = (await gateway.AdminAsync("GET audit?before=2")).Data.GetProperty("entries").EnumerateArray().Single();

        Assert.Equal(("first start", "account.create"), (entry.GetProperty("actor").GetString(), entry.GetProperty("action").GetString()));
    }
}
