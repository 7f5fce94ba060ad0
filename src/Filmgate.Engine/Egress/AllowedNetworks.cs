using System.Net;

namespace Filmgate.Engine.Egress;

/// <summary>Reads the list of networks that an operator opens, as it stands in <c>FILMGATE_ALLOW_NETWORKS</c>.</summary>
public static class AllowedNetworks
{
    /// <summary>
    /// Reads a comma-separated list such as <c>127.0.0.0/8, fd00::/8, 10.1.2.3</c>. A bare address stands for itself alone.
    /// </summary>
    /// <param name="text">The list; null, empty or blank text means no network.</param>
    /// <param name="networks">The networks in the given order; empty when the text is not valid.</param>
    /// <param name="error">
    /// Null when all is well; otherwise one sentence for each bad entry, naming the entry and what to write instead.
    /// </param>
    /// <returns>Whether every entry is a network.</returns>
    public static bool TryParse(string? text, out IReadOnlyList<IPNetwork> networks, out string? error)
    {
        var found = new List<IPNetwork>();
        var errors = new List<string>();
        var entries = (text ?? "").Split(',', StringSplitOptions.TrimEntries);
        foreach (var entry in entries)
        {
            if (entry.Length == 0)
            {
                if (entries.Length > 1)
                    errors.Add("There is an empty entry between two commas; remove it.");
                continue;
            }
            if (ReadEntry(entry, out var network) is { } fault)
                errors.Add(fault);
            else
                found.Add(network);
        }

        networks = errors.Count == 0 ? found : [];
        error = errors.Count == 0 ? null : string.Join(' ', errors);
        return errors.Count == 0;
    }

    private static string? ReadEntry(string entry, out IPNetwork network)
    {
        network = default;
        var slash = entry.IndexOf('/');
        var addressText = slash < 0 ? entry : entry[..slash];
        if (!IPAddress.TryParse(addressText, out var address)
            || (address.IsIPv4MappedToIPv6 is false && !string.Equals(address.ToString(), addressText, StringComparison.OrdinalIgnoreCase)))
            return $"\"{entry}\" is not a network; write it as 10.0.0.0/8, fd00::/8 or as one address.";
        if (address.IsIPv4MappedToIPv6)
            return $"\"{entry}\" is an IPv4 network in IPv6 form; write it in IPv4 form, such as 10.0.0.0/8.";

        var bits = address.GetAddressBytes().Length * 8;
        var prefix = bits;
        if (slash >= 0)
        {
            var digits = entry.AsSpan(slash + 1);
            if (digits.Length is 0 or > 3 || digits.ContainsAnyExceptInRange('0', '9') || (prefix = int.Parse(digits)) > bits)
                return $"\"{entry}\" has no valid prefix length; write a number from 0 to {bits} after the slash.";
        }

        network = new IPNetwork(Masked(address, prefix), prefix);
        return network.BaseAddress.Equals(address)
            ? null
            : $"\"{entry}\" has bits set beyond its prefix; write {network} for the whole network or {address} for the one address.";
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> kept);
        }
        return new IPAddress(bytes);
    }
}
