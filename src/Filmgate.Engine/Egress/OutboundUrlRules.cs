using System.Net;

namespace Filmgate.Engine.Egress;

/// <summary>What an address from outside must satisfy before anything is sent to it.</summary>
public sealed record OutboundUrlRules
{
    /// <summary>The ports that are open on public addresses by default: 80, 443, 8080 and 8443.</summary>
    public static IReadOnlyList<int> UsualPorts { get; } = [80, 443, 8080, 8443];

    /// <summary>The rules for pictures and clips: http and https, the usual ports, public addresses only.</summary>
    public static OutboundUrlRules Default { get; } = new();

    /// <summary>
    /// Networks that may be reached although they are not public, and there on any port. Default: none. Names that only
    /// mean something inside a network (a single label, <c>.internal</c>, <c>.local</c>) pass as text as soon as this list
    /// is not empty, <c>localhost</c> as soon as it covers a loopback address; they must then resolve into the list.
    /// </summary>
    public IReadOnlyList<IPNetwork> AllowNetworks { get; init; } = [];

    /// <summary>Ports that are open on public addresses. Default: <see cref="UsualPorts"/>. Null opens 1 to 65535.</summary>
    public IReadOnlyList<int>? AllowedPorts { get; init; } = UsualPorts;

    /// <summary>
    /// Whether plain http is refused except towards <see cref="AllowNetworks"/>. Default: false. Set for webhooks, whose
    /// body must not cross the internet in the clear.
    /// </summary>
    public bool RequireHttps { get; init; }

    /// <summary>The longest text taken, in characters. Default: 2048.</summary>
    public int MaxLength { get; init; } = 2048;

    /// <summary>
    /// Whether this host, scheme and port may only be used if every address of the host lies in
    /// <see cref="AllowNetworks"/>. The text check and the dialler both ask this, so they cannot disagree.
    /// </summary>
    /// <param name="host">A lower-case host as it stands in a checked URL.</param>
    /// <param name="isHttps">Whether the scheme is https.</param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <returns>True when a public address is not good enough.</returns>
    internal bool NeedsAllowedNetwork(string host, bool isHttps, int port) =>
        (RequireHttps && !isHttps)
        || (AllowedPorts is not null && !AllowedPorts.Contains(port))
        || HostName.IsPrivate(host);

    /// <summary>Whether <see cref="AllowNetworks"/> covers a loopback address.</summary>
    internal bool AllowsLoopback =>
        PublicAddress.IsIn(IPAddress.Loopback, AllowNetworks) || PublicAddress.IsIn(IPAddress.IPv6Loopback, AllowNetworks);
}
