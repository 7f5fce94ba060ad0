using System.Net.Sockets;
using Npgsql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>What an error of PostgreSQL or of the line to it means for the store.</summary>
internal static class PostgresErrors
{
    /// <summary>The line broke, by whichever end: what was under way on it is undone, unless it was a commit.</summary>
    public static bool IsLineLost(Exception error) => error switch
    {
        PostgresException { Severity: "FATAL" or "PANIC" } => true,
        PostgresException => false,
        NpgsqlException or IOException or SocketException => !IsTimeout(error),
        _ => false,
    };

    /// <summary>The server gave no answer in time, so that it is of no use to ask it once more.</summary>
    public static bool IsTimeout(Exception error) => error is TimeoutException || error.InnerException is TimeoutException;

    /// <summary>Two transactions were in each other's way, and the server chose this one to give up.</summary>
    public static bool IsConflict(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>The server takes no writes: it is a standby, or was made one, or an operator has closed it.</summary>
    public static bool IsReadOnly(Exception error) => error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    /// <summary>Nothing is wrong with the statement: the database cannot do it now.</summary>
    public static bool IsUnavailable(Exception error) =>
        IsLineLost(error) || IsConflict(error) || IsReadOnly(error) || (error is NpgsqlException and not PostgresException)
        || error is TimeoutException
        || error is PostgresException
        {
            SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.IoError
                or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.InsufficientResources or PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory
                or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConfigurationLimitExceeded,
        };

    /// <summary>A database error as what callers are to see. Neither address nor password is told: callers get to read it.</summary>
    public static Exception Wording(Exception error) => error switch
    {
        StoreUnavailableException => error,
        PostgresException known when IsUnavailable(known) => new StoreUnavailableException($"The database cannot be used now (PostgreSQL {known.SqlState}).", error),
        _ when IsUnavailable(error) => new StoreUnavailableException("The database is out of reach.", error),
        _ => error,
    };
}
