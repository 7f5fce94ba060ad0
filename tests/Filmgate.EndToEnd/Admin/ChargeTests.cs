namespace Filmgate.EndToEnd.Admin;

/// <summary>Charges that nobody knows: found, decided by the administrator, booked and on record.</summary>
[Collection(nameof(ChargeGateway))]
public sealed class ChargeTests(ChargeGateway gateway)
{
    [Fact]
    public async Task Unconfirmed_charges_are_listed_with_what_helps_to_look_them_up()
    {
        var attempt = gateway.Take("kling");

        var listed = (await gateway.AdminAsync("GET attempts?unconfirmed&provider=kling")).Data;

        var found = Assert.Single(listed.GetProperty("attempts").EnumerateArray(), entry => entry.GetProperty("id").GetString() == attempt.Id);
        Assert.Equal(
            $$"""{"id":"{{attempt.Id}}","task_id":"{{attempt.Task}}","account_id":"{{attempt.Account}}","provider":"kling","upstream_id":null,"amount":1.4,"reason":"Nobody knows whether it was taken.","since":"{{attempt.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""",
            found.GetRawText());
        Assert.DoesNotContain(attempt.Id, (await gateway.AdminAsync("GET attempts?provider=nobody")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(
            attempt.Id, (await gateway.AdminAsync($"GET attempts?before={attempt.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")).Body, StringComparison.Ordinal);
        var first = (await gateway.AdminAsync("GET attempts?unconfirmed=true&limit=1")).Data;
        Assert.Equal((1, true), (first.GetProperty("attempts").GetArrayLength(), first.GetProperty("more").GetBoolean()));
    }

    [Fact]
    public async Task What_was_billed_is_settled_once_and_is_on_record()
    {
        var attempt = gateway.Take("kling");
        var before = await TotalsAsync(attempt.Account);

        var told = await gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", """{"as":"billed"}""");

        Assert.Equal(
            $$"""{"id":"{{attempt.Id}}","task_id":"{{attempt.Task}}","account_id":"{{attempt.Account}}","provider":"kling","as":"billed","charged":1.4,"task_cost":1.4,"task_settled":true}""",
            told.Data.GetRawText());
        var after = await TotalsAsync(attempt.Account);
        Assert.Equal((before.Held - ChargeGateway.Held, before.Spent), (after.Held, after.Spent));
        Assert.Equal(["settle 0", "hold 1.4"], await LedgerAsync(attempt));
        Assert.Equal(1.4m, (await gateway.SendAsync("GET", $"/api/v1/tasks/{attempt.Task}", null, attempt.Key)).Data.GetProperty("cost").GetDecimal());
        Assert.DoesNotContain($"\"{attempt.Id}\"", (await gateway.AdminAsync("GET attempts?limit=1000")).Body, StringComparison.Ordinal);
        Assert.Equal(
            $$"""{"account":"{{attempt.Account}}","task":"{{attempt.Task}}","provider":"kling","as":"billed","unconfirmed":1.4,"charged":1.4}""",
            Assert.Single(await AuditAsync(attempt.Id)));

        // :: A decision is final, and the books agree.
        var again = await gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", """{"as":"unbilled"}""");
        Assert.Equal(409, again.Status);
        Assert.StartsWith("What this attempt was charged was decided at 20", again.Message, StringComparison.Ordinal);
        Assert.EndsWith(": 1.40 USD. A decision is final.", again.Message, StringComparison.Ordinal);
        Assert.Single(await AuditAsync(attempt.Id));
        Assert.True((await gateway.AdminAsync("GET doctor")).Data.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task What_was_not_billed_is_given_back()
    {
        var attempt = gateway.Take("kling");
        var before = await TotalsAsync(attempt.Account);

        var told = await gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", """{"as":"unbilled"}""");

        Assert.Equal(("unbilled", 0m), (told.Text("as"), told.Data.GetProperty("charged").GetDecimal()));
        var after = await TotalsAsync(attempt.Account);
        Assert.Equal((before.Held - ChargeGateway.Held, before.Spent - ChargeGateway.Held), (after.Held, after.Spent));
        Assert.Equal(["release -1.4", "hold 1.4"], await LedgerAsync(attempt));
    }

    [Theory]
    [InlineData("0.000001", "settle -1.399999")]
    [InlineData("2.5", "settle 1.1")]
    public async Task Another_amount_than_was_held_can_have_been_billed(string amount, string settlement)
    {
        var attempt = gateway.Take("kling");

        var told = await gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", $$"""{"as":"billed","amount":{{amount}}}""");

        Assert.Equal(200, told.Status);
        Assert.Equal([settlement, "hold 1.4"], await LedgerAsync(attempt));
        Assert.True((await gateway.AdminAsync("GET doctor")).Data.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Of_two_administrators_who_decide_at_once_one_is_told_that_it_is_decided()
    {
        var attempt = gateway.Take("kling");

        var told = await Task.WhenAll(
            gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", """{"as":"billed"}"""),
            gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", """{"as":"unbilled"}"""));

        Assert.Equal([200, 409], told.Select(answer => answer.Status).Order());
        Assert.Single(await AuditAsync(attempt.Id));
    }

    [Theory]
    [InlineData(ChargeGateway.Waiting, "This attempt is still waited for; its charge is not open to a decision before it has ended.")]
    [InlineData(ChargeGateway.Refusing, "It is known what this attempt was charged: 0.00 USD. There is nothing to decide.")]
    public async Task What_is_waited_for_or_known_is_not_open_to_a_decision(string provider, string why)
    {
        var attempt = gateway.Take(provider);

        var told = await gateway.AdminAsync($"POST attempts/{attempt.Id}/resolve", """{"as":"billed"}""");

        Assert.Equal((409, why), (told.Status, told.Message));
        Assert.Empty(await AuditAsync(attempt.Id));
    }

    [Fact]
    public async Task The_charges_at_a_provider_up_to_a_time_are_decided_at_once()
    {
        var (first, second, third) = (gateway.Take("gone"), gateway.Take("gone"), gateway.Take("gone"));

        var told = await gateway.AdminAsync(
            "POST attempts/resolve", $$"""{"as":"billed","provider":"gone","before":"{{third.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""");

        Assert.Equal([first.Id, second.Id], told.Data.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("id").GetString()));
        Assert.Equal((2.8m, false), (told.Data.GetProperty("charged").GetDecimal(), told.Data.GetProperty("more").GetBoolean()));
        Assert.Equal(["settle 0", "hold 1.4"], await LedgerAsync(second));
        Assert.Single(await AuditAsync(first.Id));
        Assert.Single(await AuditAsync(second.Id));
        Assert.Empty(await AuditAsync(third.Id));

        var rest = await gateway.AdminAsync("POST attempts/resolve", """{"as":"unbilled","provider":"gone"}""");
        Assert.Equal([third.Id], rest.Data.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("id").GetString()));
        Assert.Equal(["release -1.4", "hold 1.4"], await LedgerAsync(third));
    }

    [Fact]
    public async Task Charges_are_looked_up_and_decided_from_the_command_line()
    {
        var attempt = gateway.Take("kling");

        var list = await gateway.RunAsync("tasks", "unconfirmed", "--provider", "kling");
        Assert.Equal((0, ""), (list.Code, list.Error));
        Assert.Contains(list.Out.Split('\n'), line => line.StartsWith(attempt.Id, StringComparison.Ordinal) && line.Contains(" 1.40 ", StringComparison.Ordinal));

        var resolved = await gateway.RunAsync("tasks", "resolve", attempt.Id, "--as", "billed", "--amount", "0.98");
        Assert.Equal((0, ""), (resolved.Code, resolved.Error));
        Assert.EndsWith("task cost  0.98 USD, settled\n", resolved.Out, StringComparison.Ordinal);

        var again = await gateway.RunAsync("tasks", "resolve", attempt.Id, "--as", "billed");
        Assert.Equal((1, ""), (again.Code, again.Out));
        Assert.EndsWith("A decision is final. (HTTP 409)\n", again.Error, StringComparison.Ordinal);
    }

    private async Task<(decimal Held, decimal Spent)> TotalsAsync(string account)
    {
        var totals = (await gateway.AdminAsync($"GET accounts/{account}")).Data.GetProperty("totals");
        return (totals.GetProperty("held").GetDecimal(), totals.GetProperty("spent").GetDecimal());
    }

    // Newest first.
    private async Task<List<string>> LedgerAsync(Undecided attempt) =>
    [
        .. (await gateway.AdminAsync($"GET accounts/{attempt.Account}/ledger?limit=1000")).Data.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("task_id").GetString() == attempt.Task)
            .Select(entry => $"{entry.GetProperty("kind").GetString()} {entry.GetProperty("amount").GetRawText()}"),
    ];

    private async Task<List<string>> AuditAsync(string attempt) =>
    [
        .. (await gateway.AdminAsync("GET audit?limit=1000")).Data.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("subject").GetString() == attempt && entry.GetProperty("action").GetString() == "attempt.resolve")
            .Select(entry => entry.GetProperty("details").GetRawText()),
    ];
}
