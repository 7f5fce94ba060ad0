using System.Collections.Concurrent;
using System.Globalization;
using Filmgate.EndToEnd.House;
using Filmgate.Torture.Books;
using Filmgate.Torture.Faults;
using Filmgate.Torture.Provider;
using Filmgate.Torture.Verdict;
using Microsoft.Data.Sqlite;

namespace Filmgate.Torture.Driver;

/// <summary>What a run came to.</summary>
/// <param name="Findings">What must not be; empty when all is well.</param>
/// <param name="Figures">The counts.</param>
/// <param name="LongestOutage">From a strike to the first good answer after it.</param>
/// <param name="SlowestStart">From the start of the process to its word that it is ready.</param>
/// <param name="Handovers">What became of the tasks in the hand of each of several nodes that was struck.</param>
/// <param name="GivenUp">How often one of several nodes ended because the others had given it up.</param>
internal sealed record TortureReport(
    IReadOnlyList<Finding> Findings, Figures Figures, TimeSpan LongestOutage, TimeSpan SlowestStart, IReadOnlyList<Handover> Handovers, int GivenUp)
{
    /// <summary>The counts and times for people.</summary>
    public string ToTable()
    {
        static string Seconds(string name, TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{name,-18}{time.TotalSeconds,8:0.0} s\n");

        var waits = Handovers.SelectMany(handover => handover.Waits).ToArray();
        return Figures.ToTable() + Seconds("longest outage", LongestOutage) + Seconds("slowest start", SlowestStart)
            + (waits.Length == 0 ? "" : $"{"orphans",-18}{waits.Length,8}\n{Seconds("pick-up, longest", waits.Max())}{Seconds("pick-up, mean", TimeSpan.FromSeconds(waits.Average(wait => wait.TotalSeconds)))}")
            + (Handovers.Count == 0 && GivenUp == 0 ? "" : $"{"given up",-18}{GivenUp,8}\n");
    }
}

/// <summary>
/// One run: the gateway as a process, or several nodes over one database, struck again and again with tasks in flight, between a provider and a
/// receiver that are processes of their own. Afterwards comes quiet, and then the books are compared.
/// </summary>
internal sealed class TortureRun : IAsyncDisposable
{
    private const string Pending = "pending", Processing = "processing", Success = "success", Failed = "failed", Parked = "parked";
    private const int Creators = 8, BurstLength = 12, CancelsAtOnce = 4, SightsAtOnce = 20, StartTriesMax = 5, GatherTriesMax = 5;
    private static readonly TimeSpan
        PointPatience = TimeSpan.FromSeconds(15), ExitPatience = TimeSpan.FromSeconds(20), StopPatience = TimeSpan.FromSeconds(60), PollInterval = TimeSpan.FromMilliseconds(200), SecondStrikeMax = TimeSpan.FromMilliseconds(300),
        AimInterval = TimeSpan.FromMilliseconds(50), FillPatience = TimeSpan.FromSeconds(90), FillAheadMax = TimeSpan.FromSeconds(4);

    // A node that stands still is taken out of the proxy after so long, as by a load balancer that asks for its health; and one that stood still for so long that
    // the others must have given it up ends within that time after it goes on.
    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(2), SurelyGivenUp = TimeSpan.FromSeconds(20), DeathPatience = TimeSpan.FromSeconds(90);

    // A child of a life that was struck may come to its first byte some time later, on a slow machine.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private readonly TortureOptions _options;
    private readonly TextWriter _out;
    private readonly TimeProvider _time;
    private readonly Random _chance;
    private readonly Stage _stage;
    private readonly Book _book;
    private readonly OpenTasks _open;
    private readonly Fleet _fleet;
    private readonly GatewayApi _api;
    private readonly string _picture = TestPicture.DataUrl(320, 320);
    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _tasks = new();
    private readonly ConcurrentDictionary<string, bool> _canceled = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<int> _unknown = new();
    private readonly ConcurrentDictionary<string, ClipFact> _clips = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _survivals = [];
    private int _lastNumber;
    private long _struckAt;
    private TimeSpan _longestOutage;

    public TortureRun(TortureOptions options, TextWriter output, TimeProvider time)
    {
        (_options, _out, _time) = (options, output, time);
        _chance = new Random(options.Seed);
        _stage = new Stage(new StageOptions { Folder = options.Folder, Seed = options.Seed, Nodes = options.Nodes }, time);
        (_book, _fleet, _api) = (_stage.Book, _stage.Fleet, _stage.Api);
        _open = new OpenTasks(_stage.PathOf("provider.book"), options.Seed, time);
    }

    /// <summary>Runs to the end, or to the first check that finds anything.</summary>
    public async Task<TortureReport> RunAsync()
    {
        await _stage.SetUpAsync();
        var watching = WatchAsync();
        try
        {
            var plan = FaultPlan.Of(_options.Seed, _options.Cycles, _options.Points ?? (_fleet.Count > 1 ? KillPoints.OfNodes : KillPoints.All));
            for (var cycle = 1; cycle <= plan.Count; cycle++)
            {
                await StrikeAsync(cycle, plan[cycle - 1]);
                if (cycle % _options.CyclesBetweenChecks == 0 && cycle < plan.Count && await CheckAsync(isLast: false) is { Findings.Count: > 0 } early)
                {
                    return early;
                }
            }

            return await CheckAsync(isLast: true);
        }
        finally
        {
            await _stop.CancelAsync();
            await watching;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stage.DisposeAsync();
        _stop.Dispose();
    }

    // Alive already after a pause, otherwise a new life.
    private async Task EnsureUpAsync()
    {
        await _fleet.NoteExitsAsync("under load");
        await _fleet.EnsureUpAsync();
    }

    private async Task StrikeAsync(int cycle, PlannedFault fault)
    {
        // :: Step 1: up, with all that it should have in flight.
        await EnsureUpAsync();
        await AskAgainAsync();
        await FillAsync(TimeSpan.Zero);
        await EnsureUpAsync();
        var node = fault.Node % _fleet.Count;
        if (fault.Point == KillPoint.Start)
        {
            await StrikeStartAsync(cycle, fault, node, fault.Wait, () =>
            {
                _fleet.Exec(node);
                return Task.Delay(fault.Wait, _time);
            });
            return;
        }

        // :: Step 2: the strike, amid new work.
        using var struck = new CancellationTokenSource();
        var ahead = fault.Point == KillPoint.Drain ? fault.Wait : TimeSpan.Zero;
        var work = WorkAsync(fault.Point == KillPoint.CancelTaken, ahead < FillAheadMax ? ahead : FillAheadMax, struck.Token);
        (int Node, bool IsHit)? ended = null;
        switch (fault.Point)
        {
            case KillPoint.Pause:
                await UntilFullAsync(TimeSpan.Zero);
                NoteStrike(cycle, fault, isHit: true, life: null);
                await _fleet[node].PauseAsync(fault.Wait, _time);
                break;
            case KillPoint.Freeze:
                await FreezeAsync(cycle, fault, node);
                break;
            case KillPoint.DatabaseRestart:
                await RestartDatabaseAsync(cycle, fault);
                break;
            default:
                // What is asked for meanwhile must not keep it alive.
                ended = await AwaitStrikeAsync(fault, node);
                await KillNowAsync(ended.Value.Node);
                break;
        }

        await struck.CancelAsync();
        await work;
        if (ended is null)
        {
            return;
        }

        await EndAsync(cycle, fault, ended.Value.Node, ended.Value.IsHit);

        // :: Step 3: some lives are short.
        if (fault.StrikesAgain)
        {
            var wait = SecondStrikeMax * _chance.NextDouble();
            await EnsureUpAsync();
            await StrikeStartAsync(cycle, fault with { Point = KillPoint.AnyMoment }, ended.Value.Node, _fleet.SlowestStart + wait, async () =>
            {
                await EnsureUpAsync();
                await Task.Delay(wait, _time);
            });
        }
    }

    // While one of several nodes starts, the others get new work and end old.
    private async Task AmidWorkAsync(Func<Task> begin)
    {
        using var begun = new CancellationTokenSource();
        var work = WorkAsync(cancels: false, TimeSpan.Zero, begun.Token);
        await begin();
        await UntilFullAsync(TimeSpan.Zero);
        await begun.CancelAsync();
        await work;
    }

    // Nobody can add to the tasks of a gateway that starts, so there must be enough of them beforehand that do not end meanwhile. Where some did all the same,
    // the strike is put off: that life goes on, is filled again, and makes way for another start.
    private async Task StrikeStartAsync(int cycle, PlannedFault fault, int node, TimeSpan takes, Func<Task> begin)
    {
        for (var tries = 1; ; tries++)
        {
            await FillAsync(takes < FillAheadMax ? takes : FillAheadMax);
            await KillNowAsync(node);
            await (_fleet.Count == 1 ? begin() : AmidWorkAsync(begin));
            if (CertainAt(_time.GetUtcNow()) >= _options.InFlight || tries == StartTriesMax)
            {
                await EndAsync(cycle, fault, node, isHit: true);
                return;
            }

            await EnsureUpAsync();
        }
    }

    private async Task ArmAsync(PlannedFault fault, int node, int signal)
    {
        var arming = new Arming(fault.Point, _fleet.ProcessesFrom(node), fault.Skip, fault.Percent, fault.SlackMilliseconds, signal);
        switch (fault.Point.Watcher())
        {
            case Watcher.Proxy:
                _stage.Trigger.Arm(arming);
                break;
            case Watcher.Provider:
                await _stage.Provider.OrderAsync(new Order(arming));
                break;
            case Watcher.Receiver:
                await _stage.Receiver.OrderAsync(new Order(arming));
                break;
        }
    }

    private async Task DisarmAsync()
    {
        _stage.Trigger.Disarm();
        await _stage.Provider.OrderAsync(new Order());
        await _stage.Receiver.OrderAsync(new Order());
    }

    // Who was struck, and whether the point itself did it; when its time is up, the clock does. Whoever strikes, it is while the house is full.
    private async Task<(int Node, bool IsHit)> AwaitStrikeAsync(PlannedFault fault, int node)
    {
        switch (fault.Point)
        {
            case KillPoint.Drain or KillPoint.Replace:
                await UntilFullAsync(fault.Point == KillPoint.Replace || fault.Wait > FillAheadMax ? FillAheadMax : fault.Wait);
                await DrainAsync(node, fault.Point == KillPoint.Replace ? DeathPatience : fault.Wait, mustEnd: fault.Point == KillPoint.Replace);
                return (node, true);
            case KillPoint.AnyMoment or KillPoint.BetweenReads:
                await Task.Delay(fault.Wait, _time);
                await UntilFullAsync(TimeSpan.Zero);
                return (node, true);
        }

        if (await ReachAsync(fault, node, Trigger.SigKill, process => process.HasExited) is { } struck)
        {
            return (struck, true);
        }

        await UntilFullAsync(TimeSpan.Zero);
        return (node, false);
    }

    // The node that was struck at the point; null when the point was not reached in time, and then nobody waits for it any more.
    private async Task<int?> ReachAsync(PlannedFault fault, int node, int signal, Func<ChildProcess, bool> isStruck)
    {
        int? Struck() => Enumerable.Range(0, _fleet.Count).Cast<int?>().FirstOrDefault(at => isStruck(_fleet[at!.Value]));

        var (began, isArmed) = (_time.GetTimestamp(), false);
        for (var patience = PointPatience; patience > TimeSpan.Zero && _time.GetElapsedTime(began) < FillPatience; patience -= isArmed ? AimInterval : TimeSpan.Zero)
        {
            var isFull = IsFull(TimeSpan.Zero);
            if (isFull != isArmed)
            {
                await (isFull ? ArmAsync(fault, node, signal) : DisarmAsync());
                isArmed = isFull;
            }

            if (Struck() is { } struck)
            {
                return struck;
            }

            await Task.Delay(AimInterval, _time);
        }

        await DisarmAsync();
        return Struck();
    }

    private async Task DrainAsync(int node, TimeSpan patience, bool mustEnd)
    {
        var gateway = _fleet[node];
        gateway.Terminate();
        if (_fleet.Count > 1)
        {
            _fleet.TakeOut(node);
        }

        if (await gateway.ExitsAsync(patience))
        {
            if (gateway.ExitCode != 0)
            {
                await _fleet.NoteExitAsync(node, "told to stop");
            }
        }
        else if (mustEnd)
        {
            _survivals.Add($"{_fleet.LifeOf(node)} was told to stop and did not within {patience.TotalSeconds:0} s");
        }
    }

    // In the middle of a submission, as a rule: the answer lies in its socket until it goes on, and by then the others may have taken its tasks over.
    private async Task FreezeAsync(int cycle, PlannedFault fault, int node)
    {
        var reached = await ReachAsync(fault with { Point = fault.Place }, node, Trigger.SigStop, process => process.IsStopped);
        if (reached is null)
        {
            await UntilFullAsync(TimeSpan.Zero);
        }

        var frozen = reached ?? node;
        var gateway = _fleet[frozen];
        gateway.Stop();
        NoteStrike(cycle, fault, reached is not null, life: null);
        NoteStruck();
        var seen = HealthInterval < _options.Freeze ? HealthInterval : _options.Freeze;
        await Task.Delay(seen, _time);
        _fleet.TakeOut(frozen);
        await Task.Delay(_options.Freeze - seen, _time);
        gateway.Continue();
        if (_options.Freeze < SurelyGivenUp)
        {
            await _fleet.BringBackAsync(frozen);
        }
        else if (await gateway.ExitsAsync(DeathPatience))
        {
            await _fleet.NoteExitAsync(frozen, "after it stood still");
        }
        else
        {
            _survivals.Add($"{_fleet.LifeOf(frozen)} stood still for {_options.Freeze.TotalSeconds:0} s and did not end");
            await _fleet.KillAsync(frozen);
        }
    }

    private async Task RestartDatabaseAsync(int cycle, PlannedFault fault)
    {
        await UntilFullAsync(TimeSpan.Zero);
        await _stage.Server.KillAsync();
        NoteStrike(cycle, fault, isHit: true, life: null);
        NoteStruck();
        await Task.Delay(fault.Down, _time);
        await _stage.Server.StartAgainAsync();
    }

    private async Task EndAsync(int cycle, PlannedFault fault, int node, bool isHit)
    {
        await KillNowAsync(node);
        NoteStrike(cycle, fault, isHit, _fleet.LifeOf(node));
        await Task.Delay(fault.Down, _time);
    }

    private void NoteStrike(int cycle, PlannedFault fault, bool isHit, string? life)
    {
        var at = _time.GetUtcNow();
        _book.Write(new FaultLine(cycle, fault.Point.ToString(), isHit, at, life));
        _out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cycle,4} of {_options.Cycles}  {fault.Point,-20}{(isHit ? "" : "not reached, by the clock  ")}{(_fleet.Count > 1 ? life + "  " : "")}at least {CertainAt(at)} in flight, {_states.Count} tasks"));
    }

    private void NoteStruck() => Interlocked.CompareExchange(ref _struckAt, _time.GetTimestamp(), 0);

    private Task KillNowAsync(int node)
    {
        NoteStruck();
        return _fleet.KillAsync(node);
    }

    // Some end between the count and the strike.
    private int EnoughToStrike => _options.InFlight + Math.Max(2, _options.InFlight / 5);

    private int FullHouse => EnoughToStrike + Math.Max(3, _options.InFlight / 4);

    // A gateway that cannot keep up is not buried under ever more; what is seen late is then far less than what there is.
    private int CrowdMax => _options.InFlight * 4;

    // As far as the driver has seen, which is a little late.
    private int InFlight => _states.Count(task => task.Value is not (Success or Failed or Parked));

    private int CertainAt(DateTimeOffset moment) => _open.CountAt(
        _tasks.Where(task => _states[task.Value] is not (Success or Failed or Parked) && !_canceled.ContainsKey(task.Value)).Select(task => task.Key), moment);

    private bool IsFull(TimeSpan ahead) => CertainAt(_time.GetUtcNow() + ahead) >= EnoughToStrike || InFlight >= CrowdMax;

    private int Missing(TimeSpan ahead) => Math.Min(FullHouse - CertainAt(_time.GetUtcNow() + ahead), CrowdMax - InFlight);

    // Until as many as wanted will still be in flight after that time.
    private async Task FillAsync(TimeSpan ahead)
    {
        for (var began = _time.GetTimestamp(); Missing(ahead) is var missing and > 0 && _fleet.IsAnyUp && _time.GetElapsedTime(began) < FillPatience;)
        {
            var before = _tasks.Count;
            await CreateAsync(missing);
            if (_tasks.Count == before)
            {
                // It takes nothing now.
                await Task.Delay(PollInterval, _time);
            }
        }
    }

    // While others fill it.
    private async Task UntilFullAsync(TimeSpan ahead)
    {
        for (var began = _time.GetTimestamp(); !IsFull(ahead) && _fleet.IsAnyUp && _time.GetElapsedTime(began) < FillPatience;)
        {
            await Task.Delay(AimInterval / 2, _time);
        }
    }

    private Task CreateAsync(int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, Math.Max(0, count)), new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (_, _) =>
        {
            var take = Take.Of(_options.Seed, Interlocked.Increment(ref _lastNumber));
            _book.Write(new IntentLine(take.Number, take.Key, take.Asked, take.HasWebhook));
            await SendAsync(take);
        });

    private async Task AskAgainAsync()
    {
        for (var left = _unknown.Count; left > 0 && _unknown.TryDequeue(out var number); left--)
        {
            await SendAsync(Take.Of(_options.Seed, number));
        }
    }

    private async Task<Heard> SendAsync(Take take)
    {
        var heard = await _api.CreateAsync(take, take.Body(_stage.ReceiverAddress, _picture));
        var kind = heard.Status is >= 200 and < 300 ? "ok" : heard.Status is >= 400 and < 500 and not (409 or 429) ? "fail" : "unknown";
        _book.Write(new OutcomeLine(take.Number, kind, heard.Status, heard.Task, heard.IsReplay));
        switch (kind)
        {
            case "ok":
                NoteAnswer();
                _tasks[take.Number] = heard.Task!;
                _states.TryAdd(heard.Task!, Pending);
                break;
            case "unknown":
                _unknown.Enqueue(take.Number);
                break;
        }

        return heard;
    }

    // New work until the strike: a burst, and then as much as ends.
    private async Task WorkAsync(bool cancels, TimeSpan ahead, CancellationToken struck)
    {
        var burst = BurstLength;
        while (!struck.IsCancellationRequested && _fleet.IsAnyUp)
        {
            // What was not heard of may be a task, too.
            await CreateAsync(Math.Max(burst, Math.Min(Missing(ahead), CrowdMax - _unknown.Count)));
            await CancelSomeAsync(cancels);
            burst = 0;
            await Task.Delay(PollInterval, _time, struck).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CancelSomeAsync(bool isAimedAt)
    {
        // At the point itself, those that can be stopped at the provider; otherwise those whose lot it is.
        var wished = _tasks.Where(task => _states.GetValueOrDefault(task.Value) is Processing
            && Take.Of(_options.Seed, task.Key) is var take && (take.IsCanceled || (isAimedAt && take.Provider != Providers.Kling))
            && !_canceled.ContainsKey(task.Value)).Take(CancelsAtOnce).ToArray();
        foreach (var (_, task) in wished)
        {
            _canceled[task] = true;
            await _api.CancelAsync(task);
        }
    }

    // One observer for O7, who never stops looking.
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(PollInterval, _time);
        var round = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (await _api.NewestAsync() is not { } newest)
                {
                    continue;
                }

                NoteAnswer();
                foreach (var task in newest.Where(task => _states.ContainsKey(task.Task)))
                {
                    NoteSight(task);
                }

                // What is open although it is old, in turn; and some that have ended, which must stay so.
                var shown = newest.Select(task => task.Task).ToHashSet();
                var older = _states.Where(task => !shown.Contains(task.Key)).ToLookup(task => task.Value is Success or Failed, task => task.Key);
                var open = older[false].Order().ToArray();
                var turn = open.Length == 0 ? 0 : round++ * SightsAtOnce % open.Length;
                foreach (var id in open.Skip(turn).Take(SightsAtOnce).Concat(older[true].Skip(round * 2 % Math.Max(1, older[true].Count())).Take(2)).ToArray())
                {
                    if (await _api.TaskAsync(id) is { } task)
                    {
                        NoteSight(task);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private void NoteSight(TaskFact task)
    {
        var known = task.IsUnresolved && !task.IsTerminal ? Parked : task.State;
        if (_states[task.Task] is var before && before != known)
        {
            _states[task.Task] = known;
            if ((before == Parked ? Processing : before) != task.State)
            {
                _book.Write(new SightLine(task.Task, task.State));
            }
        }
    }

    private void NoteAnswer()
    {
        var struckAt = Interlocked.Exchange(ref _struckAt, 0);
        if (struckAt != 0 && _time.GetElapsedTime(struckAt) is var outage && outage > _longestOutage)
        {
            _longestOutage = outage;
        }
    }

    private async Task<TortureReport> CheckAsync(bool isLast)
    {
        // :: Step 1: quiet.
        await EnsureUpAsync();
        while (!_unknown.IsEmpty)
        {
            await AskAgainAsync();
        }

        await QuietAsync();

        // :: Step 2: every key once more.
        var jobs = Jobs();
        var replays = new ConcurrentBag<ReplayFact>();
        await Parallel.ForEachAsync(_tasks.Keys, new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (number, _) =>
        {
            var heard = await SendAsync(Take.Of(_options.Seed, number));
            replays.Add(new ReplayFact(number, heard.Status, heard.Task));
        });

        // :: Step 3: what the gateway says of itself. A second is enough for a job that must not come.
        await Task.Delay(TimeSpan.FromSeconds(1), _time);
        var evidence = await GatherAsync(jobs, [.. replays]);
        for (var tries = 1; tries < GatherTriesMax && !await IsOfOneMomentAsync(evidence); tries++)
        {
            await QuietAsync();
            evidence = await GatherAsync(jobs, [.. replays]);
        }

        evidence = evidence with
        {
            Store = isLast ? await CloseAsync() : evidence.Store,
            Logs = new LogFact(Canaries(), [.. _fleet.Exits, .. _survivals]),
        };
        var findings = Oracle.Judge(evidence);
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"     quiet: {evidence.Tasks.Count} tasks, {findings.Count} findings"));
        return new TortureReport(findings, Figures.Of(evidence, findings), _longestOutage, _fleet.SlowestStart, HandoversIn(evidence), _fleet.GivenUp);
    }

    // What waits for what nobody can know is given up after its deadline, and where a run lasts longer than that it may be just now.
    private async Task<bool> IsOfOneMomentAsync(Evidence evidence) =>
        (await _api.TasksAsync()).Select(task => (task.Task, task.State)).SequenceEqual(evidence.Tasks.Select(task => (task.Task, task.State)));

    private async Task<Evidence> GatherAsync(int jobsBefore, IReadOnlyList<ReplayFact> replays)
    {
        var tasks = await _api.TasksAsync();
        await Parallel.ForEachAsync(tasks.Where(task => task.State == Success && !_clips.ContainsKey(task.Task)), new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (task, _) =>
            _clips[task.Task] = await _api.ClipAsync(task.Task));
        return new Evidence
        {
            Provider = Book.Read(_stage.PathOf("provider.book")),
            Receiver = Book.Read(_stage.PathOf("receiver.book")),
            Driver = Book.Read(_stage.PathOf("driver.book")),
            Tasks = tasks,
            Clips = _clips,
            Ledger = await _api.LedgerAsync(Stage.AdminKey),
            Money = await _api.MoneyAsync(Stage.AdminKey),
            Replays = replays,
            JobsBeforeReplays = jobsBefore,
            JobsAfterReplays = Jobs(),
            InFlightAsked = _options.InFlight,
            Store = new StoreFact(0, "", "ok", 0, []),
            Logs = new LogFact([], []),
            FindsSubmissions = new HashSet<string> { Providers.Kling },
            MayBillFailures = new HashSet<string> { Providers.Kling, Providers.Replicate },
            IsSigned = number => Take.Of(_options.Seed, number).Surface == Surfaces.Replicate,
        };
    }

    private int Jobs() => Book.Read(_stage.PathOf("provider.book")).OfType<JobLine>().Count();

    // Until nothing moves any more: all have ended or wait for what nobody can know, and every end is told.
    private async Task QuietAsync()
    {
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < _options.Quiet)
        {
            var open = (await _api.TasksAsync(Pending)).Concat(await _api.TasksAsync(Processing));
            var moving = open.Count(task => !task.IsUnresolved || task.Attempts[^1].Provider == Providers.Kling);
            var told = Book.Read(_stage.PathOf("receiver.book")).OfType<DeliveryLine>().Where(delivery => delivery.Status is >= 200 and < 300).Select(delivery => delivery.Number).ToHashSet();
            var untold = _tasks.Count(task => _states[task.Value] is Success or Failed && Take.Of(_options.Seed, task.Key).HasWebhook && !told.Contains(task.Key));
            if (moving == 0 && untold == 0 && InFlight == 0)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _time);
        }
    }

    private async Task<StoreFact> CloseAsync()
    {
        var address = _stage.Proxy.Address.GetLeftPart(UriPartial.Authority);
        await using var doctor = ChildProcess.Start(
            "filmgate.dll", _options.Folder, _stage.PathOf("doctor.log"), new Dictionary<string, string> { ["FILMGATE_ADMIN_KEY"] = Stage.AdminKey }, "doctor", "--server", address);
        await doctor.ExitsAsync(ExitPatience);
        await _fleet.StopAsync(StopPatience);
        string[] left =
        [
            .. Enumerable.Range(0, _fleet.Count).SelectMany(node => FilesIn(Path.Combine(_stage.DataOf(node), "renders"))
                .Where(file => File.GetCreationTimeUtc(file) > _fleet.BegunOf(node) + Settling)),

            // The last life stopped well and every life removes what the killed ones before it left, so nothing may be there.
            .. FilesIn(Path.Combine(_stage.Artifacts, "incoming")),
        ];
        var said = string.Join("; ", doctor.Said()) + await File.ReadAllTextAsync(_stage.PathOf("doctor.log"));
        if (_fleet.Count > 1)
        {
            // What is whole in a shared database, and what points where, is for the database to know.
            return new StoreFact(doctor.ExitCode, said, "ok", 0, left);
        }

        using var store = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_stage.DataOf(0), "filmgate.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        store.Open();
        return new StoreFact(doctor.ExitCode, said, string.Join("; ", Rows(store, "PRAGMA integrity_check")), Rows(store, "PRAGMA foreign_key_check").Count, left);
    }

    private static string[] FilesIn(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];

    // One that waits for what nobody can know has nothing to do for minutes, whoever has it in hand.
    private IReadOnlyList<Handover> HandoversIn(Evidence evidence)
    {
        if (_fleet.Count == 1)
        {
            return [];
        }

        var parked = evidence.Tasks.Where(task => task.IsUnresolved).Select(task => task.Task).ToHashSet(StringComparer.Ordinal);
        var steps = Directory.GetFiles(_options.Folder, "gateway-*.log").SelectMany(log => Handovers.StepsIn(Path.GetFileNameWithoutExtension(log), File.ReadLines(log)));
        return Handovers.Of(evidence.Driver.OfType<FaultLine>(), steps.Where(step => !parked.Contains(step.Task)));
    }

    private static List<string> Rows(SqliteConnection store, string question)
    {
        using var command = store.CreateCommand();
        command.CommandText = question;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetValue(0).ToString()!);
        }

        return rows;
    }

    private string[] Canaries()
    {
        (string Name, string Text)[] planted =
            [("the live key", Stage.LiveKey), ("the admin key", Stage.AdminKey), ("the provider's key", JobDesk.Key), ("a prompt", Take.Canary), ("an idempotency key", "torture-1\""), ("a webhook's address", "/hook/")];
        var logs = Directory.GetFiles(_options.Folder, "gateway-*.log").Select(File.ReadAllText).ToArray();
        return [.. planted.Where(secret => logs.Any(log => log.Contains(secret.Text, StringComparison.Ordinal))).Select(secret => secret.Name)];
    }
}
