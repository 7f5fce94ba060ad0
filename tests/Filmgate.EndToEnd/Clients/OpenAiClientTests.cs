using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>OpenAI's own client for Node, <c>openai</c>, works against the gateway.</summary>
/// <param name="house">The server.</param>
public sealed class OpenAiClientTests(SharedServer house) : OfficialClientTests(house)
{
    [Fact]
    public Task The_client_of_OpenAI_creates_follows_fetches_lists_deletes_and_verifies() => RunAsync("openai.mjs", "openai.md");
}
