using System.Collections.Immutable;
using Filmgate.Engine;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Simulation;

/// <summary>
/// One simulation: the real driver, store and routing on a virtual clock, with vendors that fail in every way, nodes that die and stand still
/// between any two steps, tasks that are driven by two nodes at once, desks that are lost, and a clock that jumps. One seed decides everything.
/// </summary>
internal sealed class World : IWaker, IAsyncDisposable
{
    private const int NodeCount = 3;
    private const int PassagesMax = 200_000;

    public static readonly AccountId Owner = new("acc_1");
    private static readonly KeyId Key = new("key_1");

    private readonly Stage _stage;
    private readonly SqliteDatabase _database;
    private readonly VirtualTime _time = new();
    private readonly Turnstile _turnstile;
    private readonly Desks _desks;
    private readonly LateWord _late;
    private readonly Node[] _nodes = new Node[NodeCount];
    private readonly List<Activation> _activations = [];
    private readonly IdSource _ids;
    private readonly ImmutableArray<Vendor> _vendors;
    private readonly List<string>? _trace;
    private int _admitted;
    private DateTimeOffset _reconciledAt;

    public World(Stage stage, int seed, Sabotage sabotage, bool traces)
    {
        _stage = stage;
        Sabotage = sabotage;
        _trace = traces ? [] : null;
        Chance = new Random(seed);
        DatabasePath = stage.NewDatabase();
        _database = SqliteDatabase.OpenInline(DatabasePath);
        Store = new TaskStore(_database);
        Accounts = new AccountStore(_database);
        Books = new Books(_database);
        Deliveries = new DeliveryStore(_database);
        _turnstile = new Turnstile(_time);
        _ids = new IdSource(_time, new Random(Chance.Next()).NextBytes);
        _vendors =
        [
            NewVendor("alpha", ProviderTier.Partner, 0.125m, slots: 3, looksUp: true, failureBills: false),
            NewVendor("beta", ProviderTier.Partner, 0.28m, slots: 2, looksUp: false, failureBills: true),
            NewVendor("gamma", ProviderTier.Official, 0.50m, slots: 4, looksUp: true, failureBills: false),
        ];
        _desks = new Desks(_vendors, this);
        var ear = new Node(NodeCount, life: 1);
        _late = new LateWord(
            new ChargeStore(_database), new ProviderDirectory(_vendors.Select(vendor => new ReachedVendor(vendor, ear, _turnstile, sabotage))), _time, NullLogger<LateWord>.Instance);
        _reconciledAt = Now;
        Trouble = 0.05 + 0.3 * Chance.NextDouble();
    }

    public Sabotage Sabotage { get; }

    public Random Chance { get; }

    public string DatabasePath { get; }

    public TaskStore Store { get; }

    public AccountStore Accounts { get; }

    public Books Books { get; }

    public DeliveryStore Deliveries { get; }

    public DateTimeOffset Now => _time.Now;

    public ImmutableArray<Vendor> Vendors => _vendors;

    /// <summary>How likely each act goes wrong, 0 to 1.</summary>
    public double Trouble
    {
        get;
        private set
        {
            field = value;
            foreach (var vendor in _vendors)
            {
                vendor.Trouble = value;
            }
        }
    }

    /// <summary>What is wrong, in sentences.</summary>
    public List<string> Violations { get; } = [];

    public IReadOnlyList<string> Trace => _trace ?? [];

    public int Passages => _turnstile.Count;

    /// <summary>Lives a number of tasks in trouble, then in calm until all have ended, and judges what came of it.</summary>
    public async Task RunAsync(int tasks)
    {
        await OpenAsync().ConfigureAwait(false);
        for (var number = 0; number < NodeCount; number++)
        {
            _nodes[number] = NewNode(number, life: 1);
        }

        while (_admitted < tasks || _turnstile.Count < 40 * tasks)
        {
            if (!await StepInTroubleAsync(tasks).ConfigureAwait(false))
            {
                break;
            }
        }

        await CalmAsync().ConfigureAwait(false);
        await PostAllAsync().ConfigureAwait(false);
        await new Verdict(this).JudgeAsync(tasks).ConfigureAwait(false);
    }

    public void WakeTask(TaskKey key) => Wake([key]);

    public void WakeDeliveries()
    {
    }

    public void Wake(IReadOnlyList<TaskKey> tasks)
    {
        foreach (var task in tasks)
        {
            var alive = _activations.Where(activation => activation.Task == task && !activation.IsOver && !activation.Node.IsDead).ToArray();
            foreach (var activation in alive)
            {
                activation.Wake();
            }

            if (alive.Length == 0)
            {
                Activate(task);
            }
        }
    }

    /// <summary>The database fails now and then; after the commit nobody knows whether it did.</summary>
    public void MayFail(string when)
    {
        if (Chance.NextDouble() < Trouble / 20)
        {
            Say($"the database fails {when}");
            throw new StoreUnavailableException($"It failed {when}.");
        }
    }

    /// <summary>A step threw. Most of that is the world's doing; a step that is not legal is ours.</summary>
    public void Heard(Exception error, TaskKey task)
    {
        Say($"a step of {task.Task} threw {error.GetType().Name}: {error.Message}");
        if (error is not (StoreUnavailableException or HttpRequestException or IOException))
        {
            Violations.Add($"A step of {task.Task} threw {error}");
        }
    }

    public async ValueTask DisposeAsync() => await _database.DisposeAsync().ConfigureAwait(false);

    private void Say(string what) => _trace?.Add($"{Now:HH:mm:ss.fff} {what}");

    private Vendor NewVendor(string name, ProviderTier tier, decimal price, int slots, bool looksUp, bool failureBills) => new(
        name,
        new ProviderFacts(tier, slots, looksUp, failureBills) { Prices = FlatPrices.Of(price), SendsCallbacks = !looksUp, Cancels = true },
        reallyTakes: Chance.Next(1, slots + 1),
        new Random(Chance.Next()),
        _time);

    private async ValueTask OpenAsync()
    {
        var audit = new AuditEntry(Now, "simulation", "account.create", Owner.Value);
        await Accounts.AddAsync(
            new Account(Owner, "simulated", AccountLimits.Default, new Budget(Usd.FromDollars(1_000_000)), Now) { Routing = new RoutingPolicy { FailsOverOnPolicy = Chance.Next(2) == 0 } },
            [
                new StoredKey
                {
                    Id = Key, Account = Owner, Kind = KeyKind.Live, Name = "simulated", Prefix = "fg", Hash = [.. new byte[32]], CreatedAt = Now,
                },
            ],
            audit,
            CancellationToken.None).ConfigureAwait(false);
    }

    private Node NewNode(int number, int life)
    {
        var node = new Node(number, life);
        node.Store = new SteppedStore(Store, node, _turnstile, this);
        var providers = new ProviderDirectory(_vendors.Select(vendor => new ReachedVendor(vendor, node, _turnstile, Sabotage)));
        var egress = new EgressOptions { AllowNetworks = [] };
        node.Driver = new TaskDriver(
            node.Store,
            Accounts,
            providers,
            new SteppedDesks(_desks, node, _turnstile),
            new RoutingOptions(),
            new InputIntake(
                new ImageIntake(_stage.Http, ImageRules.Default), ImageRules.Default, egress, _stage.Files, _stage.Scratch,
                new ModerationGate([], WhenUnavailable.Wait, NullLogger<ModerationGate>.Instance)),
            new SubmissionWriter(_stage.Files, _stage.Scratch, new InputLinks(_stage.Key, _stage.Address, _time), new CallbackLinks(_stage.Key, _stage.Address), ImageRules.Default, this),
            new SteppedClips(node, _turnstile, this, _ids),
            new CallbackWriter([new PlainFormat()], new NoEvents(), new ClipLinks(_stage.Key, _stage.Address), _ids),
            this,
            new TaskSignals(new NoNews()),
            _ids,
            _time,
            new Random(Chance.Next()),
            NullLogger<TaskDriver>.Instance);
        return node;
    }

    private async ValueTask<bool> StepInTroubleAsync(int tasks)
    {
        switch (Chance.Next(1000))
        {
            case < 30 when _admitted < tasks:
                await AdmitAsync().ConfigureAwait(false);
                break;
            case < 40:
                Kill(_nodes[Chance.Next(NodeCount)]);
                break;
            case < 46:
                var node = _nodes[Chance.Next(NodeCount)];
                node.IsFrozen = !node.IsFrozen;
                Say($"{node} {(node.IsFrozen ? "stands still" : "moves again")}");
                break;
            case < 60:
                if (await AnyOpenTaskAsync().ConfigureAwait(false) is { } twin)
                {
                    Activate(twin);
                }

                break;
            case < 63:
                var lost = _vendors[Chance.Next(_vendors.Length)].Name;
                Say($"the desk of {lost} is lost");
                _desks.Lose(lost);
                break;
            case < 66:
                await WishToCancelAsync().ConfigureAwait(false);
                break;
            case < 90:
                await PostAsync().ConfigureAwait(false);
                break;
            case < 92:
                var jump = Chance.Next(4) == 0 ? TimeSpan.FromMinutes(-Chance.Next(1, 60)) : TimeSpan.FromSeconds(Chance.Next(1, 3600));
                Say($"the clock jumps by {jump}");
                _time.Jump(jump);
                break;
            default:
                if (!_turnstile.TryPassOne(Chance, Say))
                {
                    return await PassTimeAsync().ConfigureAwait(false) || _admitted < tasks;
                }

                break;
        }

        return true;
    }

    private async ValueTask CalmAsync()
    {
        Say("calm");
        Trouble = 0;
        foreach (var node in _nodes)
        {
            node.IsFrozen = false;
        }

        while (_turnstile.Count < PassagesMax)
        {
            if (!_turnstile.TryPassOne(Chance, Say) && !await PassTimeAsync().ConfigureAwait(false))
            {
                return;
            }
        }
    }

    // Nothing can move now: time passes until the next thing is due. The sweeper finds what nobody drives.
    private async ValueTask<bool> PassTimeAsync()
    {
        var next = _activations.Where(activation => !activation.IsOver && !activation.Node.IsDead).Select(activation => activation.WakesAt)
            .Concat(_vendors.Select(vendor => vendor.NextArrival))
            .Append(_desks.NextChange())
            .Min() ?? await NextDueAsync().ConfigureAwait(false);
        if (next is null && _nodes.All(node => !node.IsFrozen))
        {
            return false;
        }

        foreach (var node in _nodes.Where(node => node.IsFrozen && Chance.Next(3) == 0))
        {
            node.IsFrozen = false;
            Say($"{node} moves again");
        }

        var wait = next - Now ?? TimeSpan.Zero;
        _time.Pass(wait < TimeSpan.FromMilliseconds(100) ? TimeSpan.FromMilliseconds(100) : wait);
        foreach (var vendor in _vendors)
        {
            vendor.Arrive();
        }

        _desks.Tick();
        if (Now - _reconciledAt > TimeSpan.FromMinutes(1))
        {
            _reconciledAt = Now;
            await _desks.ReconcileAsync().ConfigureAwait(false);
        }

        _activations.RemoveAll(activation => activation.IsOver || activation.Node.IsDead);
        foreach (var activation in _activations.Where(activation => activation.WakesAt <= Now).ToArray())
        {
            activation.Wake();
        }

        foreach (var task in await Store.FindDueAsync(Now, 1000, CancellationToken.None).ConfigureAwait(false))
        {
            if (!_activations.Exists(activation => activation.Task == task && !activation.IsOver && !activation.Node.IsDead && !activation.Node.IsFrozen))
            {
                Activate(task);
            }
        }

        return true;
    }

    private async ValueTask<DateTimeOffset?> NextDueAsync()
    {
        var all = await Store.FindDueAsync(DateTimeOffset.MaxValue.AddYears(-1), 1, CancellationToken.None).ConfigureAwait(false);
        return all.Count == 0 ? null : (await Store.LoadAsync(all[0], CancellationToken.None).ConfigureAwait(false))!.DueAt;
    }

    private void Activate(TaskKey task)
    {
        var awake = _nodes.Where(node => !node.IsFrozen).ToArray();
        var activation = new Activation(task, awake.Length == 0 ? _nodes[0] : awake[Chance.Next(awake.Length)], this);
        Say($"{activation.Node} takes {task.Task}");
        _activations.Add(activation);
        _ = activation.RunAsync();
    }

    private void Kill(Node node)
    {
        Say($"{node} dies");
        node.IsDead = true;
        _turnstile.Kill(node, Chance, Say);
        _activations.RemoveAll(activation => activation.Node == node);
        _nodes[node.Number] = NewNode(node.Number, node.Life + 1);
    }

    private async ValueTask AdmitAsync()
    {
        string[] choices = ["auto", "auto", "value", "official", "alpha", "beta"];
        var id = _ids.NewTask();
        var request = new GenerationRequest
        {
            Mode = GenerationMode.MasterTextToVideo,
            Prompt = id.Value,
            DurationSeconds = 5,
            CfgScale = 0.5m,
            AspectRatio = AspectRatio.Wide,
            Provider = choices[Chance.Next(choices.Length)],
        };
        var providers = _vendors.Select(vendor => (IVideoProvider)new ReachedVendor(vendor, _nodes[0], _turnstile, Sabotage)).ToImmutableArray();
        var task = new VideoTask
        {
            Key = new TaskKey(Owner, id),
            KeyId = Key,
            IsTest = false,
            Dialect = PlainFormat.Name,
            Request = request,
            CallbackUrl = "https://example.com/hook",
            Priority = Chance.Next(3),
            Hold = Router.MostItCanCost(new RoutingCase(request, IsTest: false, RoutingPolicy.Default, providers)),
            State = TaskState.Pending,
            CreatedAt = Whole(Now),
            DueAt = Whole(Now),
        };
        _admitted++;
        Say($"{id} is admitted for {request.Provider}");
        await Store.AdmitAsync(new Admission(task, Claim: null), CancellationToken.None).ConfigureAwait(false);
        Activate(task.Key);
    }

    private async ValueTask<TaskKey?> AnyOpenTaskAsync()
    {
        var open = await Store.FindDueAsync(DateTimeOffset.MaxValue.AddYears(-1), 1000, CancellationToken.None).ConfigureAwait(false);
        return open.Count == 0 ? null : open[Chance.Next(open.Count)];
    }

    private async ValueTask WishToCancelAsync()
    {
        if (await AnyOpenTaskAsync().ConfigureAwait(false) is { } key && await Store.LoadAsync(key, CancellationToken.None).ConfigureAwait(false) is { } task
            && task.LastAttempt is not { State: AttemptState.Completed })
        {
            Say($"the caller wants {key.Task} no more");
            await Store.ApplyAsync(task, new TaskTransition.RequestCancel(Whole(Now)), CancellationToken.None).ConfigureAwait(false);
            WakeTask(key);
        }
    }

    // A vendor posts about a job of its own: at any time, repeatedly, out of order.
    private async ValueTask PostAsync()
    {
        var vendor = _vendors[Chance.Next(_vendors.Length)];
        if (!vendor.Facts.SendsCallbacks || vendor.Book.Count == 0)
        {
            return;
        }

        var job = vendor.Book[Chance.Next(vendor.Book.Count)];
        if (await Store.FindByAttemptAsync(job.Attempt, CancellationToken.None).ConfigureAwait(false) is not { LastAttempt: { } last } task)
        {
            return;
        }

        Say($"{vendor.Name} posts about {job.Id}");
        if (task.Attempts.First(attempt => attempt.Id == job.Attempt) is var noted && LateWord.Matters(noted))
        {
            _ = HearLateAsync(task, noted, job);
        }

        if (last.Id != job.Attempt)
        {
            return;
        }

        if (last is { State: AttemptState.Unknown, CandidateId: null })
        {
            // Some posts name what even the vendor does not know.
            var named = Chance.NextDouble() < Trouble ? "nobody's" : job.Id;
            await Store.ApplyAsync(task, new TaskTransition.HearOf(Whole(Now), last.Id, named), CancellationToken.None).ConfigureAwait(false);
        }

        if (!task.State.IsTerminal())
        {
            WakeTask(task.Key);
        }
    }

    private async Task HearLateAsync(VideoTask task, Attempt attempt, Job job)
    {
        try
        {
            await _late.HearAsync(task, attempt, job.Id, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Judged like a step that threw.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Heard(error, task.Key);
        }
    }

    // When all is over, every vendor that posts does so once more, about everything.
    private async ValueTask PostAllAsync()
    {
        foreach (var job in _vendors.Where(vendor => vendor.Facts.SendsCallbacks).SelectMany(vendor => vendor.Book).ToArray())
        {
            if (await Store.FindByAttemptAsync(job.Attempt, CancellationToken.None).ConfigureAwait(false) is { } task
                && task.Attempts.First(attempt => attempt.Id == job.Attempt) is var noted && LateWord.Matters(noted))
            {
                var hearing = HearLateAsync(task, noted, job);
                while (!hearing.IsCompleted)
                {
                    _turnstile.TryPassOne(Chance, Say);
                }

                await hearing.ConfigureAwait(false);
            }
        }
    }

    private static DateTimeOffset Whole(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMillisecond));
}
