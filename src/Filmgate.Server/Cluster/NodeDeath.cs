using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Filmgate.Server.Cluster;

/// <summary>Why this node may not go on, if it may not.</summary>
internal sealed class NodeFate
{
    private volatile string? _reason;

    /// <summary>The reason; null while all is well.</summary>
    public string? Reason => _reason;

    /// <summary>It is over. The first reason counts.</summary>
    public void End(string reason) => Interlocked.CompareExchange(ref _reason, reason, null);
}

/// <summary>
/// Ends a node that the others have given up, such as one that stood still for a minute. Its tasks are theirs by now, and it may not come back
/// under the same identity: it stops as if it was told to, so that answers of providers that are still awaited are recorded, and its process
/// ends with an error, so that whoever supervises it starts it again.
/// </summary>
internal sealed partial class NodeDeath(NodeFate fate, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<NodeDeath> log) : IFatalErrorHandler
{
    private const int ExitCode = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogDeath(exception, context);
        fate.End("The other nodes of the cluster have given this one up. Start it again.");
        lifetime.StopApplication();
        _ = EndAsync();
    }

    // A silo that is given up may not stop in peace any more.
    private async Task EndAsync()
    {
        await Task.Delay(Patience, time, CancellationToken.None).ConfigureAwait(false);
        Environment.Exit(ExitCode);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This node has been given up by the cluster and stops: {Context}")]
    private partial void LogDeath(Exception? error, string? context);
}
