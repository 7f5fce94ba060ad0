using Filmgate.Model.Tasks;

namespace Filmgate.Storage;

/// <summary>Keeps what somebody decided about charges that nobody could confirm.</summary>
public interface IChargeStore
{
    /// <summary>
    /// Applies a decision to the task as it was seen, and only if nobody changed the task since. The audit entry is written in the same
    /// transaction, so no charge is decided unrecorded.
    /// </summary>
    /// <exception cref="IllegalTransitionException">The attempt has no unconfirmed charge, as the task was seen.</exception>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    ValueTask<StepOutcome> ResolveAsync(VideoTask seen, TaskTransition.ResolveCharge decision, AuditEntry audit, CancellationToken cancellationToken);
}
