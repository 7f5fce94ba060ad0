using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>Replicate's own client, <c>replicate</c>, works against the gateway, and so do the examples of its page.</summary>
/// <param name="house">The server.</param>
public sealed class ReplicateClientTests(SharedServer house) : OfficialClientTests(house)
{
    [Fact]
    public Task The_client_of_replicate_runs_follows_cancels_uploads_lists_and_verifies() => RunAsync("replicate.mjs", "replicate.md");
}
