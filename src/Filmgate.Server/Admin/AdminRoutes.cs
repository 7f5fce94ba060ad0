using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server.Admin;

/// <summary>The routes of the admin API, from <see cref="AdminOperations"/>.</summary>
internal static class AdminRoutes
{
    /// <summary>Where the API lives.</summary>
    public const string Base = "/admin/v1";

    /// <summary>The route segment that names an account, a key or an attempt.</summary>
    public const string IdSegment = "id";

    private static readonly ReadOnlyMemory<byte> Document = OpenApiDocument.Write(
        "Filmgate admin API",
        "Administers accounts and keys, repeats webhooks, reads the books and decides charges that nobody knows, with a key that begins with fg_admin_. Every answer is {code, message, data}; code is the HTTP status.",
        AdminOperations.All,
        AdminSchemas.All(),
        AdminSchemas.Failure,
        ErrorMap.Sentence);

    /// <summary>Maps all of them, each behind the one door of the house.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var door = new CallerDoor(
            services.GetRequiredService<IKeyRing>(), services.GetRequiredService<IRateGate>(), ApixoErrorForm.Instance, Entry.Administrators);
        var accounts = ActivatorUtilities.CreateInstance<AccountEndpoints>(services);
        var keys = ActivatorUtilities.CreateInstance<KeyEndpoints>(services);
        var books = ActivatorUtilities.CreateInstance<BookEndpoints>(services);
        var attempts = ActivatorUtilities.CreateInstance<AttemptEndpoints>(services);
        var deliveries = ActivatorUtilities.CreateInstance<DeliveryEndpoints>(services);
        (Operation Operation, Func<HttpContext, Caller, Task> Answer)[] answers =
        [
            (AdminOperations.ListAccounts, accounts.ListAsync),
            (AdminOperations.CreateAccount, accounts.CreateAsync),
            (AdminOperations.ReadAccount, accounts.ShowAsync),
            (AdminOperations.UpdateAccount, accounts.UpdateAsync),
            (AdminOperations.ListKeys, keys.ListOfAccountAsync),
            (AdminOperations.CreateKey, keys.CreateForAccountAsync),
            (AdminOperations.ReadLedger, books.ReadLedgerAsync),
            (AdminOperations.ListDeliveries, deliveries.ListAsync),
            (AdminOperations.ReadDelivery, deliveries.ShowAsync),
            (AdminOperations.ResendDelivery, deliveries.ResendAsync),
            (AdminOperations.ReplayDeliveries, deliveries.ReplayAsync),
            (AdminOperations.ListAdminKeys, keys.ListAdminAsync),
            (AdminOperations.CreateAdminKey, keys.CreateAdminAsync),
            (AdminOperations.ReadKey, keys.ShowAsync),
            (AdminOperations.RevokeKey, keys.RevokeAsync),
            (AdminOperations.RotateKey, keys.RotateAsync),
            (AdminOperations.ReadSpend, books.ReadSpendAsync),
            (AdminOperations.ReadAudit, books.ReadAuditAsync),
            (AdminOperations.ListAttempts, attempts.ListAsync),
            (AdminOperations.ResolveAttempt, attempts.ResolveAsync),
            (AdminOperations.ResolveAttempts, attempts.ResolveAllAsync),
            (AdminOperations.Check, books.CheckAsync),
        ];
        foreach (var path in answers.GroupBy(answer => answer.Operation.Path))
        {
            var open = door.For([.. path.Select(answer => (answer.Operation.Method, answer.Answer))]);
            endpoints.Map(path.Key, context => NotKept(context, open)).WithMetadata([.. path.Select(answer => answer.Operation)]);
        }

        endpoints.Map(AdminOperations.ReadOpenApi.Path, DocumentEndpoints.Serve(AdminOperations.ReadOpenApi.Method, Document)).WithMetadata(AdminOperations.ReadOpenApi);
    }

    /// <summary>The id in the path.</summary>
    public static string Id(HttpContext context) => (string)context.Request.RouteValues[IdSegment]!;

    // An answer may hold a new key's secret, and no cache between here and the administrator is to keep that.
    private static Task NotKept(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        return next(context);
    }
}
