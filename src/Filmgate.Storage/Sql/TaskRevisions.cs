using System.Text.Json;
using Filmgate.Model.Identity;

namespace Filmgate.Storage.Sql;

/// <summary>Revisions of tasks in a database.</summary>
public sealed class TaskRevisions(SqlDatabase database) : ITaskRevisions
{
    private readonly string _read = $"""
        SELECT t.id, t.account_id, t.revision FROM {database.Dialect.Entries("$1")} asked
        JOIN tasks t ON t.id = asked.key AND t.account_id = asked.value WHERE t.deleted_at IS NULL
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<TaskKey, long>> ReadAsync(IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        var asked = JsonSerializer.Serialize(tasks.ToDictionary(task => task.Task.Value, task => task.Account.Value, StringComparer.Ordinal));
        return database.ReadAsync<(string Sql, string Asked), IReadOnlyDictionary<TaskKey, long>>((_read, asked), static (session, read) =>
        {
            var revisions = new Dictionary<TaskKey, long>();
            using var row = session.Query(read.Sql, read.Asked);
            while (row.Read())
            {
                revisions[new TaskKey(new AccountId(row.GetString(1)), new TaskId(row.GetString(0)))] = row.GetInt64(2);
            }

            return revisions;
        }, cancellationToken);
    }
}
