using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Filmgate.Engine.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Filmgate.Server.Cluster;

/// <summary>Makes a silo a node among others: membership in the shared database, TLS, and how soon a dead node is known to be dead.</summary>
internal static class ClusterComposition
{
    // Probed every two seconds and given up after three in vain, by two others where there are two: a killed node's tasks are the others'
    // within ten seconds, and one that is merely slow for a few is not.
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(2);
    private const int MissedProbesMax = 3;

    // A node that starts while entries of nodes that were killed are still there does not wait for them longer than three of these.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    // A step waits for a desk on a node that has just died no longer than this.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    public static void UseCluster(this ISiloBuilder silo, ClusterOptions options, NpgsqlDataSource database, int port)
    {
        silo.Configure<Orleans.Configuration.ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("filmgate", "filmgate"));
        silo.Configure<SiloOptions>(named => named.SiloName = options.NodeName);
        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = options.Address;
            endpoint.SiloPort = port;
            endpoint.SiloListeningEndpoint = new IPEndPoint(options.Listen, port);

            // Every client of the silo lives in it.
            endpoint.GatewayPort = 0;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = Probe;
            membership.MinProbeTimeout = Probe / 2;
            membership.NumMissedProbesLimit = MissedProbesMax;
            membership.IAmAliveTablePublishTimeout = SignOfLife;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(15);
            membership.DefunctSiloExpiration = TimeSpan.FromHours(1);
        });
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = CallTimeout);
        if (options.Certificates is { } certificates)
        {
            silo.UseTls(certificates.Own, tls => Require(tls, certificates));
        }

        silo.Services
            .AddSingleton(database)
            .AddSingleton<IMembershipTable, PostgreSqlMembership>()
            .AddSingleton<NodeFate>()
            .Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, NodeDeath>());
    }

    private static void Require(TlsOptions tls, ClusterCertificates certificates)
    {
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.CheckCertificateRevocation = false;
        tls.RemoteCertificateValidation = (remote, _, errors) => IsOneOfUs(remote, errors, certificates.Authority);
        tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = "filmgate";
    }

    // The authority issues for the nodes of one cluster and nobody else, so whoever has a certificate of it is one of them, whatever it is named.
    private static bool IsOneOfUs(X509Certificate2 remote, SslPolicyErrors errors, X509Certificate2 authority)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(remote);
    }
}
