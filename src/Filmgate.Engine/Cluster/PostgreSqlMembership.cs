using System.Data;
using System.Globalization;
using Npgsql;

namespace Filmgate.Engine.Cluster;

/// <summary>
/// Who belongs to the cluster, in the database that all nodes share. Orleans reads and writes it over this seam; what it asks for is that every
/// change but a sign of life is conditional on the version of the table and of the row, and that a read sees one moment.
/// </summary>
/// <remarks>The tables are <c>cluster_version</c>, a single row, and <c>cluster_members</c>; a migration makes them.</remarks>
public sealed class PostgreSqlMembership(NpgsqlDataSource source) : IMembershipTable
{
    private const string Columns = "m.address, m.status, m.suspects, m.host_name, m.node_name, m.started_at, m.alive_at, m.revision";

    /// <inheritdoc/>
    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DeleteMembershipTableEntries(string clusterId) => ExecuteAsync("DELETE FROM cluster_members");

    /// <inheritdoc/>
    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => ExecuteAsync(
        "DELETE FROM cluster_members WHERE status = $1 AND alive_at < $2", (short)SiloStatus.Dead, beforeDate.UtcDateTime);

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ReadAsync($"SELECT v.version, {Columns} FROM cluster_version v LEFT JOIN cluster_members m ON m.address = $1", key.ToParsableString());
    }

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadAll() => ReadAsync($"SELECT v.version, {Columns} FROM cluster_version v LEFT JOIN cluster_members m ON true");

    /// <inheritdoc/>
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ChangeAsync(
            tableVersion,
            """
            INSERT INTO cluster_members (address, status, suspects, host_name, node_name, started_at, alive_at, revision)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (address) DO NOTHING
            """,
            entry.SiloAddress.ToParsableString(), (short)entry.Status, Write(entry.SuspectTimes), entry.HostName ?? "", entry.SiloName ?? "",
            Utc(entry.StartTime), Utc(entry.IAmAliveTime));
    }

    /// <inheritdoc/>
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ChangeAsync(
            tableVersion,
            """
            UPDATE cluster_members SET status = $2, suspects = $3, alive_at = GREATEST(alive_at, $4), revision = revision + 1
            WHERE address = $1 AND revision = $5
            """,
            entry.SiloAddress.ToParsableString(), (short)entry.Status, Write(entry.SuspectTimes), Utc(entry.IAmAliveTime),
            long.Parse(etag, CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ExecuteAsync("UPDATE cluster_members SET alive_at = $2 WHERE address = $1", entry.SiloAddress.ToParsableString(), Utc(entry.IAmAliveTime));
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        var command = source.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            Bind(command, values);
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    // The version's row is written first, so that two changes at once wait for one another and the second finds that it is too late.
    private async Task<bool> ChangeAsync(TableVersion next, string sql, params object[] values)
    {
        var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var isFirst = await ChangesOneAsync(
                    connection, "UPDATE cluster_version SET version = $1 WHERE version = $2", next.Version, int.Parse(next.VersionEtag, CultureInfo.InvariantCulture))
                    .ConfigureAwait(false);
                if (!isFirst || !await ChangesOneAsync(connection, sql, values).ConfigureAwait(false))
                {
                    return false;
                }

                await transaction.CommitAsync().ConfigureAwait(false);
                return true;
            }
        }
    }

    private static async Task<bool> ChangesOneAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            Bind(command, values);
            return await command.ExecuteNonQueryAsync().ConfigureAwait(false) == 1;
        }
    }

    private async Task<MembershipTableData> ReadAsync(string sql, params object[] values)
    {
        var command = source.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            Bind(command, values);
            var row = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                var members = new List<Tuple<MembershipEntry, string>>();
                var version = 0;
                while (await row.ReadAsync().ConfigureAwait(false))
                {
                    version = row.GetInt32(0);
                    if (!row.IsDBNull(1))
                    {
                        members.Add(Tuple.Create(EntryOf(row), row.GetInt64(8).ToString(CultureInfo.InvariantCulture)));
                    }
                }

                return new MembershipTableData(members, new TableVersion(version, version.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }

    private static MembershipEntry EntryOf(NpgsqlDataReader row) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(row.GetString(1)),
        Status = (SiloStatus)row.GetInt16(2),
        SuspectTimes = Read(row.GetFieldValue<string[]>(3)),
        HostName = row.GetString(4),
        SiloName = row.GetString(5),
        StartTime = row.GetDateTime(6),
        IAmAliveTime = row.GetDateTime(7),
    };

    private static string[] Write(List<Tuple<SiloAddress, DateTime>>? suspects) =>
        [.. (suspects ?? []).Select(suspect => $"{suspect.Item1.ToParsableString()} {Utc(suspect.Item2):O}")];

    private static List<Tuple<SiloAddress, DateTime>> Read(string[] suspects) =>
    [
        .. suspects.Select(suspect => suspect.Split(' ')).Select(parts => Tuple.Create(
            SiloAddress.FromParsableString(parts[0]), DateTime.Parse(parts[1], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind))),
    ];

    // Orleans means UTC and does not always say so.
    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private static void Bind(NpgsqlCommand command, object[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
    }
}
