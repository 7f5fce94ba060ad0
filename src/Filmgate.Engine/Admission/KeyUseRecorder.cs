using Filmgate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Admission;

/// <summary>Writes down when keys were last used, once in a while: a write per request would cost more than the request.</summary>
public sealed partial class KeyUseRecorder(KeyRing keys, IAccountStore accounts, TimeProvider time, ILogger<KeyUseRecorder> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var uses = keys.TakeUses();
                if (uses.Count > 0)
                {
                    await accounts.NoteKeyUseAsync(uses, stoppingToken).ConfigureAwait(false);
                }
            }
            catch (StoreUnavailableException error)
            {
                LogLost(error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last uses of some keys could not be noted.")]
    private partial void LogLost(Exception error);
}
