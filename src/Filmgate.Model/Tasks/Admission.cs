using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Webhooks;

namespace Filmgate.Model.Tasks;

/// <summary>A task at the door: everything that is decided and written in one transaction before the caller is told.</summary>
/// <param name="Task">The task.</param>
/// <param name="Claim">The caller's idempotency key; null without one.</param>
/// <param name="Callback">The callback that the acceptance makes due; null for most tasks.</param>
public sealed record Admission(VideoTask Task, IdempotencyClaim? Claim, NewDelivery? Callback = null)
{
    /// <summary>What the account's webhook endpoints are told of the acceptance; null for nothing.</summary>
    public NewEvent? Event { get; init; }
}

/// <summary>What came of an admission: a closed set.</summary>
public abstract record AdmissionOutcome
{
    private AdmissionOutcome()
    {
    }

    /// <summary>The task is on the disk.</summary>
    public sealed record Accepted : AdmissionOutcome;

    /// <summary>The key was used before for the same request; nothing was created.</summary>
    /// <param name="Original">The task it stands for.</param>
    public sealed record Replayed(Identity.TaskId Original) : AdmissionOutcome;

    /// <summary>The key was used before for another request; nothing was created.</summary>
    public sealed record KeyReused : AdmissionOutcome;

    /// <summary>The caller's own id names another task of the same dialect already; nothing was created.</summary>
    public sealed record DuplicateExternalId : AdmissionOutcome;

    /// <summary>The account has as many tasks in flight as it may have; nothing was created.</summary>
    /// <param name="Limit">How many it may have.</param>
    public sealed record TooManyInFlight(int Limit) : AdmissionOutcome;

    /// <summary>The budget does not reach; nothing was created.</summary>
    /// <param name="Left">What may still be spent.</param>
    public sealed record OverBudget(Usd Left) : AdmissionOutcome;
}
