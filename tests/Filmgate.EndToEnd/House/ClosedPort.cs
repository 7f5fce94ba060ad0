using System.Net;
using System.Net.Sockets;

namespace Filmgate.EndToEnd.House;

/// <summary>A port of loopback where nobody listens.</summary>
internal static class ClosedPort
{
    /// <summary>One that was free a moment ago.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
