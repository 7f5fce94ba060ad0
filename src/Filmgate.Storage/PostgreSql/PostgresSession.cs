using Filmgate.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// A connection with one user at a time. One that broke is thrown away and the next use opens another. Parameters travel as text without a
/// type, except for bytes: the server finds their types in the statement, so a null needs none either.
/// </summary>
internal class PostgresSession(PostgresLine line) : SqlSession, IDisposable
{
    // A message may hold many statements, and this many are enough to make the way to the server cheap.
    private const int PostedMax = 100;

    private readonly List<NpgsqlBatchCommand> _posted = [];
    private readonly PostgresCursor _cursor = new();
    private NpgsqlConnection? _connection;
    private bool _isBroken;

    /// <summary>Whether there is a connection that is not known to be broken.</summary>
    protected bool IsConnected => _connection is { State: System.Data.ConnectionState.Open } && !_isBroken;

    /// <summary>Sees to it that there is a connection.</summary>
    /// <returns>Whether it is a new one.</returns>
    /// <exception cref="StoreUnavailableException">The database is out of reach.</exception>
    public bool Connect()
    {
        if (IsConnected)
        {
            return false;
        }

        Drop();
        _connection = line.Open();
        return true;
    }

    /// <summary>Throws the connection away: it broke, or may be in the middle of something.</summary>
    public void Drop()
    {
        _posted.Clear();
        if (_connection is not { } connection)
        {
            return;
        }

        _connection = null;
        _isBroken = false;
        try
        {
            _cursor.Reset();
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or IOException or ObjectDisposedException)
        {
            // The rest of the rows is lost together with the connection.
        }

        // A connection that goes back into the pool in the middle of a transaction would take it along, so the pool is emptied, too.
        line.Source.Clear();
        connection.Dispose();
    }

    /// <inheritdoc/>
    public override int Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var last = Command(sql, values);
        _posted.Add(last);
        Flush();
        return checked((int)last.RecordsAffected);
    }

    /// <inheritdoc/>
    public override void Post(string sql, params ReadOnlySpan<SqlValue> values)
    {
        _posted.Add(Command(sql, values));
        if (_posted.Count >= PostedMax)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public override void Run(string script)
    {
        Flush();
        using var command = new NpgsqlCommand(script, _connection);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override SqlRow Query(string sql, params ReadOnlySpan<SqlValue> values)
    {
        _posted.Add(Command(sql, values));
        try
        {
            _cursor.Open(Gather().ExecuteReader());
        }
        catch (Exception error) when (IsNoted(error))
        {
            throw;
        }

        return new SqlRow(_cursor);
    }

    /// <inheritdoc/>
    public override object? Scalar(string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var row = Query(sql, values);
        return row.Read() ? row.GetValue(0) : null;
    }

    /// <summary>Reads with several statements that all see the same moment.</summary>
    public TResult ReadMoment<TArgument, TResult>(TArgument argument, Func<SqlSession, TArgument, TResult> read)
    {
        // It travels with the first statement of the read.
        Post("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        var result = read(this, argument);
        Execute("COMMIT");
        return result;
    }

    /// <summary>Begins to write rows into a table; nothing else runs on the connection until it is disposed.</summary>
    public PostgresImport Import(string table, System.Collections.Immutable.ImmutableArray<PostgresColumn> columns)
    {
        Flush();
        return new PostgresImport(_connection!, table, columns);
    }

    public void Dispose()
    {
        Drop();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs what was posted.</summary>
    protected void Flush()
    {
        if (_posted.Count == 0)
        {
            return;
        }

        try
        {
            Gather().ExecuteNonQuery();
        }
        catch (Exception error) when (IsNoted(error))
        {
            throw;
        }
    }

    /// <summary>Forgets what was posted.</summary>
    protected void Forget() => _posted.Clear();

    /// <summary>Adds a statement with a parameter of its own making to what was posted.</summary>
    protected void Post(NpgsqlBatchCommand command) => _posted.Add(command);

    // On a connection that broke or did not answer in time nothing more is said, not even that all is to be undone: it would take as long again.
    private bool IsNoted(Exception error)
    {
        _isBroken |= PostgresErrors.IsLineLost(error) || PostgresErrors.IsTimeout(error);
        if (PostgresErrors.IsTimeout(error))
        {
            line.Suspect();
        }

        return false;
    }

    // The batch is not disposed: that would end the reader, and frees nothing else.
    private NpgsqlBatch Gather()
    {
        var batch = new NpgsqlBatch(_connection ?? throw new StoreUnavailableException("The database is out of reach."));
        foreach (var command in _posted)
        {
            batch.BatchCommands.Add(command);
        }

        _posted.Clear();
        return batch;
    }

    private static NpgsqlBatchCommand Command(string sql, ReadOnlySpan<SqlValue> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value.Kind switch
            {
                SqlValueKind.Null => new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = DBNull.Value },
                SqlValueKind.Number => new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Unknown, TypedValue = value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                SqlValueKind.Text => new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Unknown, TypedValue = value.Text },
                _ => new NpgsqlParameter<byte[]> { NpgsqlDbType = NpgsqlDbType.Bytea, TypedValue = value.Bytes },
            });
        }

        return command;
    }
}
