using Filmgate.Storage.Sql;
using Npgsql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>The rows of the one query that is open on a connection.</summary>
internal sealed class PostgresCursor : SqlCursor
{
    private NpgsqlDataReader? _reader;

    /// <summary>Takes over the rows of the next query.</summary>
    public void Open(NpgsqlDataReader reader) => _reader = reader;

    public override bool Step() => _reader!.Read();

    public override bool IsNull(int column) => _reader!.IsDBNull(column);

    public override long Number(int column) => _reader!.GetInt64(column);

    public override string Text(int column) => _reader!.GetString(column);

    public override byte[] Bytes(int column) => _reader!.GetFieldValue<byte[]>(column);

    public override object? Value(int column) => _reader!.IsDBNull(column) ? null : Plain(_reader.GetValue(column));

    public override void Reset()
    {
        _reader?.Dispose();
        _reader = null;
    }

    /// <summary>A value as SQLite would give it: sums are decimals here, and truth values are no numbers.</summary>
    private static object Plain(object value) => value switch
    {
        int number => (long)number,
        short number => (long)number,
        decimal number => (long)number,
        bool isTrue => isTrue ? 1L : 0L,
        _ => value,
    };
}
