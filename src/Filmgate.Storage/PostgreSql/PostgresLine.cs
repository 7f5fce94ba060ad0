using Npgsql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>What a connection is for.</summary>
internal enum LineUse
{
    /// <summary>Short reads and writes, for which somebody waits.</summary>
    Service = 1,
    /// <summary>Reads of everything and copies, which may take minutes.</summary>
    Inspection = 2,
}

/// <summary>
/// The way to a PostgreSQL database, be it one server or several of which one takes writes. Connections are opened here and belong to those who
/// asked; while the database is out of reach most who ask are told so at once and one after the other tries.
/// </summary>
internal sealed class PostgresLine : IAsyncDisposable
{
    /// <summary>A server that frees nobody's locks and answers nobody must not hold up more than this.</summary>
    public static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(2);

    /// <summary>Longest statement, by our clock. The server gives up a little earlier by its own, and then the connection stays whole.</summary>
    public static readonly TimeSpan StatementMax = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(500);

    // How the server is to treat a connection of ours. A node that froze or fell off the net within a transaction holds its accounts' locks for
    // five seconds at most. What we call committed is on the disk, whatever the server's default; a stricter one stays.
    private const string ServiceSettings = """
        SELECT set_config('statement_timeout', '2500', false), set_config('lock_timeout', '2000', false),
               set_config('idle_in_transaction_session_timeout', '5000', false), set_config('tcp_user_timeout', '5000', false),
               set_config('jit', 'off', false),
        """ + CommonSettings;

    private const string InspectionSettings = """
        SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '5000', false),
               set_config('idle_in_transaction_session_timeout', '60000', false), set_config('tcp_user_timeout', '30000', false),
        """ + CommonSettings;

    private const string CommonSettings = """
               set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), set_config('tcp_keepalives_count', '3', false),
               set_config('default_transaction_isolation', 'read committed', false), set_config('standard_conforming_strings', 'on', false),
               CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', false) END
        """;

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long? _failedAt;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="address">Where the database is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="use">What its connections are for.</param>
    public PostgresLine(PostgresAddress address, TimeProvider time, LineUse use = LineUse.Service)
    {
        _time = time;
        Use = use;
        var settings = address.Settings();
        settings.Timeout = (int)ConnectMax.TotalSeconds;
        settings.CommandTimeout = use == LineUse.Service ? (int)StatementMax.TotalSeconds : 0;

        // Who gave no answer is asked to give up, which is bound by the time for connecting, and is not waited for any longer.
        settings.CancellationTimeout = -1;
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 5000;
        settings.TcpKeepAliveInterval = 2000;

        // Statements are few and constant, and a connection is kept: each is prepared when it first comes by.
        settings.MaxAutoPrepare = 500;
        settings.AutoPrepareMinUsages = 1;
        settings.NoResetOnClose = true;
        settings.Pooling = true;
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = 64;
        settings.Enlist = false;
        settings.HostRecheckSeconds = 1;
        settings.IncludeErrorDetail = false;
        settings.ApplicationName ??= "filmgate";
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(Prepare, PrepareAsync);
        _source = address.HasSeveralHosts ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite) : builder.Build();
    }

    /// <summary>What its connections are for.</summary>
    public LineUse Use { get; }

    /// <summary>The connections, for whoever manages them himself.</summary>
    public NpgsqlDataSource Source => _source;

    /// <summary>A connection that is open; it belongs to the caller.</summary>
    /// <exception cref="StoreUnavailableException">The database is out of reach, or was a moment ago.</exception>
    public NpgsqlConnection Open()
    {
        lock (_gate)
        {
            if (_failedAt is { } moment && _time.GetElapsedTime(moment) < BetweenTries)
            {
                throw new StoreUnavailableException("The database is out of reach.");
            }
        }

        var began = _time.GetTimestamp();
        for (var isAgain = false; ; isAgain = true)
        {
            try
            {
                var connection = _source.OpenConnection();
                lock (_gate)
                {
                    _failedAt = null;
                }

                return connection;
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or IOException or InvalidOperationException or StandbyException)
            {
                // One session that the server ends while it begins is no outage; all callers would be refused for a second on account of it.
                if (!isAgain && _time.GetElapsedTime(began) < AtOnce)
                {
                    continue;
                }

                lock (_gate)
                {
                    _failedAt = _time.GetTimestamp();
                }

                throw new StoreUnavailableException(Reason(error), error);
            }
        }
    }

    /// <summary>
    /// The server gave no answer in time on a connection that was open. Another one would hardly fare better, so that those who queue up behind
    /// this one are told at once instead of waiting as long, one after the other.
    /// </summary>
    public void Suspect()
    {
        lock (_gate)
        {
            _failedAt = _time.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    // The server's own words name a wrong password or a missing database; they hold no secret.
    private static string Reason(Exception error) => error switch
    {
        PostgresException known => $"The database cannot be used: {known.MessageText} (PostgreSQL {known.SqlState}).",
        StandbyException => error.Message,
        _ => "The database is out of reach.",
    };

    private void Prepare(NpgsqlConnection connection)
    {
        using var settings = connection.CreateCommand();
        settings.CommandText = Use == LineUse.Service ? ServiceSettings : InspectionSettings;
        settings.ExecuteNonQuery();
        settings.CommandText = "SELECT pg_is_in_recovery()";
        Refuse(settings.ExecuteScalar());
    }

    private async Task PrepareAsync(NpgsqlConnection connection)
    {
        await using var settings = connection.CreateCommand();
        settings.CommandText = Use == LineUse.Service ? ServiceSettings : InspectionSettings;
        await settings.ExecuteNonQueryAsync().ConfigureAwait(false);
        settings.CommandText = "SELECT pg_is_in_recovery()";
        Refuse(await settings.ExecuteScalarAsync().ConfigureAwait(false));
    }

    // A standby answers what was true a while ago, and a task that is read back older than it was is worse than none.
    private static void Refuse(object? isStandby)
    {
        if (isStandby is true)
        {
            throw new StandbyException("The database server is a standby: it takes no writes, and what it tells may be old.");
        }
    }

    private sealed class StandbyException(string message) : Exception(message);
}
