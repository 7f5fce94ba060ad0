using Filmgate.Torture.Books;

namespace Filmgate.Torture.Verdict;

/// <summary>A task as the gateway's own API shows it after the quiet.</summary>
/// <param name="Task">Its id.</param>
/// <param name="Number">The driver's number in its prompt; null when it has none.</param>
/// <param name="Asked">Mode, seconds, provider and prompt.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it failed; null when it did not.</param>
/// <param name="CostMicros">What it cost.</param>
/// <param name="Attempts">The states of its attempts, oldest first, each with its provider.</param>
internal sealed record TaskFact(
    string Task, int? Number, string Asked, string State, string? Reason, long CostMicros, IReadOnlyList<(string Provider, string State)> Attempts)
{
    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its last submission began; null before that.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it has ended.</summary>
    public bool IsTerminal => State is "success" or "failed";

    /// <summary>Whether nobody knows what became of its last submission, whether that is still waited for or given up.</summary>
    public bool IsUnresolved => Attempts is [.., { State: "unknown" or "abandoned" }];
}

/// <summary>What the gateway's ledger has of a task, in micro-dollars.</summary>
/// <param name="Hold">What was held for it.</param>
/// <param name="Net">Hold, settlement and release together: what it takes out of the budget now.</param>
internal sealed record LedgerFact(long Hold, long Net);

/// <summary>What came of fetching a task's clip.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Sha256">Hash of the bytes.</param>
internal sealed record ClipFact(int Status, string Sha256);

/// <summary>What the account has spent by the gateway's books, in micro-dollars.</summary>
/// <param name="Spent">All that is taken out of the budget: charges and holds.</param>
/// <param name="Held">Holds alone.</param>
/// <param name="Reported">The total of the spend report.</param>
internal sealed record MoneyFact(long Spent, long Held, long Reported);

/// <summary>What came of asking once more with a key that was used.</summary>
/// <param name="Number">The driver's number.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Task">The task's id.</param>
internal sealed record ReplayFact(int Number, int Status, string? Task);

/// <summary>The state of the store after the run.</summary>
/// <param name="DoctorExit">Exit code of <c>filmgate doctor</c>.</param>
/// <param name="Doctor">What it said.</param>
/// <param name="Integrity">The answer of <c>PRAGMA integrity_check</c>.</param>
/// <param name="ForeignKeyFaults">Rows of <c>PRAGMA foreign_key_check</c>.</param>
/// <param name="LeftFiles">Temporary files of the last life, which had time to take them away. Those of a life that was struck are swept by age, after hours.</param>
internal sealed record StoreFact(int DoctorExit, string Doctor, string Integrity, int ForeignKeyFaults, IReadOnlyList<string> LeftFiles);

/// <summary>What the logs of all lives hold that they must not.</summary>
/// <param name="Canaries">Planted secrets that were found, by their meaning.</param>
/// <param name="Exits">Lives that ended without having been struck, with what they said.</param>
internal sealed record LogFact(IReadOnlyList<string> Canaries, IReadOnlyList<string> Exits);

/// <summary>Everything by which a run is judged: the three books, and what the gateway says of itself. Its database is not among it.</summary>
internal sealed record Evidence
{
    /// <summary>The provider's book.</summary>
    public required IReadOnlyList<Line> Provider { get; init; }
    /// <summary>The receiver's book.</summary>
    public required IReadOnlyList<Line> Receiver { get; init; }
    /// <summary>The driver's book.</summary>
    public required IReadOnlyList<Line> Driver { get; init; }
    /// <summary>All tasks of the account.</summary>
    public required IReadOnlyList<TaskFact> Tasks { get; init; }
    /// <summary>The clips of successful tasks, by task.</summary>
    public required IReadOnlyDictionary<string, ClipFact> Clips { get; init; }
    /// <summary>The account's ledger, by task.</summary>
    public required IReadOnlyDictionary<string, LedgerFact> Ledger { get; init; }
    /// <summary>The account's money.</summary>
    public required MoneyFact Money { get; init; }
    /// <summary>Every key used once more.</summary>
    public required IReadOnlyList<ReplayFact> Replays { get; init; }
    /// <summary>Jobs in the provider's book before the replays.</summary>
    public required int JobsBeforeReplays { get; init; }
    /// <summary>Jobs in the provider's book some time after them.</summary>
    public required int JobsAfterReplays { get; init; }
    /// <summary>The store.</summary>
    public required StoreFact Store { get; init; }
    /// <summary>The logs.</summary>
    public required LogFact Logs { get; init; }
    /// <summary>Providers that find a submission by the gateway's id, where nothing may stay unresolved.</summary>
    public required IReadOnlySet<string> FindsSubmissions { get; init; }
    /// <summary>Providers that may bill a task which they could not do, so that what is held for it may be kept.</summary>
    public required IReadOnlySet<string> MayBillFailures { get; init; }
    /// <summary>Tasks that must have been in flight at every strike.</summary>
    public required int InFlightAsked { get; init; }
    /// <summary>The surface whose webhooks are signed, by number.</summary>
    public required Func<int, bool> IsSigned { get; init; }
}

/// <summary>Something that must not be.</summary>
/// <param name="Oracle">Which statement is broken: O1 to O11, or <c>aim</c> where the run itself was not as hard as asked.</param>
/// <param name="Sentence">What was found.</param>
internal sealed record Finding(string Oracle, string Sentence)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Oracle,-3}  {Sentence}";
}
