using Filmgate.Storage.Sql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>PostgreSQL's own words.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public override string Entries(string json) => $"json_each_text(CAST({json} AS JSON))";

    public override string LockingFree(string table) => $"FOR UPDATE OF {table} SKIP LOCKED";

    // Files are the server's: its checksums and amcheck tell of damage, and a client sees none.
    public override string? FindDamage(SqlSession session) => null;
}
