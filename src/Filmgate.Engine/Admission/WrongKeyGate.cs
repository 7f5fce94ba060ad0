using System.Net;
using System.Net.Sockets;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Admission;

/// <summary>
/// Slows down whoever tries keys: <see cref="WrongKeysMax"/> wrong ones a minute from one address, on this node. It never stands before
/// a right key, because behind a proxy or a shared address the one who guesses and the one who pays look alike.
/// </summary>
public sealed partial class WrongKeyGate(TimeProvider time, ILogger<WrongKeyGate> log) 
{
    /// <summary>Wrong keys that an address may send in a minute before it is told to wait.</summary>
    public const int WrongKeysMax = 100;

    /// <summary>Addresses that are counted apart.</summary>
    public const int AddressesMax = 10_000;

    // Whoever has one address of IPv6 has all of its network.
    private const int NetworkBytes = 8;

    private readonly MinuteCounter<IPAddress> _addresses = new(WrongKeysMax, AddressesMax, time);

    /// <summary>Notes one more.</summary>
    /// <param name="source">The address of the connection; null when there is none.</param>
    public RateVerdict Note(IPAddress? source)
    {
        var address = Counted(source);
        var verdict = _addresses.Take(address, out var isFirstBeyond);
        if (isFirstBeyond)
        {
            LogTooMany(address, WrongKeysMax);
        }

        return verdict;
    }

    private static IPAddress Counted(IPAddress? source)
    {
        if (source is null)
        {
            return IPAddress.None;
        }

        var address = PublicAddress.Normalise(source);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "More than {Limit} wrong keys came from {Address} within a minute; more of them are told to wait.")]
    private partial void LogTooMany(IPAddress address, int limit);
}
