namespace Filmgate.Storage.Sql;

/// <summary>Where a query stands in its rows, in the words of one database.</summary>
internal abstract class SqlCursor
{
    /// <summary>Goes to the next row; false when there is none.</summary>
    public abstract bool Step();

    public abstract bool IsNull(int column);

    /// <summary>A whole number, whatever the database counts with.</summary>
    public abstract long Number(int column);

    public abstract string Text(int column);

    public abstract byte[] Bytes(int column);

    /// <summary>A <c>long</c>, a <c>string</c>, bytes or null; a truth value is 0 or 1.</summary>
    public abstract object? Value(int column);

    /// <summary>Ends it, so that the next statement may come.</summary>
    public abstract void Reset();
}
