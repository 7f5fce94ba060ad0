namespace Filmgate.Storage.Sqlite;

/// <summary>A value on its way into a statement. A number stays a number: as an <c>object</c> each would be an allocation.</summary>
internal readonly struct SqliteValue
{
    private SqliteValue(SqliteValueKind kind, long number = 0, object? content = null)
    {
        Kind = kind;
        Number = number;
        Content = content;
    }

    public SqliteValueKind Kind { get; }

    public long Number { get; }

    private object? Content { get; }

    public string Text => (string)Content!;

    public byte[] Bytes => (byte[])Content!;

    public static implicit operator SqliteValue(long number) => new(SqliteValueKind.Number, number);

    public static implicit operator SqliteValue(int number) => new(SqliteValueKind.Number, number);

    public static implicit operator SqliteValue(long? number) => number is { } given ? given : default(SqliteValue);

    public static implicit operator SqliteValue(int? number) => number is { } given ? given : default(SqliteValue);

    public static implicit operator SqliteValue(string? text) => text is null ? default : new(SqliteValueKind.Text, content: text);

    public static implicit operator SqliteValue(byte[]? bytes) => bytes is null ? default : new(SqliteValueKind.Bytes, content: bytes);
}

/// <summary>What a value is.</summary>
internal enum SqliteValueKind
{
    Null,
    Number,
    Text,
    Bytes,
}
