using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>A desk in memory: it checks with the real rules, keeps drafts, and acts out other outcomes when the prompt says so.</summary>
internal sealed class ScriptedDesk : ITaskDesk, IKeyRing, IRateGate
{
    public const string LiveKey = "fg_live_0123456789abcdefghijklmnop";
    public const string OtherKey = "fg_test_0123456789abcdefghijklmnop";
    public const string BusyKey = "fg_live_busy456789abcdefghijklmnop";
    public const string ListKey = "fg_live_list456789abcdefghijklmnop";
    public const string AdminKey = "fg_admin_0123456789abcdefghijklmno";

    public static readonly Caller Owner = new(new AccountId("acc_1"), new KeyId("key_1"), KeyKind.Live);
    public static readonly Caller Other = new(new AccountId("acc_2"), new KeyId("key_2"), KeyKind.Test);
    public static readonly Caller Admin = new(new AccountId("acc_1"), new KeyId("key_3"), KeyKind.Admin);

    public static readonly Caller Busy = new(new AccountId("acc_3"), new KeyId("key_4"), KeyKind.Live);
    public static readonly Caller Lister = new(new AccountId("acc_4"), new KeyId("key_5"), KeyKind.Live);

    private readonly ConcurrentDictionary<(AccountId, string Key), (string Fingerprint, TaskId Task)> keys = [];
    private readonly ConcurrentDictionary<TaskKey, TaskView> views = [];
    private readonly ConcurrentDictionary<TaskKey, TaskDetails> details = [];
    private int lastTask;

    public ConcurrentDictionary<string, GenerationDraft> Drafts { get; } = [];

    /// <summary>The latest filter with which <see cref="Lister"/> asked.</summary>
    public TaskFilter? Filter { get; private set; }

    public void Put(TaskView view) => views[new TaskKey(Owner.Account, view.Id)] = view;

    public void Put(TaskDetails task) => details[task.Task.Key] = task;

    public ValueTask<Caller?> AuthenticateAsync(string key, IPAddress? source, CancellationToken cancellationToken) => new(key switch
    {
        LiveKey => Owner,
        OtherKey => Other,
        BusyKey => Busy,
        ListKey => Lister,
        AdminKey => Admin,
        _ => null,
    });

    public ValueTask<RateVerdict> TakeAsync(AccountId account, CancellationToken cancellationToken) =>
        new(new RateVerdict(account != Busy.Account, 7, TimeSpan.FromSeconds(2.4)));

    public ValueTask<CreateOutcome> CreateAsync(
        Caller caller, string dialect, GenerationDraft draft, string? idempotencyKey, CancellationToken cancellationToken)
    {
        switch (draft.Prompt)
        {
            case "@unavailable":
                return new(new CreateOutcome.Unavailable("The store does not answer.", TimeSpan.FromSeconds(2.5)));
            case "@forever":
                return new(new CreateOutcome.Unavailable("The store does not answer.", TimeSpan.MaxValue));
            case "@full":
                return new(new CreateOutcome.TooMany("The account has its 3 tasks in flight.", TimeSpan.FromSeconds(4.2), 3));
            case "@over":
                return new(new CreateOutcome.OverBudget(new Usd(1_400_000), new Usd(250_000)));
            case "@broke":
                return new(Refuse(FailureCode.InsufficientCredits));
            case "@policy":
                return new(Refuse(FailureCode.InsufficientCredits, FailureCode.NsfwDetected));
            case "@several":
                return new(Refuse(FailureCode.InsufficientCredits, FailureCode.NsfwDetected, FailureCode.InvalidImageUrl));
            case "@bug":
                throw new InvalidOperationException("secret detail");
        }

        if (GenerationRules.Check(draft, ["animatic"], out var faults) is null)
        {
            return new(new CreateOutcome.Refused(faults));
        }

        var id = new TaskId($"task_{Interlocked.Increment(ref lastTask)}");
        if (idempotencyKey is not null)
        {
            var mine = (Fingerprint: IdempotencyClaim.FingerprintOf(draft), Task: id);
            var first = keys.GetOrAdd((caller.Account, idempotencyKey), mine);
            if (first != mine)
            {
                return new(first.Fingerprint == mine.Fingerprint ? new CreateOutcome.Accepted(first.Task, IsReplay: true) : new CreateOutcome.KeyReused());
            }
        }

        Drafts[id.Value] = draft;
        return new(new CreateOutcome.Accepted(id));
    }

    public ValueTask<EstimateOutcome> EstimateAsync(Caller caller, GenerationDraft draft, CancellationToken cancellationToken) =>
        new(GenerationRules.Check(draft, ["animatic"], out var faults) is not { } request ? new EstimateOutcome.Refused(faults)
            : draft.Prompt == "@nobody" ? new EstimateOutcome.Priced(Usd.Zero, null, "No configured provider fits 'auto'.")
            : new EstimateOutcome.Priced(request.Rules.ListPrice(request.DurationSeconds), "kling", "It is the first official provider for 'auto'."));

    public ValueTask<ImmutableArray<TaskDetails>> ListAsync(Caller caller, TaskFilter filter, CancellationToken cancellationToken)
    {
        if (caller == Lister)
        {
            Filter = filter;
        }

        return new([
            .. details.Values
                .Where(task => task.Task.Key.Account == caller.Account && (filter.Before is not { } before || string.CompareOrdinal(task.Task.Key.Task.Value, before.Value) < 0))
                .OrderByDescending(task => task.Task.Key.Task.Value, StringComparer.Ordinal)
                .Take(filter.Limit),
        ]);
    }

    // The id says what is to come of it.
    public ValueTask<CancelOutcome?> CancelAsync(Caller caller, TaskId id, CancellationToken cancellationToken) => new((caller == Owner ? id.Value : "") switch
    {
        "c-waiting" => CancelOutcome.Canceled,
        "c-working" => CancelOutcome.Requested,
        "c-done" => CancelOutcome.TooLate,
        _ => (CancelOutcome?)null,
    });

    public ValueTask<TaskView?> FindAsync(Caller caller, TaskId id, CancellationToken cancellationToken) =>
        new(views.GetValueOrDefault(new TaskKey(caller.Account, id)));

    public ValueTask<TaskDetails?> FindDetailsAsync(Caller caller, TaskId id, CancellationToken cancellationToken) =>
        new(details.GetValueOrDefault(new TaskKey(caller.Account, id)));

    public ValueTask<Usd> BalanceAsync(Caller caller, CancellationToken cancellationToken) => new(new Usd(12_340_000));

    private static CreateOutcome.Refused Refuse(params ReadOnlySpan<FailureCode> codes)
    {
        var faults = ImmutableArray.CreateBuilder<RequestFault>();
        foreach (var code in codes)
        {
            faults.Add(new(RequestField.Body, $"is refused: {code.Name()}", Code: code));
        }

        return new CreateOutcome.Refused(faults.ToImmutable());
    }
}
