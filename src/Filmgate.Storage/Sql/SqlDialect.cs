namespace Filmgate.Storage.Sql;

/// <summary>The few expressions for which the two databases have no common words.</summary>
internal abstract class SqlDialect
{
    /// <summary>The pairs of a JSON object of texts, as a table with the columns <c>key</c> and <c>value</c>.</summary>
    public abstract string Entries(string json);

    /// <summary>
    /// The end of a query for rows of any account that are about to be changed: it leaves out what an account's own write is changing. Writes for
    /// no account take no account's lock, so they must not wait for a row.
    /// </summary>
    public abstract string LockingFree(string table);

    /// <summary>What is wrong with the files of the database, in a sentence; null when nothing is, or nobody but the server can tell.</summary>
    public abstract string? FindDamage(SqlSession session);
}
