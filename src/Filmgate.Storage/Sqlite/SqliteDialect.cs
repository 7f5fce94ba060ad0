using Filmgate.Storage.Sql;

namespace Filmgate.Storage.Sqlite;

/// <summary>SQLite's own words.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    public override string Entries(string json) => $"json_each({json})";

    // Its one writer is alone.
    public override string LockingFree(string table) => "";

    public override string? FindDamage(SqlSession session) =>
        session.Scalar("PRAGMA integrity_check") is string verdict && verdict != "ok" ? $"The database file is damaged: {verdict}." : null;
}
