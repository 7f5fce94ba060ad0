namespace Filmgate.Storage.Sql;

/// <summary>
/// One connection as the stores use it, with one user at a time. Statements are constants that both databases understand; parameters are
/// <c>$1</c>, <c>$2</c>, … in the order given, and values only ever travel as parameters.
/// </summary>
/// <remarks>
/// PostgreSQL finds the type of a parameter where it meets it first, so a statement compares it before it asks whether it is null:
/// <c>(id &lt; $2 OR $2 IS NULL)</c>.
/// </remarks>
internal abstract class SqlSession
{
    protected SqlSession() => Tills = new SqlTills(this);

    /// <summary>What the admissions of the present transaction have taken.</summary>
    public SqlTills Tills { get; }

    /// <summary>Runs a statement and says how many rows it changed.</summary>
    public abstract int Execute(string sql, params ReadOnlySpan<SqlValue> values);

    /// <summary>
    /// Runs a statement of whose outcome nobody asks, within a write: before the next statement that is asked about, or before the commit. A
    /// database at the far end of a line gets many of them in one message.
    /// </summary>
    public abstract void Post(string sql, params ReadOnlySpan<SqlValue> values);

    /// <summary>Runs statements that take no parameters and are not kept.</summary>
    public abstract void Run(string script);

    /// <summary>The rows of a query; to be disposed before the next statement.</summary>
    public abstract SqlRow Query(string sql, params ReadOnlySpan<SqlValue> values);

    /// <summary>The first column of the first row: a <c>long</c>, a <c>string</c>, bytes, or null, also when there is no row.</summary>
    public abstract object? Scalar(string sql, params ReadOnlySpan<SqlValue> values);
}
