using System.Text.Json.Nodes;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Model.Accounts;
using static Filmgate.Dialects.Http.Shape;

namespace Filmgate.Server.Admin;

/// <summary>The shapes of the admin API's bodies and answers, for its OpenAPI document. A test holds real ones against them.</summary>
internal static class AdminSchemas
{
    /// <summary>Names of the shapes.</summary>
    public const string
        Account = "Account", Accounts = "Accounts", NewAccount = "NewAccount", AccountChange = "AccountChange", Key = "Key", Keys = "Keys", NewKey = "NewKey",
        NewAdminKey = "NewAdminKey", IssuedKey = "IssuedKey", RotatedKey = "RotatedKey", Rotation = "Rotation", Ledger = "LedgerPage", Spend = "SpendReport",
        Audit = "AuditPage", Unconfirmed = "UnconfirmedAttempts", Resolution = "Resolution", Resolved = "ResolvedAttempt", ResolutionOfAll = "ResolutionOfAll",
        ResolvedAll = "ResolvedAttempts", Diagnosis = "Diagnosis", Any = "Document", Failure = "Failure";

    private const string SecretShown = "The key itself, shown this once.";

    /// <summary>All shapes by name.</summary>
    public static JsonObject All() => new()
    {
        [NewAccount] = Body(new("name", Name()), Optional("limits", Limits()), Optional("budget", Budget()), Optional("routing", Routing())),
        [AccountChange] = Body(Optional("name", Name()), Optional("limits", Limits()), Optional("budget", Budget()), Optional("routing", Routing())),
        [Account] = Fields(
            new("id", Text()),
            new("name", Text()),
            new("limits", Fields(new("requests_per_minute", Whole("Requests.")), new("tasks_in_flight", Whole("Tasks.")))),
            new("budget", Fields(new("total", Money()), new("per_day", OrNull(Money())), new("per_month", OrNull(Money())))),
            new("routing", Fields(
                new("allowed_providers", OrNull(Providers())),
                new("price_ceiling", OrNull(Money())),
                new("failover_on_policy", Flag()),
                new("queue_weight", Weight()))),
            new("totals", Fields(
                new("spent", Money()),
                new("spent_today", Money()),
                new("spent_this_month", Money()),
                new("held", Money()),
                new("left", Money()),
                new("tasks_in_flight", Whole("Tasks.")))),
            new("created_at", Time())),
        [Accounts] = Fields(new Property("accounts", ListOf(Reference(Account)))),
        [NewKey] = Body(new("name", Name()), new("kind", OneOf("live", "test")), Optional("expires_at", Time()), Optional("allowed_networks", Networks())),
        [NewAdminKey] = Body(new("name", Name()), Optional("kind", OneOf("admin")), Optional("expires_at", Time()), Optional("allowed_networks", Networks())),
        [Rotation] = Body(Optional("overlap_seconds", Whole("How long the key itself works on; a day when not given, a week at most.")), Optional("expires_at", Time())),
        [Key] = Fields(KeyMembers()),
        [Keys] = Fields(new Property("keys", ListOf(Reference(Key)))),
        [IssuedKey] = Fields([.. KeyMembers(), new("secret", Text(SecretShown))]),
        [RotatedKey] = Fields([.. KeyMembers(), new("secret", Text(SecretShown)), new("predecessor", Reference(Key))]),
        [Ledger] = Page(Fields(
            new("number", Whole("Of the entry.")),
            new("at", Time()),
            new("task_id", Text()),
            new("kind", OneOf("hold", "settle", "release")),
            new("amount", Money()))),
        [Spend] = Fields(
            new("from", Day()),
            new("to", Day()),
            new("account", OrNull(Text())),
            new("lines", ListOf(Fields(
                new("day", Day()),
                new("account_id", Text()),
                new("account_name", Text()),
                new("key_id", Text()),
                new("key_name", Text()),
                new("provider", Text()),
                new("mode", Text()),
                new("tasks", Whole("Tasks.")),
                new("cost", Money())))),
            new("totals", Fields(new("tasks", Whole("Tasks.")), new("cost", Money())))),
        [Audit] = Page(Fields(
            new("number", Whole("Of the entry.")),
            new("at", Time()),
            new("actor", Text("The id of the key that did it.")),
            new("action", Text()),
            new("subject", Text("The id of what it was done to.")),
            new("details", new JsonObject { ["type"] = "object" }))),
        [Unconfirmed] = Fields(
            new("attempts", ListOf(Fields(
                new("id", Text()),
                new("task_id", Text()),
                new("account_id", Text()),
                new("provider", Text()),
                new("upstream_id", OrNull(Text("The provider's own id of it; null when it never named one."))),
                new("amount", Money()),
                new("reason", OrNull(Text("What happened."))),
                new("since", Time())))),
            new("more", Flag())),
        [Resolution] = Body(new("as", OneOf("billed", "unbilled")), Optional("amount", Money())),
        [Resolved] = Fields([.. ResolvedMembers(), new("task_cost", Money()), new("task_settled", Flag())]),
        [ResolutionOfAll] = Body(new("as", OneOf("billed", "unbilled")), new("provider", Text()), Optional("before", OrNull(Time()))),
        [ResolvedAll] = Fields(new("attempts", ListOf(Fields(ResolvedMembers()))), new("charged", Money()), new("more", Flag())),
        [Diagnosis] = Fields(new("ok", Flag()), new("findings", ListOf(Text("What does not agree.")))),
        [WebhookSchemas.Delivery] = WebhookSchemas.DeliveryShape(),
        [WebhookSchemas.DeliveryDetails] = WebhookSchemas.DeliveryDetailsShape(),
        [WebhookSchemas.Deliveries] = WebhookSchemas.DeliveriesShape(),
        [WebhookSchemas.Replay] = WebhookSchemas.ReplayShape(),
        [WebhookSchemas.Replayed] = WebhookSchemas.ReplayedShape(),
        [Any] = new JsonObject { ["type"] = "object" },
        [Failure] = AnswerSchemas.FailureShape(),
    };

    private static IEnumerable<Property> KeyMembers() =>
    [
        new("id", Text()),
        new("account_id", OrNull(Text())),
        new("kind", OneOf("live", "test", "admin")),
        new("name", Text()),
        new("prefix", Text("The visible beginning.")),
        new("created_at", Time()),
        new("last_used_at", OrNull(Time())),
        new("expires_at", OrNull(Time())),
        new("revoked_at", OrNull(Time())),
        new("allowed_networks", OrNull(Networks())),
    ];

    private static IEnumerable<Property> ResolvedMembers() =>
    [
        new("id", Text()),
        new("task_id", Text()),
        new("account_id", Text()),
        new("provider", Text()),
        new("as", OneOf("billed", "unbilled")),
        new("charged", Money()),
    ];

    private static JsonObject Page(JsonObject entry) => Fields(
        new("entries", ListOf(entry)), new("next_before", OrNull(Whole("Where the next page begins; null when the page was not full."))));

    // An unknown field is refused, so the shape says that there is none.
    private static JsonObject Body(params IEnumerable<Property> properties)
    {
        var body = Fields(properties);
        body["additionalProperties"] = false;
        return body;
    }

    private static JsonObject Limits() => Body(
        Optional("requests_per_minute", Whole("1 or more.")), Optional("tasks_in_flight", Whole("0 or more.")));

    private static JsonObject Budget() => Body(
        Optional("total", Money()), Optional("per_day", OrNull(Money())), Optional("per_month", OrNull(Money())));

    private static JsonObject Routing() => Body(
        Optional("allowed_providers", OrNull(Providers())),
        Optional("price_ceiling", OrNull(Money())),
        Optional("failover_on_policy", Flag()),
        Optional("queue_weight", Weight()));

    private static JsonObject Providers() => ListOf(Text("A configured provider."));

    private static JsonObject Weight() => Whole($"The account's share of a provider's slots while others wait, too: 1 to {RoutingPolicy.QueueWeightMax}.");

    private static JsonObject Name()
    {
        var name = Text("1 to 100 characters.");
        name["minLength"] = 1;
        name["maxLength"] = 100;
        return name;
    }

    private static JsonObject Flag() => new() { ["type"] = "boolean" };

    private static JsonObject Networks() => ListOf(Text("A network in CIDR form, or an address."));

    private static JsonObject Time() => Text("A time in ISO 8601 with its offset; in answers always UTC.");

    private static JsonObject Day() => Text("A day such as 2026-01-31.");

    private static Property Optional(string name, JsonObject schema) => new(name, schema, IsRequired: false);
}
