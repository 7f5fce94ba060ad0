using System.Text;
using Filmgate.Storage.Sql;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Filmgate.Storage.Sqlite;

/// <summary>
/// A prepared statement of one connection. It speaks to SQLite directly, because the commands and parameters of the data provider
/// cost about as much per row as SQLite's own work. Of its users only one is at work at a time.
/// </summary>
internal sealed class SqliteStatement : SqlCursor, IDisposable
{
    private const int TextBytesKept = 4096;

    private readonly SQLitePCL.sqlite3 _database;
    private readonly SQLitePCL.sqlite3_stmt _statement;
    private readonly int[] _positions;
    private byte[] _text = new byte[TextBytesKept];

    /// <summary>Prepares it. Its parameters are <c>$1</c>, <c>$2</c>, …, wherever they stand and however often.</summary>
    /// <exception cref="SqliteException">SQLite does not take it.</exception>
    public SqliteStatement(SQLitePCL.sqlite3 database, string sql)
    {
        _database = database;
        SqliteException.ThrowExceptionForRC(sqlite3_prepare_v3(database, sql, SQLITE_PREPARE_PERSISTENT, out _statement, out var rest), database);
        if (!string.IsNullOrWhiteSpace(rest))
        {
            throw new ArgumentException($"One statement is prepared at a time; this one is followed by: {rest}", nameof(sql));
        }

        // SQLite numbers named parameters in the order in which they appear.
        _positions = new int[sqlite3_bind_parameter_count(_statement)];
        for (var i = 0; i < _positions.Length; i++)
        {
            _positions[i] = sqlite3_bind_parameter_index(_statement, $"${i + 1}");
        }
    }

    /// <summary>Gives the parameters their values, in the order of their numbers.</summary>
    public void Bind(ReadOnlySpan<SqlValue> values)
    {
        if (values.Length != _positions.Length)
        {
            throw new ArgumentException($"The statement has {_positions.Length} parameters and was given {values.Length} values.", nameof(values));
        }

        for (var i = 0; i < values.Length; i++)
        {
            var code = Bind(_positions[i], values[i]);
            if (code != SQLITE_OK)
            {
                SqliteException.ThrowExceptionForRC(code, _database);
            }
        }
    }

    /// <summary>Goes to the next row; false when there is none. A statement that failed is ready for its next use.</summary>
    /// <exception cref="SqliteException">SQLite could not do it.</exception>
    public override bool Step()
    {
        var code = sqlite3_step(_statement);
        if (code is not (SQLITE_ROW or SQLITE_DONE))
        {
            Fail(code);
        }

        return code == SQLITE_ROW;
    }

    /// <summary>Ends it, so that it holds no lock and can be used again.</summary>
    public override void Reset() => sqlite3_reset(_statement);

    public override bool IsNull(int column) => sqlite3_column_type(_statement, column) == SQLITE_NULL;

    public override long Number(int column) => sqlite3_column_int64(_statement, column);

    public override string Text(int column) => Encoding.UTF8.GetString(sqlite3_column_blob(_statement, column));

    public override byte[] Bytes(int column) => sqlite3_column_blob(_statement, column).ToArray();

    /// <summary>A number, a text, bytes or null, as it is stored.</summary>
    public override object? Value(int column) => sqlite3_column_type(_statement, column) switch
    {
        SQLITE_NULL => null,
        SQLITE_INTEGER => Number(column),
        SQLITE_TEXT => Text(column),
        SQLITE_BLOB => Bytes(column),
        var other => throw new NotSupportedException($"No statement asks for a value of SQLite's type {other}."),
    };

    public void Dispose() => _statement.Dispose();

    private int Bind(int position, in SqlValue value) => value.Kind switch
    {
        SqlValueKind.Null => sqlite3_bind_null(_statement, position),
        SqlValueKind.Number => sqlite3_bind_int64(_statement, position, value.Number),
        SqlValueKind.Text => BindText(position, value.Text),
        SqlValueKind.Bytes when value.Bytes.Length == 0 => sqlite3_bind_zeroblob(_statement, position, 0),
        _ => sqlite3_bind_blob(_statement, position, value.Bytes),
    };

    private int BindText(int position, string text)
    {
        // A span without bytes has no address, which SQLite would take for null.
        if (text.Length == 0)
        {
            return sqlite3_bind_text(_statement, position, text);
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= TextBytesKept ? _text : new byte[most];
        return sqlite3_bind_text(_statement, position, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
    }

    // The message belongs to the connection's last call, so it is read before the reset.
    private void Fail(int code)
    {
        try
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
        finally
        {
            Reset();
        }
    }
}
