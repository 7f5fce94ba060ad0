using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server.Admin;

/// <summary>The paths of the admin API.</summary>
internal static class AdminRoutes
{
    /// <summary>Where the API lives.</summary>
    public const string Base = "/admin/v1";

    /// <summary>The route segment that names an account or a key.</summary>
    public const string IdSegment = "id";

    /// <summary>Maps all of them, each behind <see cref="AdminGate"/>.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var gate = new AdminGate(services.GetRequiredService<IKeyRing>());
        var accounts = ActivatorUtilities.CreateInstance<AccountEndpoints>(services);
        var keys = ActivatorUtilities.CreateInstance<KeyEndpoints>(services);
        var books = ActivatorUtilities.CreateInstance<BookEndpoints>(services);
        var (get, post, patch) = (HttpMethods.Get, HttpMethods.Post, HttpMethods.Patch);

        endpoints.Map($"{Base}/accounts", gate.For((get, accounts.ListAsync), (post, accounts.CreateAsync)));
        endpoints.Map($"{Base}/accounts/{{id}}", gate.For((get, accounts.ShowAsync), (patch, accounts.UpdateAsync)));
        endpoints.Map($"{Base}/accounts/{{id}}/keys", gate.For((get, keys.ListOfAccountAsync), (post, keys.CreateForAccountAsync)));
        endpoints.Map($"{Base}/accounts/{{id}}/ledger", gate.For((get, books.ReadLedgerAsync)));
        endpoints.Map($"{Base}/keys", gate.For((get, keys.ListAdminAsync), (post, keys.CreateAdminAsync)));
        endpoints.Map($"{Base}/keys/{{id}}", gate.For((get, keys.ShowAsync)));
        endpoints.Map($"{Base}/keys/{{id}}/revoke", gate.For((post, keys.RevokeAsync)));
        endpoints.Map($"{Base}/keys/{{id}}/rotate", gate.For((post, keys.RotateAsync)));
        endpoints.Map($"{Base}/spend", gate.For((get, books.ReadSpendAsync)));
        endpoints.Map($"{Base}/audit", gate.For((get, books.ReadAuditAsync)));
        endpoints.Map($"{Base}/doctor", gate.For((get, books.CheckAsync)));
    }

    /// <summary>The id in the path.</summary>
    public static string Id(HttpContext context) => (string)context.Request.RouteValues[IdSegment]!;
}
