using Npgsql;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>Waits for something that only trying can tell.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    /// <summary>Tries until the database does it.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> SucceedsAsync(Func<Task> tryAsync, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await tryAsync();
                return TimeProvider.System.GetElapsedTime(began);
            }
            catch (Exception error) when (error is StoreUnavailableException or NpgsqlException && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }
}
