using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Sqlite;

/// <summary>Decisions about charges in SQLite.</summary>
public sealed class SqliteChargeStore(SqliteDatabase database) : IChargeStore
{
    /// <inheritdoc/>
    public async ValueTask<StepOutcome> ResolveAsync(
        VideoTask seen, TaskTransition.ResolveCharge decision, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(audit);
        var next = decision.Apply(seen);

        // A status answer says nothing of charges, so what the cache holds stays right.
        var won = await database.WriteAsync(session =>
        {
            if (!SqliteTaskStore.Update(session, seen, next, decision))
            {
                return false;
            }

            SqliteAccountStore.InsertAudit(session, audit);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new StepOutcome(won, won ? next : seen);
    }
}
