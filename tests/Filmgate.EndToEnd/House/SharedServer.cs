namespace Filmgate.EndToEnd.House;

/// <summary>One server for all tests that leave nothing behind which another one could trip over. They run one after the other.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServedGateway? _server;
    private LoopbackSite? _site;

    internal ServedGateway Server => _server!;

    internal LoopbackSite Site => _site!;

    internal string NewPath(string ending) => _folder[Path.GetRandomFileName() + ending];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _site = await LoopbackSite.StartAsync();
        _server = await ServedGateway.StartAsync(_folder["data"]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Site.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class SharedServerTests : ICollectionFixture<SharedServer>
{
    /// <summary>Its name.</summary>
    public const string Name = "shared server";
}
