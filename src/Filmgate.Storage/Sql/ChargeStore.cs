using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Sql;

/// <summary>Decisions about charges in a database.</summary>
public sealed class ChargeStore(SqlDatabase database) : IChargeStore
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
        var won = await database.WriteAsync(seen.Key.Account, session =>
        {
            if (!TaskStore.Update(session, seen, next, decision))
            {
                return false;
            }

            AccountStore.InsertAudit(session, audit);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new StepOutcome(won, won ? next : seen);
    }
}
