using System.Net;
using System.Net.Sockets;

namespace Filmgate.Engine.Egress;

/// <summary>
/// Says whether an IP address belongs to the public internet. Pure: the answer depends on the address alone.
/// </summary>
/// <remarks>
/// The ranges are the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its successors), multicast, the
/// reserved class E block and Azure's WireServer. IPv6 is judged the other way round: only 2000::/3 is in use on the
/// internet, so everything outside it is refused without a list that could be incomplete.
/// </remarks>
public static class PublicAddress
{
    private static readonly IPNetwork[] SpecialIPv4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),        // "This host": a socket that connects to 0.0.0.0 reaches loopback.
        IPNetwork.Parse("10.0.0.0/8"),       // RFC 1918
        IPNetwork.Parse("100.64.0.0/10"),    // Carrier-grade NAT, RFC 6598
        IPNetwork.Parse("127.0.0.0/8"),      // Loopback
        IPNetwork.Parse("169.254.0.0/16"),   // Link-local, with the metadata address of most clouds
        IPNetwork.Parse("172.16.0.0/12"),    // RFC 1918
        IPNetwork.Parse("192.0.0.0/24"),     // IETF protocol assignments, RFC 6890
        IPNetwork.Parse("192.0.2.0/24"),     // TEST-NET-1
        IPNetwork.Parse("192.88.99.0/24"),   // 6to4 relay anycast, RFC 7526
        IPNetwork.Parse("192.168.0.0/16"),   // RFC 1918
        IPNetwork.Parse("198.18.0.0/15"),    // Benchmarking, RFC 2544
        IPNetwork.Parse("198.51.100.0/24"),  // TEST-NET-2
        IPNetwork.Parse("203.0.113.0/24"),   // TEST-NET-3
        IPNetwork.Parse("224.0.0.0/4"),      // Multicast
        IPNetwork.Parse("240.0.0.0/4"),      // Reserved, with the limited broadcast address
        IPNetwork.Parse("168.63.129.16/32"), // Azure WireServer: a public number that is only reachable inside a host
    ];

    private static readonly IPNetwork InternetIPv6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialIPv6 =
    [
        IPNetwork.Parse("2001::/23"),     // IETF protocol assignments: Teredo, benchmarking, ORCHID
        IPNetwork.Parse("2001:db8::/32"), // Documentation
        IPNetwork.Parse("2002::/16"),     // 6to4 carries any IPv4 address inside
        IPNetwork.Parse("3fff::/20"),     // Documentation, RFC 9637
    ];

    /// <summary>
    /// Whether <paramref name="address"/> is a unicast address of the public internet.
    /// </summary>
    /// <param name="address">
    /// Any IPv4 or IPv6 address. An IPv4-mapped one (::ffff:0:0/96) is judged by the IPv4 address inside. The other forms
    /// that carry an IPv4 address (compatible, translated, NAT64, 6to4, Teredo, ISATAP) are never public, whatever they carry:
    /// nobody publishes a picture or a webhook under them. A scoped address is never public.
    /// </param>
    /// <returns>True only for an address that a stranger could also reach.</returns>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Normalise(address);
        if (plain.AddressFamily == AddressFamily.InterNetwork)
            return !IsIn(plain, SpecialIPv4);

        return plain.AddressFamily == AddressFamily.InterNetworkV6
            && plain.ScopeId == 0
            && InternetIPv6.Contains(plain)
            && !IsIn(plain, SpecialIPv6)
            && !IsIsatap(plain);
    }

    // RFC 5214: on a host with such a tunnel the interface identifier ::5efe:a.b.c.d is sent to a.b.c.d, under any prefix.
    private static bool IsIsatap(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return bytes[8..12] is [0 or 2, 0, 0x5E, 0xFE];
    }

    /// <summary>
    /// The address that is really dialled: an IPv4-mapped IPv6 address becomes the IPv4 address inside, any other is
    /// returned as it is. Judging and connecting must both use this form.
    /// </summary>
    /// <param name="address">Any IPv4 or IPv6 address.</param>
    /// <returns>The plain form.</returns>
    public static IPAddress Normalise(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Whether the plain form of <paramref name="address"/> lies in one of <paramref name="networks"/>.</summary>
    /// <param name="address">Any IPv4 or IPv6 address.</param>
    /// <param name="networks">Networks, in any order; may be empty.</param>
    /// <returns>True when one network contains it.</returns>
    public static bool IsIn(IPAddress address, IReadOnlyList<IPNetwork> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        var plain = Normalise(address);
        for (var i = 0; i < networks.Count; i++)
        {
            if (networks[i].Contains(plain))
                return true;
        }
        return false;
    }
}
