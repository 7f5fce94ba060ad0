namespace Filmgate.Storage.Sql;

/// <summary>The rows of a query, one at a time. The statement is free again once this is disposed.</summary>
internal readonly struct SqlRow(SqlCursor cursor) : IDisposable
{
    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Read() => cursor.Step();

    public bool IsDBNull(int column) => cursor.IsNull(column);

    public long GetInt64(int column) => cursor.Number(column);

    public int GetInt32(int column) => checked((int)cursor.Number(column));

    public string GetString(int column) => cursor.Text(column);

    public byte[] GetBytes(int column) => cursor.Bytes(column);

    public object? GetValue(int column) => cursor.Value(column);

    public void Dispose() => cursor.Reset();
}
