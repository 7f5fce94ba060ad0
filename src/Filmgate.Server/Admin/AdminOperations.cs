using System.Collections.Immutable;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>All operations of the admin API. <see cref="AdminRoutes"/> maps them and the OpenAPI document describes them.</summary>
internal static class AdminOperations
{
    private static readonly ImmutableArray<int> OfBodies =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
    ];

    private static readonly ImmutableArray<OperationParameter> Account = [Id("The account.")];
    private static readonly ImmutableArray<OperationParameter> Key = [Id("The key.")];

    private static readonly ImmutableArray<OperationParameter> Page =
    [
        new("before", "query", "The next_before of an earlier page: goes on behind it."),
        new("limit", "query", $"Most entries, 1 to {AdminQuery.PageMax}; {AdminQuery.PageDefault} when not given."),
    ];

    /// <summary>Lists accounts.</summary>
    public static Operation ListAccounts { get; } = Get("/accounts", "listAccounts", "Lists the accounts with what they have spent.", AdminSchemas.Accounts);

    /// <summary>Makes an account.</summary>
    public static Operation CreateAccount { get; } = Post("/accounts", "createAccount", "Makes an account.", AdminSchemas.Account, AdminSchemas.NewAccount);

    /// <summary>Shows an account.</summary>
    public static Operation ReadAccount { get; } = Get("/accounts/{id}", "readAccount", "Shows an account with what it has spent.", AdminSchemas.Account) with
    {
        Parameters = Account,
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Changes an account.</summary>
    public static Operation UpdateAccount { get; } = new(
        HttpMethods.Patch, AdminRoutes.Base + "/accounts/{id}", "updateAccount", "Changes an account; what is not given stays as it is.", AdminSchemas.Account)
    {
        Parameters = Account,
        Bodies = [new(OpenApiDocument.Json, AdminSchemas.AccountChange)],
        Refusals = [.. OfBodies, StatusCodes.Status404NotFound],
    };

    /// <summary>Lists the keys of an account.</summary>
    public static Operation ListKeys { get; } = Get("/accounts/{id}/keys", "listKeys", "Lists the keys of an account, revoked ones too.", AdminSchemas.Keys) with
    {
        Parameters = Account,
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Issues a key of an account.</summary>
    public static Operation CreateKey { get; } = Post(
        "/accounts/{id}/keys", "createKey", "Issues a key of an account. Its secret stands in this answer and nowhere else.", AdminSchemas.IssuedKey, AdminSchemas.NewKey) with
    {
        Parameters = Account,
        Refusals = [.. OfBodies, StatusCodes.Status404NotFound],
    };

    /// <summary>Reads a ledger.</summary>
    public static Operation ReadLedger { get; } = Get("/accounts/{id}/ledger", "readLedger", "Reads the ledger of an account, newest first.", AdminSchemas.Ledger) with
    {
        Parameters = [.. Account, .. Page],
        Refusals = [StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound],
    };

    /// <summary>Lists deliveries of an account.</summary>
    public static Operation ListDeliveries { get; } = OfAccount(WebhookOperations.ListDeliveries, "/webhooks/deliveries", "Lists the deliveries of an account, callbacks too, newest first.");

    /// <summary>Shows a delivery of an account.</summary>
    public static Operation ReadDelivery { get; } = OfAccount(
        WebhookOperations.ReadDelivery, "/webhooks/deliveries/{delivery}", "Shows a delivery of an account with its body and every attempt.");

    /// <summary>Sends a delivery of an account again.</summary>
    public static Operation ResendDelivery { get; } = OfAccount(
        WebhookOperations.ResendDelivery, "/webhooks/deliveries/{delivery}/resend", "Sends a delivery of an account again, once, under the same webhook-id.");

    /// <summary>Sends an account's failed and missed deliveries again.</summary>
    public static Operation ReplayDeliveries { get; } = OfAccount(
        WebhookOperations.Replay, "/webhooks/replay", "Sends an account's failed and missed deliveries again, each by the whole schedule, under the same webhook-ids.");

    /// <summary>Lists the admin keys.</summary>
    public static Operation ListAdminKeys { get; } = Get("/keys", "listAdminKeys", "Lists the admin keys, revoked ones too.", AdminSchemas.Keys) with
    {
        Parameters = [new("kind", "query", "admin, which is also what is meant without it.")],
        Refusals = [StatusCodes.Status400BadRequest],
    };

    /// <summary>Issues an admin key.</summary>
    public static Operation CreateAdminKey { get; } = Post(
        "/keys", "createAdminKey", "Issues an admin key. Its secret stands in this answer and nowhere else.", AdminSchemas.IssuedKey, AdminSchemas.NewAdminKey);

    /// <summary>Shows a key.</summary>
    public static Operation ReadKey { get; } = Get("/keys/{id}", "readKey", "Shows a key.", AdminSchemas.Key) with
    {
        Parameters = Key,
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Revokes a key.</summary>
    public static Operation RevokeKey { get; } = new(
        HttpMethods.Post, AdminRoutes.Base + "/keys/{id}/revoke", "revokeKey", "Revokes a key. The last admin key that works cannot be revoked.", AdminSchemas.Key)
    {
        Parameters = Key,
        Refusals = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
    };

    /// <summary>Replaces a key.</summary>
    public static Operation RotateKey { get; } = Post(
        "/keys/{id}/rotate", "rotateKey", "Issues a successor for the same use; the key itself works on for the overlap.", AdminSchemas.RotatedKey, AdminSchemas.Rotation) with
    {
        IsBodyOptional = true,
        Parameters = Key,
        Refusals = [.. OfBodies, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
    };

    /// <summary>Reads the spend report.</summary>
    public static Operation ReadSpend { get; } = Get("/spend", "readSpend", "Reports what was spent by day, account, key, provider and mode.", AdminSchemas.Spend) with
    {
        OtherAnswer = "text/csv",
        Parameters =
        [
            new("account", "query", "Only this account; all when not given."),
            new("from", "query", "The first day, such as 2026-01-31; the first of the month when not given."),
            new("to", "query", "The last day; today when not given."),
            new("format", "query", "json or csv; json when not given."),
        ],
        Refusals = [StatusCodes.Status400BadRequest],
    };

    /// <summary>Reads the audit log.</summary>
    public static Operation ReadAudit { get; } = Get("/audit", "readAudit", "Reads what administrators did, newest first.", AdminSchemas.Audit) with
    {
        Parameters = Page,
        Refusals = [StatusCodes.Status400BadRequest],
    };

    /// <summary>Lists unconfirmed charges.</summary>
    public static Operation ListAttempts { get; } = Get(
        "/attempts", "listUnconfirmedAttempts", "Lists attempts whose charge nobody knows, oldest first. Each keeps its hold until it is resolved.", AdminSchemas.Unconfirmed) with
    {
        Parameters =
        [
            new("unconfirmed", "query", "Alone or true, which is also what is meant without it."),
            new("provider", "query", "Only attempts at this provider."),
            new("before", "query", "Only attempts that ended before this time, such as 2026-01-31T12:00:00Z."),
            new("limit", "query", $"Most attempts, 1 to {AdminQuery.PageMax}; {AdminQuery.PageDefault} when not given."),
        ],
        Refusals = [StatusCodes.Status400BadRequest],
    };

    /// <summary>Decides an unconfirmed charge.</summary>
    public static Operation ResolveAttempt { get; } = Post(
        "/attempts/{id}/resolve", "resolveAttempt", "Decides what an attempt was charged. A decision is final.", AdminSchemas.Resolved, AdminSchemas.Resolution) with
    {
        Parameters = [Id("The attempt.")],
        Refusals = [.. OfBodies, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
    };

    /// <summary>Decides a provider's unconfirmed charges.</summary>
    public static Operation ResolveAttempts { get; } = Post(
        "/attempts/resolve", "resolveAttempts",
        $"Decides all unconfirmed charges at a provider alike, at most {AttemptEndpoints.BulkMax} at a time: as billed with what was held for each, or as unbilled.",
        AdminSchemas.ResolvedAll, AdminSchemas.ResolutionOfAll);

    /// <summary>Checks the books.</summary>
    public static Operation Check { get; } = Get("/doctor", "check", "Checks that ledger, accounts and tasks agree, and that artifacts can be written, read and deleted.", AdminSchemas.Diagnosis);

    /// <summary>Reads the OpenAPI document.</summary>
    public static Operation ReadOpenApi { get; } = Get("/openapi.json", "readAdminOpenApi", "Reads this document.", AdminSchemas.Any) with { NeedsKey = false };

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static ImmutableArray<Operation> All { get; } =
    [
        ListAccounts, CreateAccount, ReadAccount, UpdateAccount, ListKeys, CreateKey, ReadLedger, ListDeliveries, ReadDelivery, ResendDelivery,
        ReplayDeliveries, ListAdminKeys, CreateAdminKey, ReadKey, RevokeKey, RotateKey, ReadSpend, ReadAudit, ListAttempts, ResolveAttempt, ResolveAttempts, Check, ReadOpenApi,
    ];

    // The account has the same operation for itself; here it stands in the path, and a delivery beside it.
    private static Operation OfAccount(Operation own, string path, string summary) => own with
    {
        Path = $"{AdminRoutes.Base}/accounts/{{id}}{path}",
        Summary = summary,
        Parameters =
        [
            .. Account,
            .. own.Parameters.Select(parameter => parameter.Place == "path" ? new OperationParameter(DeliveryEndpoints.DeliverySegment, "path", "The delivery.", IsRequired: true) : parameter),
        ],
        Refusals = [.. own.Refusals.Union([StatusCodes.Status404NotFound])],
    };

    private static OperationParameter Id(string what) => new(AdminRoutes.IdSegment, "path", what, IsRequired: true);

    private static Operation Get(string path, string id, string summary, string answer) => new(HttpMethods.Get, AdminRoutes.Base + path, id, summary, answer);

    private static Operation Post(string path, string id, string summary, string answer, string body) => new(HttpMethods.Post, AdminRoutes.Base + path, id, summary, answer)
    {
        Bodies = [new(OpenApiDocument.Json, body)],
        Refusals = OfBodies,
    };
}
