using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>A client that is written from APIXO's pages works against the gateway.</summary>
/// <param name="house">The server.</param>
public sealed class ApixoClientTests(SharedServer house) : OfficialClientTests(house)
{
    [Fact]
    public Task A_client_of_APIXO_creates_follows_fetches_and_reads_the_documents() => RunAsync("apixo.mjs", "apixo.md");
}
