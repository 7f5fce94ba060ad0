using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Torture.Faults;

/// <summary>
/// Which process is at the other end of a connection within this machine: the kernel's table names its socket, and the process's own folder shows that
/// it has it. So a strike finds the node that made a request without that node having to say who it is.
/// </summary>
internal static class PeerProcess
{
    private static readonly object Mark = new();
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>One of the candidates, or 0 when it is none of them or the connection is gone.</summary>
    /// <param name="candidates">Ids of processes.</param>
    /// <param name="theirPort">The port at their end.</param>
    /// <param name="ourPort">The port at this end.</param>
    public static int Find(IReadOnlyList<int> candidates, int theirPort, int ourPort)
    {
        var (local, remote) = (PortOf(theirPort), PortOf(ourPort));
        var inode = Tables.SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(fields => fields.Length > 9 && fields[1].EndsWith(local, StringComparison.Ordinal) && fields[2].EndsWith(remote, StringComparison.Ordinal))?[9];
        return inode is null ? 0 : candidates.FirstOrDefault(process => Has(process, $"socket:[{inode}]"));
    }

    /// <summary>Notes who makes a request, while it is there to be found.</summary>
    public static void Note(HttpContext context, Trigger trigger) =>
        context.Items[Mark] = trigger.PeerAt(context.Connection.RemotePort, context.Connection.LocalPort);

    /// <summary>Who made the request of this context; 0 when nobody noted it.</summary>
    public static int Of(HttpContext? context) => context?.Items[Mark] as int? ?? 0;

    private static string PortOf(int port) => ":" + port.ToString("X4", CultureInfo.InvariantCulture);

    private static bool Has(int process, string socket)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Any(handle => new FileInfo(handle).LinkTarget == socket);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended, or closed that one meanwhile.
            return false;
        }
    }
}
