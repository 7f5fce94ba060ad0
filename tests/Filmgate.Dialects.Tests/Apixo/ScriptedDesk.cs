using System.Collections.Concurrent;
using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>A desk in memory: it checks with the real rules, keeps drafts, and acts out other outcomes when the prompt says so.</summary>
internal sealed class ScriptedDesk : ITaskDesk, IKeyRing
{
    public const string LiveKey = "fg_live_0123456789abcdefghijklmnop";
    public const string OtherKey = "fg_test_0123456789abcdefghijklmnop";
    public const string AdminKey = "fg_admin_0123456789abcdefghijklmno";

    public static readonly Caller Owner = new(new AccountId("acc_1"), new KeyId("key_1"), KeyKind.Live);
    public static readonly Caller Other = new(new AccountId("acc_2"), new KeyId("key_2"), KeyKind.Test);
    public static readonly Caller Admin = new(new AccountId("acc_1"), new KeyId("key_3"), KeyKind.Admin);

    private readonly ConcurrentDictionary<TaskKey, TaskView> views = [];
    private readonly ConcurrentDictionary<TaskKey, TaskDetails> details = [];
    private int lastTask;

    public ConcurrentDictionary<string, GenerationDraft> Drafts { get; } = [];

    public void Put(TaskView view) => views[new TaskKey(Owner.Account, view.Id)] = view;

    public void Put(TaskDetails task) => details[task.Task.Key] = task;

    public ValueTask<Caller?> AuthenticateAsync(string key, CancellationToken cancellationToken) => new(key switch
    {
        LiveKey => Owner,
        OtherKey => Other,
        AdminKey => Admin,
        _ => null,
    });

    public ValueTask<CreateOutcome> CreateAsync(Caller caller, string dialect, GenerationDraft draft, CancellationToken cancellationToken)
    {
        switch (draft.Prompt)
        {
            case "@unavailable":
                return new(new CreateOutcome.Unavailable("The store does not answer.", TimeSpan.FromSeconds(2.5)));
            case "@forever":
                return new(new CreateOutcome.Unavailable("The store does not answer.", TimeSpan.MaxValue));
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
        Drafts[id.Value] = draft;
        return new(new CreateOutcome.Accepted(id));
    }

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
