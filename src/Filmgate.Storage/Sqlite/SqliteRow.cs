namespace Filmgate.Storage.Sqlite;

/// <summary>The rows of a query, one at a time. Its statement is free again once this is disposed.</summary>
internal readonly struct SqliteRow(SqliteStatement statement) : IDisposable
{
    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Read() => statement.Step();

    public bool IsDBNull(int column) => statement.IsNull(column);

    public long GetInt64(int column) => statement.Number(column);

    public int GetInt32(int column) => checked((int)statement.Number(column));

    public string GetString(int column) => statement.Text(column);

    public byte[] GetBytes(int column) => statement.Bytes(column);

    public object? GetValue(int column) => statement.Value(column);

    public void Dispose() => statement.Reset();
}
