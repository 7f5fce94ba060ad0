using System.Text.Json;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>The two OpenAPI documents and the routes of the whole gateway say the same, both ways.</summary>
public sealed class DocumentRouteTests(GatewayInProcess gateway) : IClassFixture<GatewayInProcess>
{
    // Beside the APIs: what an orchestrator asks, what lies under a signature, models that are not served, and what nothing else takes.
    private static readonly string[] NotDescribed = ["/live", "/ready", "/artifacts/", "/inputs/", "/callbacks/", "{model}", "{**path}"];

    [Fact]
    public async Task Every_route_is_described_and_every_description_has_a_route()
    {
        var described = new HashSet<string>();
        foreach (var document in new[] { "/openapi.json", "/admin/v1/openapi.json" })
        {
            var paths = JsonElement.Parse((await gateway.SendAsync("GET", document)).Body).GetProperty("paths");
            described.UnionWith(paths.EnumerateObject().Select(path => path.Name));
        }

        var routed = gateway.OwnRoutes.Select(route => route.RoutePattern.RawText!)
            .Where(route => !NotDescribed.Any(part => route.Contains(part, StringComparison.Ordinal)))
            .Select(route => route.StartsWith('/') ? route : "/" + route)
            .ToHashSet();
        Assert.Equal(described.Order(), routed.Order());
    }

    [Fact]
    public async Task The_methods_that_are_described_are_those_that_are_taken()
    {
        foreach (var document in new[] { "/openapi.json", "/admin/v1/openapi.json" })
        {
            foreach (var path in JsonElement.Parse((await gateway.SendAsync("GET", document)).Body).GetProperty("paths").EnumerateObject())
            {
                var methods = string.Join(", ", path.Value.EnumerateObject().Select(method => method.Name.ToUpperInvariant()));
                var refused = await gateway.SendAsync("PUT", path.Name.Replace("{id}", "x", StringComparison.Ordinal));
                Assert.Equal((405, $"The method PUT is not allowed here; use {methods}."), (refused.Status, refused.Message));
            }
        }
    }
}
