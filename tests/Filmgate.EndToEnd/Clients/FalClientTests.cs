using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>fal's own client, <c>@fal-ai/client</c>, works against the gateway.</summary>
/// <param name="house">The server.</param>
public sealed class FalClientTests(SharedServer house) : OfficialClientTests(house)
{
    [Fact]
    public Task The_client_of_fal_submits_follows_fetches_cancels_and_verifies() =>
        RunAsync("fal.mjs", "fal.md", ("FAL_KEY", ServedGateway.Key));
}
