using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server.Cluster;

/// <summary>A start that waits for a database out of reach, and answers in its waiting room meanwhile.</summary>
internal sealed partial class DatabaseWait : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private WaitingRoom? _room;

    /// <summary>Waits a moment; the first time it says why and opens the room.</summary>
    public async Task WaitAsync(WebApplication app, string reason, CancellationToken cancellationToken)
    {
        if (_room is null)
        {
            LogWaiting(app.Services.GetRequiredService<ILogger<DatabaseWait>>(), reason);
            _room = await WaitingRoom.OpenAsync(app.Services.GetRequiredService<GatewayOptions>().Urls, cancellationToken).ConfigureAwait(false);
        }

        await Task.Delay(Pause, app.Services.GetRequiredService<TimeProvider>(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The database answers: the room closes, because the gateway takes its address.</summary>
    public async ValueTask EndAsync()
    {
        if (_room is not null)
        {
            await _room.DisposeAsync().ConfigureAwait(false);
            _room = null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database: {Reason}")]
    private static partial void LogWaiting(ILogger log, string reason);
}
