using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace Filmgate.Engine.Egress;

/// <summary>
/// Opens connections for <see cref="GuardedHttp"/>: resolves once, judges every answer, and connects to the judged addresses
/// themselves, so that no second lookup can give a different one.
/// </summary>
internal sealed class GuardedDialer(OutboundUrlRules rules, EgressOptions options, IHostResolver resolver, TimeProvider time)
{
    // Addresses beyond these are not tried; a name with hundreds of answers would otherwise be a way to make us knock.
    private const int MostAddressesTried = 4;

    /// <summary>The connect callback of a <see cref="SocketsHttpHandler"/>.</summary>
    /// <exception cref="EgressException">Refused, not resolved, or not connected.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var port = context.DnsEndPoint.Port;
        var isHttps = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;

        var addresses = await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        Judge(host, isHttps, port, addresses);

        Exception? last = null;
        var tried = Math.Min(addresses.Count, MostAddressesTried);
        for (var i = 0; i < tried; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                // Each address has its share of the time, so that a filtered first one leaves some for the second.
                using var share = new CancellationTokenSource(options.ConnectTimeout / tried, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(share.Token, cancellationToken);
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), either.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last is OperationCanceledException
            ? new EgressException(EgressFailure.Timeout, $"Connecting to {host} port {port} took longer than {options.ConnectTimeout.TotalSeconds} s.", last)
            : new EgressException(EgressFailure.ConnectFailed, $"No connection to {host} port {port}: {(last as SocketException)?.SocketErrorCode}.", last);
    }

    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [PublicAddress.Normalise(literal)];

        IReadOnlyList<IPAddress> answers;
        using var limit = new CancellationTokenSource(options.ResolveTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            answers = await resolver.ResolveAsync(host, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new EgressException(EgressFailure.NameNotResolved, $"The name {host} could not be resolved.", e);
        }
        if (answers.Count == 0)
            throw new EgressException(EgressFailure.NameNotResolved, $"The name {host} has no address.");

        var plain = new IPAddress[answers.Count];
        for (var i = 0; i < plain.Length; i++)
            plain[i] = PublicAddress.Normalise(answers[i]);
        return plain;
    }

    // One bad answer refuses the name as a whole: an honest name does not mix public and private addresses, and a mixed one
    // is how a guard is led to fall back to the private half.
    private void Judge(string host, bool isHttps, int port, IReadOnlyList<IPAddress> addresses)
    {
        var needsAllowed = rules.NeedsAllowedNetwork(host, isHttps, port);
        foreach (var address in addresses)
        {
            if (PublicAddress.IsIn(address, rules.AllowNetworks))
                continue;
            if (needsAllowed || !PublicAddress.IsPublic(address))
                throw new EgressException(EgressFailure.RefusedAddress, $"{host} resolves to {address}, which must not be reached on port {port}.");
        }
    }
}
