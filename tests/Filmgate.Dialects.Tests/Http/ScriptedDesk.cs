using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Http;

/// <summary>
/// A desk in memory: it checks with the real rules, keeps what was created, lets tests move it on, and acts out other outcomes when the
/// prompt says so.
/// </summary>
internal sealed class ScriptedDesk : ITaskDesk, IKeyRing, IRateGate, ICallbackSecrets, IPublicAddress
{
    /// <summary>Where callers are told that this gateway is.</summary>
    public const string PublicAddress = "https://gate.test";

    public const string LiveKey = "fg_live_0123456789abcdefghijklmnop";
    public const string OtherKey = "fg_test_0123456789abcdefghijklmnop";
    public const string BusyKey = "fg_live_busy456789abcdefghijklmnop";
    public const string PageKey = "fg_live_page456789abcdefghijklmnop";
    public const string ListKey = "fg_live_list456789abcdefghijklmnop";
    public const string ArchiveKey = "fg_live_archive789abcdefghijklmnop";
    public const string AdminKey = "fg_admin_0123456789abcdefghijklmno";

    /// <summary>The secret half of the owner's key pair; the public half is the key's id.</summary>
    public const string OwnerSecret = "secret-of-key-1-in-43-characters-0123456789";

    public static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    public static readonly Caller Owner = new(new AccountId("acc_1"), new KeyId("key_1"), KeyKind.Live);
    public static readonly Caller Other = new(new AccountId("acc_2"), new KeyId("key_2"), KeyKind.Test);
    public static readonly Caller Admin = new(new AccountId("acc_1"), new KeyId("key_3"), KeyKind.Admin);

    public static readonly Caller Busy = new(new AccountId("acc_3"), new KeyId("key_4"), KeyKind.Live);
    /// <summary>Owns the videos of one test, which counts them all.</summary>
    public static readonly Caller Archivist = new(new AccountId("acc_6"), new KeyId("key_7"), KeyKind.Live);

    /// <summary>Has only the tasks that one test puts there.</summary>
    public static readonly Caller Pager = new(new AccountId("acc_5"), new KeyId("key_6"), KeyKind.Live);

    public static readonly Caller Lister = new(new AccountId("acc_4"), new KeyId("key_5"), KeyKind.Live);

    private readonly ConcurrentDictionary<(AccountId, string Key), (string Fingerprint, TaskId Task)> keys = [];
    private readonly ConcurrentDictionary<TaskKey, TaskView> views = [];
    private readonly ConcurrentDictionary<TaskKey, TaskDetails> details = [];
    private readonly ConcurrentDictionary<TaskKey, TaskCompletionSource> changes = [];
    private int lastTask;

    public ConcurrentDictionary<string, GenerationDraft> Drafts { get; } = [];

    /// <summary>The latest filter with which <see cref="Lister"/> asked.</summary>
    public TaskFilter? Filter { get; private set; }

    public void Put(TaskView view) => views[new TaskKey(Owner.Account, view.Id)] = view;

    public void Put(TaskDetails task)
    {
        details[task.Task.Key] = task;
        views[task.Task.Key] = task.View;
        if (changes.TryRemove(task.Task.Key, out var change))
        {
            change.SetResult();
        }
    }

    /// <summary>Moves a task on, as the engine would; who watches it hears of it.</summary>
    public TaskDetails Advance(TaskId id, Func<VideoTask, VideoTask> step, string? clipUrl = null, string? posterUrl = null)
    {
        var key = details.Keys.Single(key => key.Task == id);
        var task = step(details[key].Task);
        var moved = new TaskDetails(task with { Revision = task.Revision + 1 }, clipUrl, posterUrl);
        Put(moved);
        return moved;
    }

    /// <summary>The tasks of an account, oldest first.</summary>
    public ImmutableArray<TaskDetails> TasksOf(Caller caller) =>
        [.. details.Values.Where(task => task.Task.Key.Account == caller.Account).OrderBy(task => task.Task.Key.Task.Value, StringComparer.Ordinal)];

    public ReadOnlyMemory<byte> SigningSeed { get; } = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 };

    public ReadOnlyMemory<byte> Of(AccountId account) => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(account.Value));

    string IPublicAddress.Value => PublicAddress;

    public ValueTask<SigningCaller?> FindPairAsync(string accessKey, IPAddress? source, CancellationToken cancellationToken) =>
        new(accessKey == Owner.Key.Value ? new SigningCaller(Owner, OwnerSecret) : null);

    public ValueTask<Caller?> AuthenticateAsync(string key, IPAddress? source, CancellationToken cancellationToken) => new(key switch
    {
        LiveKey => Owner,
        OtherKey => Other,
        BusyKey => Busy,
        ListKey => Lister,
        ArchiveKey => Archivist,
        PageKey => Pager,
        AdminKey => Admin,
        _ => null,
    });

    public ValueTask<RateVerdict> TakeAsync(Caller caller, CancellationToken cancellationToken) =>
        new(new RateVerdict(caller.Account != Busy.Account, 7, TimeSpan.FromSeconds(2.4)));

    public RateVerdict NoteWrongKey(IPAddress? source) => new(IsAllowed: true, 7, TimeSpan.FromSeconds(2.4));

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

        if (GenerationRules.Check(draft, ["animatic"], out var faults) is not { } request)
        {
            return new(new CreateOutcome.Refused(faults));
        }

        // What a prompt asks for is acted out for every key here.
        var rehearsed = Directives.Read(request.Prompt).Answers.At(0);
        if (rehearsed is { } answer and not RehearsedAnswer.LostAnswer)
        {
            return new(answer == RehearsedAnswer.LostRequest ? new CreateOutcome.Unanswered(null) : new CreateOutcome.Rehearsed(answer));
        }

        if (draft.ExternalId is { } externalId && Find(caller, dialect, externalId) is not null)
        {
            return new(new CreateOutcome.DuplicateId(externalId));
        }

        var id = new TaskId($"task_{Interlocked.Increment(ref lastTask):d36}");
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
        Put(new TaskDetails(
            new VideoTask
            {
                Key = new TaskKey(caller.Account, id),
                KeyId = caller.Key,
                IsTest = caller.Kind == KeyKind.Test,
                Dialect = dialect,
                Request = request,
                CallbackUrl = draft.CallbackUrl,
                CallbackEvents = draft.CallbackEvents,
                Source = draft.Source,
                ExternalId = draft.ExternalId,
                Notes = draft.Notes,
                Metadata = draft.Metadata,
                State = TaskState.Pending,
                CreatedAt = Created.AddSeconds(lastTask),
                DueAt = Created,
            },
            null,
            null));
        return new(rehearsed is null ? new CreateOutcome.Accepted(id) : new CreateOutcome.Unanswered(id));
    }

    public ValueTask<EstimateOutcome> EstimateAsync(Caller caller, GenerationDraft draft, CancellationToken cancellationToken) =>
        new(GenerationRules.Check(draft, ["animatic"], out var faults) is not { } request ? new EstimateOutcome.Refused(faults)
            : draft.Prompt == "@nobody" ? new EstimateOutcome.Priced(Usd.Zero, Usd.Zero, null, "No configured provider fits 'auto'.")
            : new EstimateOutcome.Priced(request.Rules.ListPrice(request.DurationSeconds), Usd.FromDollars(3), "kling", "It is the first official provider for 'auto'."));

    public ValueTask<ImmutableArray<TaskDetails>> ListAsync(Caller caller, TaskFilter filter, CancellationToken cancellationToken)
    {
        if (caller == Lister)
        {
            Filter = filter;
        }

        var found = details.Values.Where(task => task.Task.Key.Account == caller.Account
            && (filter.Before is not { } before || string.CompareOrdinal(task.Task.Key.Task.Value, before.Value) < 0)
            && (filter.After is not { } after || string.CompareOrdinal(task.Task.Key.Task.Value, after.Value) > 0)
            && (filter.State is not { } state || task.Task.State == state)
            && filter.Metadata.All(entry => task.Task.Metadata.TryGetValue(entry.Key, out var value) && value == entry.Value)
            && (filter.Modes.IsEmpty || filter.Modes.Contains(task.Task.Request.Mode)));
        var ordered = filter.OldestFirst
            ? found.OrderBy(task => task.Task.Key.Task.Value, StringComparer.Ordinal)
            : found.OrderByDescending(task => task.Task.Key.Task.Value, StringComparer.Ordinal);
        return new([.. ordered.Skip(filter.Skip).Take(filter.Limit)]);
    }

    public ValueTask<TaskDetails?> FindByExternalIdAsync(Caller caller, string dialect, string externalId, CancellationToken cancellationToken) =>
        new(Find(caller, dialect, externalId));

    public async IAsyncEnumerable<TaskDetails> WatchAsync(Caller caller, TaskId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = new TaskKey(caller.Account, id);
        while (true)
        {
            var change = changes.GetOrAdd(key, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (!details.TryGetValue(key, out var task))
            {
                yield break;
            }

            yield return task;
            if (task.Task.State.IsTerminal())
            {
                yield break;
            }

            await change.Task.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<bool?> DeleteAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        var key = new TaskKey(caller.Account, id);
        if (!details.TryGetValue(key, out var task))
        {
            return new((bool?)null);
        }

        var isOver = task.Task.State.IsTerminal();
        if (isOver)
        {
            details.TryRemove(key, out _);
            views.TryRemove(key, out _);
        }

        return new(isOver);
    }

    // The id says what is to come of it.
    public ValueTask<CancelOutcome?> CancelAsync(Caller caller, TaskId id, CancellationToken cancellationToken) => new((caller == Owner ? id.Value : "") switch
    {
        "c-waiting" => CancelOutcome.Canceled,
        "c-working" => CancelOutcome.Requested,
        "c-done" => CancelOutcome.TooLate,
        _ => details.TryGetValue(new TaskKey(caller.Account, id), out var task) ? Cancel(task) : null,
    });

    public ValueTask<TaskView?> FindAsync(Caller caller, TaskId id, CancellationToken cancellationToken) =>
        new(views.GetValueOrDefault(new TaskKey(caller.Account, id)));

    public ValueTask<TaskDetails?> FindDetailsAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        var task = details.GetValueOrDefault(new TaskKey(caller.Account, id));
        return task?.Task.Request.Prompt == "@unreadable" ? throw new IOException("The store has gone after it took the task.") : new(task);
    }

    public ValueTask<Usd> BalanceAsync(Caller caller, CancellationToken cancellationToken) => new(new Usd(12_340_000));

    private CancelOutcome? Cancel(TaskDetails task)
    {
        switch (task.Task.State)
        {
            case TaskState.Pending:
                Advance(task.Task.Key.Task, pending => pending with
                {
                    State = TaskState.Failed,
                    Failure = new Failure(FailureCode.Canceled, "Canceled by the caller."),
                    CompletedAt = Created.AddMinutes(1),
                    DueAt = null,
                });
                return CancelOutcome.Canceled;
            case TaskState.Processing:
                return CancelOutcome.Requested;
            default:
                return CancelOutcome.TooLate;
        }
    }

    private TaskDetails? Find(Caller caller, string dialect, string externalId) => details.Values.SingleOrDefault(task =>
        task.Task.Key.Account == caller.Account && task.Task.Dialect == dialect && task.Task.ExternalId == externalId);

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
