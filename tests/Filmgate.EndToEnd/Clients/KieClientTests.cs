using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>A client that is written from kie's pages works against the gateway.</summary>
/// <param name="house">The server.</param>
public sealed class KieClientTests(SharedServer house) : OfficialClientTests(house)
{
    [Fact]
    public Task A_client_of_kie_creates_follows_fetches_and_verifies() => RunAsync("kie.mjs", "kie.md");
}
