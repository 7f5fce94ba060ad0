using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filmgate.EndToEnd.House;
using Filmgate.Testing.PostgreSql;

namespace Filmgate.EndToEnd.Cluster;

/// <summary>Two gateways over one PostgreSQL and one folder of artifacts, each with a data folder of its own.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PostgresDatabase _database;

    private TwoNodes(PostgresDatabase database) => _database = database;

    public ServedGateway One { get; private set; } = null!;

    public ServedGateway Other { get; private set; } = null!;

    /// <summary>Starts both, one after the other.</summary>
    public static async Task<TwoNodes> StartAsync(params (string Name, string Value)[] settings)
    {
        var nodes = new TwoNodes(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        nodes.One = await nodes.StartNodeAsync("one", settings);
        nodes.Other = await nodes.StartNodeAsync("other", settings);
        return nodes;
    }

    /// <summary>Settings of two nodes that speak TLS with one another, by certificates of an authority of their own.</summary>
    public static (string Name, string Value)[] Certificates(TemporaryFolder folder)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest("CN=authority of the test", authorityKey, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = asked.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var node = new CertificateRequest("CN=node", nodeKey, HashAlgorithmName.SHA256).Create(authority, now.AddDays(-1), now.AddHours(1), [1, 2, 3]);
        File.WriteAllText(folder["node.pem"], node.ExportCertificatePem());
        File.WriteAllText(folder["node.key"], nodeKey.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(folder["authority.pem"], authority.ExportCertificatePem());
        return
        [
            ("Filmgate__Cluster__Certificate", folder["node.pem"]),
            ("Filmgate__Cluster__CertificateKey", folder["node.key"]),
            ("Filmgate__Cluster__CertificateAuthority", folder["authority.pem"]),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { One, Other }.OfType<ServedGateway>())
        {
            await node.DisposeAsync();
        }

        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private Task<ServedGateway> StartNodeAsync(string name, (string Name, string Value)[] settings) => ServedGateway.StartAsync(
        _folder[name],
        [
            ("FILMGATE_DATABASE", _database.ConnectionString), ("FILMGATE_ARTIFACTS", $"disk:{_folder["artifacts"]}"), ("FILMGATE_NODE_NAME", name), .. settings,
        ]);
}
