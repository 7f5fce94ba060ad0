namespace Filmgate.Storage.Sql;

/// <summary>A value on its way into a statement. A number stays a number: as an <c>object</c> each would be an allocation.</summary>
internal readonly struct SqlValue
{
    private SqlValue(SqlValueKind kind, long number = 0, object? content = null)
    {
        Kind = kind;
        Number = number;
        Content = content;
    }

    public SqlValueKind Kind { get; }

    public long Number { get; }

    private object? Content { get; }

    public string Text => (string)Content!;

    public byte[] Bytes => (byte[])Content!;

    public static implicit operator SqlValue(long number) => new(SqlValueKind.Number, number);

    public static implicit operator SqlValue(int number) => new(SqlValueKind.Number, number);

    public static implicit operator SqlValue(long? number) => number is { } given ? given : default(SqlValue);

    public static implicit operator SqlValue(int? number) => number is { } given ? given : default(SqlValue);

    public static implicit operator SqlValue(string? text) => text is null ? default : new(SqlValueKind.Text, content: text);

    public static implicit operator SqlValue(byte[]? bytes) => bytes is null ? default : new(SqlValueKind.Bytes, content: bytes);
}

/// <summary>What a value is.</summary>
internal enum SqlValueKind
{
    Null,
    Number,
    Text,
    Bytes,
}
