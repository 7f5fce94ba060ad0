using System.Net;
using System.Net.Sockets;

namespace Filmgate.Engine.Egress;

/// <summary>Turns a host name into addresses. Tests play mixed and changing answers through it.</summary>
public interface IHostResolver
{
    /// <summary>Resolves a name once.</summary>
    /// <param name="host">A checked host name, never a literal.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>All addresses in the order to try them; may be empty.</returns>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>Asks the operating system's resolver.</summary>
public sealed class SystemHostResolver : IHostResolver
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        // The lookup itself cannot be stopped on every system, so the wait is.
        await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
}
