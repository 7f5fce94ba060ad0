using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Filmgate.Server.Cluster;

/// <summary>How this node takes part in a cluster; read only when the database is one that nodes can share.</summary>
public sealed record ClusterOptions
{
    /// <summary>The port that nodes use among themselves unless another is set.</summary>
    public const int PortDefault = 11111;

    /// <summary>The node's name in logs and answers. Default: the machine's name.</summary>
    public required string NodeName { get; init; }

    /// <summary>
    /// Under which address the other nodes reach this one. Default: 127.0.0.1, which is right for nodes of one machine and keeps the port closed
    /// to all others.
    /// </summary>
    public required IPAddress Address { get; init; }

    /// <summary>The address that is listened on. Default: <see cref="Address"/>.</summary>
    public required IPAddress Listen { get; init; }

    /// <summary>The port for the other nodes; 0 for any free one. Default: 0 on the loopback address, else <see cref="PortDefault"/>.</summary>
    public required int Port { get; init; }

    /// <summary>How nodes prove to one another who they are; null for a network that the operator trusts.</summary>
    public ClusterCertificates? Certificates { get; init; }
}

/// <summary>TLS between nodes: each shows a certificate of one authority.</summary>
/// <param name="Own">This node's, with its private key.</param>
/// <param name="Authority">The one that issued those of all nodes.</param>
public sealed record ClusterCertificates(X509Certificate2 Own, X509Certificate2 Authority);
