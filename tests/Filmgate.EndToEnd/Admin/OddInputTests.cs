namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(PausedGateway))]
public sealed class OddInputTests(PausedGateway gateway)
{
    private static readonly string TooLongName = $$"""{"name":"{{new string('n', 101)}}"}""";

    private static readonly string TooManyProviders =
        $$"""{"name":"a","routing":{"allowed_providers":[{{string.Join(',', Enumerable.Repeat("\"animatic\"", 101))}}] } }""";

    /// <summary>What is sent, and the beginning of what is answered; ACCOUNT and KEY stand for ids that exist.</summary>
    private static readonly (string MethodAndPath, string? Body, int Status, string Beginning)[] Rows =
    [
        ("POST accounts", "", 400, "body is required: a JSON object"),
        ("POST accounts", "{", 400, "body must be valid JSON"),
        ("POST accounts", "[]", 400, "body must be a JSON object, got []"),
        ("POST accounts", "null", 400, "body must be a JSON object, got null"),
        ("POST accounts", """{"name":"a","name":"b"}""", 400, "body must name each field once, got name twice"),
        ("POST accounts", "{}", 400, "name is required: a text of 1 to 100 characters"),
        ("POST accounts", """{"name":null}""", 400, "name must be a text of 1 to 100 characters"),
        ("POST accounts", """{"name":7}""", 400, "name must be a text"),
        ("POST accounts", """{"name":"   "}""", 400, "name must be a text"),
        ("POST accounts", """{"name":"a\u0007b"}""", 400, "name must be a text"),
        ("POST accounts", """{"name":"\ud800"}""", 400, "name must be a text"),
        ("POST accounts", TooLongName, 400, "name must be a text"),
        ("POST accounts", """{"name":"a","Name":"b"}""", 400, "body has only the fields name, limits, budget, routing, got Name"),
        ("POST accounts", """{"name":"a","budget":5}""", 400, "budget must be an object, got 5"),
        ("POST accounts", """{"name":"a","budget":{"perday":5}}""", 400, "budget has only the fields total, per_day, per_month, got perday"),
        ("POST accounts", """{"name":"a","budget":{"total":-1}}""", 400, "budget.total must be an amount in USD from 0 to 1000000000 with at most 6 decimals, got -1"),
        ("POST accounts", """{"name":"a","budget":{"total":null}}""", 400, "budget.total must be an amount in USD"),
        ("POST accounts", """{"name":"a","budget":{"total":"5"}}""", 400, "budget.total must be an amount in USD"),
        ("POST accounts", """{"name":"a","budget":{"total":0.0000001}}""", 400, "budget.total must be an amount in USD"),
        ("POST accounts", """{"name":"a","budget":{"total":1e-40}}""", 400, "budget.total must be an amount in USD"),
        ("POST accounts", """{"name":"a","budget":{"total":1e400}}""", 400, "budget.total must be an amount in USD"),
        ("POST accounts", """{"name":"a","budget":{"total":1000000000.000001}}""", 400, "budget.total must be an amount in USD"),
        ("POST accounts", """{"name":"a","routing":"fal"}""", 400, "routing must be an object, got \"fal\""),
        ("POST accounts", """{"name":"a","routing":{"providers":[]}}""", 400, "routing has only the fields allowed_providers, price_ceiling, failover_on_policy, queue_weight, got providers"),
        ("POST accounts", """{"name":"a","routing":{"allowed_providers":"animatic"}}""", 400, "routing.allowed_providers must be a list of at most 100 names of providers, or null for all of them, got \"animatic\""),
        ("POST accounts", """{"name":"a","routing":{"allowed_providers":["animatic","nobody"]}}""", 400, "routing.allowed_providers[1] must be the name of a configured provider; there are animatic, got \"nobody\""),
        ("POST accounts", """{"name":"a","routing":{"allowed_providers":["Animatic"]}}""", 400, "routing.allowed_providers[0] must be the name of a configured provider"),
        ("POST accounts", """{"name":"a","routing":{"allowed_providers":[""]}}""", 400, "routing.allowed_providers[0] must be the name of a configured provider"),
        ("POST accounts", """{"name":"a","routing":{"allowed_providers":["animatic,animatic"]}}""", 400, "routing.allowed_providers[0] must be the name of a configured provider"),
        ("POST accounts", """{"name":"a","routing":{"allowed_providers":[null]}}""", 400, "routing.allowed_providers[0] must be the name of a configured provider"),
        ("POST accounts", TooManyProviders, 400, "routing.allowed_providers must be a list of at most 100 names"),
        ("POST accounts", """{"name":"a","routing":{"price_ceiling":-0.5}}""", 400, "routing.price_ceiling must be an amount in USD from 0 to 1000000000 with at most 6 decimals, or null for no limit, got -0.5"),
        ("POST accounts", """{"name":"a","routing":{"price_ceiling":"1"}}""", 400, "routing.price_ceiling must be an amount in USD"),
        ("POST accounts", """{"name":"a","routing":{"failover_on_policy":"yes"}}""", 400, "routing.failover_on_policy must be true or false, got \"yes\""),
        ("POST accounts", """{"name":"a","routing":{"failover_on_policy":null}}""", 400, "routing.failover_on_policy must be true or false, got null"),
        ("POST accounts", """{"name":"a","routing":{"queue_weight":0}}""", 400, "routing.queue_weight must be a whole number from 1 to 100, got 0"),
        ("POST accounts", """{"name":"a","routing":{"queue_weight":101}}""", 400, "routing.queue_weight must be a whole number from 1 to 100, got 101"),
        ("POST accounts", """{"name":"a","routing":{"queue_weight":null}}""", 400, "routing.queue_weight must be a whole number"),
        ("PATCH accounts/ACCOUNT", """{"routing":{"allowed_providers":["nobody"]}}""", 400, "routing.allowed_providers[0] must be the name of a configured provider"),
        ("POST accounts", """{"name":"a","limits":{"tasks_in_flight":1.5}}""", 400, "limits.tasks_in_flight must be a whole number from 0 to 1000000, got 1.5"),
        ("POST accounts", """{"name":"a","limits":{"tasks_in_flight":-1}}""", 400, "limits.tasks_in_flight must be a whole number"),
        ("POST accounts", """{"name":"a","limits":{"requests_per_minute":0}}""", 400, "limits.requests_per_minute must be a whole number from 1 to 10000000, got 0"),
        ("PATCH accounts/ACCOUNT", "{}", 400, "body must hold at least one of name, limits, budget, routing"),
        ("PATCH accounts/ACCOUNT", """{"id":"acc_other"}""", 400, "body has only the fields name, limits, budget, routing, got id"),
        ("PATCH accounts/acc_nobody", """{"name":"a"}""", 404, "There is no account 'acc_nobody'"),
        ("DELETE accounts/ACCOUNT", null, 405, "The method DELETE is not allowed here; use GET, PATCH."),
        ("GET accounts/acc_nobody", null, 404, "There is no account 'acc_nobody'"),
        ("GET accounts/%27%20OR%201=1--", null, 404, "There is no account '' OR 1=1--'"),
        ("GET accounts/acc_nobody/keys", null, 404, "There is no account 'acc_nobody'"),
        ("POST accounts/acc_nobody/keys", """{"name":"a","kind":"live"}""", 404, "There is no account 'acc_nobody'"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a"}""", 400, "kind is required and must be live or test"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"admin"}""", 400, "kind must be live or test; admin keys are made at POST /admin/v1/keys, got \"admin\""),
        ("POST accounts/ACCOUNT/keys", """{"kind":"live"}""", 400, "name is required"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","expires_at":"2001-01-01T00:00:00Z"}""", 400, "expires_at must be a time to come"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","expires_at":"2099-01-01T00:00:00"}""", 400, "expires_at must be a time to come with its offset"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","expires_at":"2099-01-01"}""", 400, "expires_at must be a time to come"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","expires_at":4070908800000}""", 400, "expires_at must be a time to come"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","expires_at":"9999-12-31T23:59:59-14:00"}""", 400, "expires_at must be a time to come"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","allowed_networks":[]}""", 400, "allowed_networks must be a list of 1 to 64 networks"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","allowed_networks":"10.0.0.0/8"}""", 400, "allowed_networks must be a list"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","allowed_networks":["10.0.0.0/8",7]}""", 400, "allowed_networks[1] must be one network"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","allowed_networks":["10.0.0.1/8"]}""", 400, "allowed_networks[0] is refused: \"10.0.0.1/8\" has bits set"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","allowed_networks":["10.0.0.0/8,127.0.0.0/8"]}""", 400, "allowed_networks[0] must be one network"),
        ("POST accounts/ACCOUNT/keys", """{"name":"a","kind":"live","allowed_networks":[""]}""", 400, "allowed_networks[0] must be one network"),
        ("POST keys", """{"name":"a","kind":"live"}""", 400, "kind must be admin; live and test keys are made at POST /admin/v1/accounts/ID/keys"),
        ("GET keys?kind=live", null, 400, "kind must be admin; the keys of an account are listed at /admin/v1/accounts/ID/keys, got live"),
        ("GET keys/key_nobody", null, 404, "There is no key 'key_nobody'"),
        ("POST keys/key_nobody/revoke", null, 404, "There is no key 'key_nobody'"),
        ("POST keys/key_nobody/rotate", "{}", 404, "There is no key 'key_nobody'"),
        ("POST keys/KEY/rotate", """{"overlap_seconds":-1}""", 400, "overlap_seconds must be a whole number from 0 to 604800, got -1"),
        ("POST keys/KEY/rotate", """{"overlap_seconds":604801}""", 400, "overlap_seconds must be a whole number"),
        ("POST keys/KEY/rotate", """{"overlap":5}""", 400, "body has only the fields overlap_seconds, expires_at, got overlap"),
        ("GET accounts/ACCOUNT/ledger?limit=0", null, 400, "limit must be a whole number from 1 to 1000, got 0"),
        ("GET accounts/ACCOUNT/ledger?limit=1001", null, 400, "limit must be a whole number"),
        ("GET accounts/ACCOUNT/ledger?before=x", null, 400, "before must be the number of an entry"),
        ("GET accounts/acc_nobody/ledger", null, 404, "There is no account 'acc_nobody'"),
        ("GET audit?limit=5&limit=6", null, 400, "limit must be given once, got 5,6"),
        ("GET audit?before=99999999999999999999", null, 400, "before must be the number of an entry"),
        ("GET audit?after=5", null, 400, "query has only the parameters before, limit, got after"),
        ("GET spend?from=yesterday", null, 400, "from must be a day such as 2026-01-31, got yesterday"),
        ("GET spend?to=2026-02-30", null, 400, "to must be a day"),
        ("GET spend?to=9999-12-31", null, 400, "to must be a day"),
        ("GET spend?from=2026-02-02&to=2026-02-01", null, 400, "from must not lie after to, got 2026-02-02"),
        ("GET spend?format=xml", null, 400, "format must be json or csv, got xml"),
        ("GET spend?account=acc_nobody", null, 400, "account must be the id of an account; GET /admin/v1/accounts lists them, got acc_nobody"),
        ("GET attempts?unconfirmed=no", null, 400, "unconfirmed must be true or stand alone; only attempts whose charge nobody knows are listed here, got no"),
        ("GET attempts?before=2026-01-31", null, 400, "before must be a time with its offset, such as 2026-01-31T12:00:00Z, got 2026-01-31"),
        ("GET attempts?limit=1001", null, 400, "limit must be a whole number from 1 to 1000, got 1001"),
        ("GET attempts?account=x", null, 400, "query has only the parameters unconfirmed, provider, before, limit, got account"),
        ("POST attempts/att_nobody/resolve", """{"as":"billed"}""", 404, "There is no attempt 'att_nobody'; GET /admin/v1/attempts?unconfirmed lists those whose charge nobody knows."),
        ("POST attempts/att_nobody/resolve", "{}", 400, "as is required and must be billed or unbilled"),
        ("POST attempts/att_nobody/resolve", """{"as":"free"}""", 400, "as must be billed or unbilled, got \"free\""),
        ("POST attempts/att_nobody/resolve", """{"as":"billed","amount":0}""", 400, "amount goes with \"as\": \"billed\" and is more than 0; what cost nothing is \"unbilled\""),
        ("POST attempts/att_nobody/resolve", """{"as":"unbilled","amount":1}""", 400, "amount goes with \"as\": \"billed\""),
        ("POST attempts/att_nobody/resolve", """{"as":"billed","amount":-1}""", 400, "amount must be an amount in USD from 0 to 1000 with at most 6 decimals, got -1"),
        ("POST attempts/att_nobody/resolve", """{"as":"billed","amount":1000.01}""", 400, "amount must be an amount in USD from 0 to 1000"),
        ("POST attempts/att_nobody/resolve", """{"as":"billed","amount":null}""", 400, "amount must be an amount in USD"),
        ("POST attempts/att_nobody/resolve", """{"as":"billed","price":1}""", 400, "body has only the fields as, amount, got price"),
        ("POST attempts/resolve", """{"as":"billed"}""", 400, "provider is required: the name of a provider"),
        ("POST attempts/resolve", """{"as":"billed","provider":""}""", 400, "provider must be the name of a provider, got \"\""),
        ("POST attempts/resolve", """{"as":"billed","provider":"fal","amount":1}""", 400, "body has only the fields as, provider, before, got amount"),
        ("POST attempts/resolve", """{"as":"billed","provider":"fal","before":"yesterday"}""", 400, "before must be a time with its offset, such as 2026-01-31T12:00:00Z, got \"yesterday\""),
        ("GET attempts/att_nobody/resolve", null, 405, "The method GET is not allowed here; use POST."),
        ("POST doctor", "{}", 405, "The method POST is not allowed here; use GET."),
        ("GET nothing", null, 404, "There is nothing at this address."),
    ];

    [Fact]
    public async Task Bad_input_gets_an_answer_that_names_field_value_and_way_out()
    {
        var account = await gateway.NewAccountAsync();
        var (key, _) = await gateway.NewKeyAsync(account);
        var before = (await gateway.AdminAsync("GET audit")).Body;
        var wrong = new List<string>();
        foreach (var (methodAndPath, body, status, beginning) in Rows)
        {
            var told = await gateway.AdminAsync(
                methodAndPath.Replace("ACCOUNT", account, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal), body);
            if (told.Status != status || !told.Message.StartsWith(beginning, StringComparison.Ordinal)
                || told.Data.GetProperty("error").GetString() != told.Message)
            {
                wrong.Add($"{methodAndPath} {body} -> {told.Status} {told.Body}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, (await gateway.AdminAsync("GET audit")).Body);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var told = await gateway.AdminAsync("POST accounts", """{"name":"","budget":{"total":-5},"limits":{"tasks_in_flight":"many"}}""");

        Assert.Equal(
            ["name", "limits.tasks_in_flight", "budget.total"],
            told.Data.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        var told = await gateway.AdminAsync("POST accounts", $$"""{"name":"{{new string('n', 70_000)}}"}""");

        Assert.Equal((413, "The body must be at most 65536 bytes."), (told.Status, told.Message));
    }
}
