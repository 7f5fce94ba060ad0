using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Filmgate.EndToEnd.House;

/// <summary>A port of loopback where nobody listens.</summary>
internal static class ClosedPort
{
    // Below the range from which the system gives ports to connections and to those who ask for any: a gateway that is killed must find
    // its port free again although other tests run beside it.
    private const int From = 20_000, To = 32_000;

    /// <summary>One that was free a moment ago.</summary>
    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(From, To));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody has it; the next guess will do.
            }
        }
    }
}
