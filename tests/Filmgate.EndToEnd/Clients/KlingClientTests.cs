using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>A client that is written from Kling's field tables works against the gateway.</summary>
/// <param name="house">The server.</param>
public sealed class KlingClientTests(SharedServer house) : OfficialClientTests(house)
{
    [Fact]
    public Task A_client_of_Kling_signs_submits_follows_fetches_lists_and_verifies() => RunAsync("kling.mjs", "kling.md");
}
