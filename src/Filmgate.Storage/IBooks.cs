using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;

namespace Filmgate.Storage;

/// <summary>Reads the books: the ledger, what was spent on what, and whether all of it agrees.</summary>
public interface IBooks
{
    /// <summary>The ledger of an account, newest first.</summary>
    /// <param name="account">The account.</param>
    /// <param name="before">Only entries with a smaller number; null for the newest.</param>
    /// <param name="limit">Most entries, 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<ImmutableArray<LedgerRecord>> ReadLedgerAsync(AccountId account, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>What settled tasks cost, by the day on which they were accepted (UTC), key, provider and mode.</summary>
    /// <param name="account">The account; null for all.</param>
    /// <param name="from">First day.</param>
    /// <param name="to">Last day.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<ImmutableArray<SpendLine>> SpendAsync(AccountId? account, DateOnly from, DateOnly to, CancellationToken cancellationToken);

    /// <summary>Charges that nobody could confirm, oldest first: each keeps its task's hold until somebody decides.</summary>
    /// <param name="provider">Only those at that provider; null for all.</param>
    /// <param name="before">Only those of attempts that ended before; null for all.</param>
    /// <param name="limit">Most of them, 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<ImmutableArray<UnconfirmedCharge>> UnconfirmedAsync(string? provider, DateTimeOffset? before, int limit, CancellationToken cancellationToken);

    /// <summary>Compares totals, ledger and tasks with one another; the answer is what does not agree, in sentences.</summary>
    ValueTask<ImmutableArray<string>> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>What a ledger entry does.</summary>
public enum LedgerKind
{
    /// <summary>Sets the price aside while a task is in flight; positive.</summary>
    Hold = 1,
    /// <summary>Corrects the hold to what was charged; may have either sign.</summary>
    Settle = 2,
    /// <summary>Gives the hold back; negative.</summary>
    Release = 3,
}

/// <summary>One ledger entry.</summary>
/// <param name="Number">Its number; later entries have larger ones.</param>
/// <param name="Task">The task.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Amount">By how much it changes what the account has spent.</param>
/// <param name="At">When.</param>
public sealed record LedgerRecord(long Number, TaskId Task, LedgerKind Kind, Usd Amount, DateTimeOffset At);

/// <summary>One line of the spend report.</summary>
/// <param name="Day">The day on which the tasks were accepted (UTC).</param>
/// <param name="Account">The account.</param>
/// <param name="Key">The key.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Mode">The mode.</param>
/// <param name="Tasks">Tasks.</param>
/// <param name="Cost">What they cost.</param>
public sealed record SpendLine(DateOnly Day, AccountId Account, KeyId Key, string Provider, GenerationMode Mode, int Tasks, Usd Cost);

/// <summary>What an attempt may have been charged although nobody knows.</summary>
/// <param name="Task">The task.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Provider">The provider.</param>
/// <param name="UpstreamId">The provider's id, under which it can be looked up there; null when it never named one.</param>
/// <param name="Amount">How much at most.</param>
/// <param name="Reason">What happened, in a sentence.</param>
/// <param name="Since">When the attempt ended.</param>
public sealed record UnconfirmedCharge(
    TaskKey Task, AttemptId Attempt, string Provider, string? UpstreamId, Usd Amount, string? Reason, DateTimeOffset Since);
