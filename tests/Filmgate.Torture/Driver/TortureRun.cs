using System.Collections.Concurrent;
using System.Globalization;
using Filmgate.EndToEnd.House;
using Filmgate.Torture.Books;
using Filmgate.Torture.Faults;
using Filmgate.Torture.Provider;
using Filmgate.Torture.Receiver;
using Filmgate.Torture.Verdict;
using Microsoft.Data.Sqlite;

namespace Filmgate.Torture.Driver;

/// <summary>What a run came to.</summary>
/// <param name="Findings">What must not be; empty when all is well.</param>
/// <param name="Figures">The counts.</param>
/// <param name="LongestOutage">From a strike to the first good answer after it.</param>
/// <param name="SlowestStart">From the start of the process to its word that it is ready.</param>
internal sealed record TortureReport(IReadOnlyList<Finding> Findings, Figures Figures, TimeSpan LongestOutage, TimeSpan SlowestStart);

/// <summary>
/// One run: the gateway as a process, struck again and again with tasks in flight, between a provider and a receiver that are processes of
/// their own. Afterwards comes quiet, and then the books are compared.
/// </summary>
internal sealed class TortureRun : IAsyncDisposable
{
    private const string LiveKey = "fg_live_torture-live-5e1c7a90d3", AdminKey = "fg_admin_torture-admin-5e1c7a90d3", SettingPrefix = "Filmgate__Providers__";
    private const string Pending = "pending", Processing = "processing", Success = "success", Failed = "failed", Parked = "parked";
    private const int Creators = 8, BurstLength = 12, CancelsAtOnce = 4, SightsAtOnce = 20, WebhookWaits = 40, StartTriesMax = 5;
    private static readonly TimeSpan
        PointPatience = TimeSpan.FromSeconds(15), ExitPatience = TimeSpan.FromSeconds(20), PollInterval = TimeSpan.FromMilliseconds(200), SecondStrikeMax = TimeSpan.FromMilliseconds(300),
        AimInterval = TimeSpan.FromMilliseconds(50), FillPatience = TimeSpan.FromSeconds(90), FillAheadMax = TimeSpan.FromSeconds(4);

    // A child of a life that was struck may come to its first byte some time later, on a slow machine.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private readonly TortureOptions _options;
    private readonly TextWriter _out;
    private readonly TimeProvider _time;
    private readonly Random _chance;
    private readonly Book _book;
    private readonly OpenTasks _open;
    private readonly Trigger _trigger;
    private readonly CountingProxy _proxy;
    private readonly GatewayApi _api;
    private readonly string _picture = TestPicture.DataUrl(320, 320);
    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _tasks = new();
    private readonly ConcurrentDictionary<string, bool> _canceled = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<int> _unknown = new();
    private readonly ConcurrentDictionary<string, ClipFact> _clips = new(StringComparer.Ordinal);
    private readonly List<string> _exits = [];
    private readonly CancellationTokenSource _stop = new();
    private ChildProcess? _provider, _receiver, _gateway;
    private Uri _providerAddress = null!, _receiverAddress = null!;
    private int _lastNumber;
    private int _life;
    private bool _isReached;
    private DateTime _lifeBegan;
    private long _struckAt;
    private TimeSpan _longestOutage, _slowestStart;

    public TortureRun(TortureOptions options, TextWriter output, TimeProvider time)
    {
        (_options, _out, _time) = (options, output, time);
        _chance = new Random(options.Seed);
        _book = new Book(PathOf("driver.book"));
        _open = new OpenTasks(PathOf("provider.book"), options.Seed, time);
        _trigger = new Trigger(time);
        _proxy = new CountingProxy(_trigger, _book);
        _api = new GatewayApi(_proxy.Address, LiveKey);
    }

    /// <summary>Runs to the end, or to the first check that finds anything.</summary>
    public async Task<TortureReport> RunAsync()
    {
        await SetUpAsync();
        var watching = WatchAsync();
        try
        {
            var plan = FaultPlan.Of(_options.Seed, _options.Cycles, _options.Points);
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
        foreach (var process in new[] { _gateway, _provider, _receiver }.OfType<ChildProcess>())
        {
            await process.DisposeAsync();
        }

        await _proxy.DisposeAsync();
        _api.Dispose();
        _book.Dispose();
        _stop.Dispose();
    }

    private string PathOf(string name) => Path.Combine(_options.Folder, name);

    private async Task SetUpAsync()
    {
        await ClipFile.RenderAsync(_options.Folder);
        var seed = _options.Seed.ToString(CultureInfo.InvariantCulture);
        const string Self = "Filmgate.Torture.dll";
        _provider = ChildProcess.Start(Self, _options.Folder, PathOf("provider.log"), null, ProviderProcess.Command, PathOf("provider.book"), _options.Folder, seed);
        _receiver = ChildProcess.Start(Self, _options.Folder, PathOf("receiver.log"), null, ReceiverProcess.Command, PathOf("receiver.book"), seed);
        _providerAddress = await _provider.AddressAsync() ?? throw new InvalidOperationException("The provider did not start.");
        _receiverAddress = await _receiver.AddressAsync() ?? throw new InvalidOperationException("The receiver did not start.");
        await EnsureUpAsync();
        await _api.OpenBudgetAsync(AdminKey);
        await _receiver.OrderAsync(new Order(Secret: await _api.SecretAsync()));
    }

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["FILMGATE_URLS"] = "http://127.0.0.1:0",
            ["FILMGATE_PUBLIC_URL"] = _proxy.Address.GetLeftPart(UriPartial.Authority),
            ["FILMGATE_DATA"] = PathOf("data"),
            ["FILMGATE_API_KEY"] = LiveKey,
            ["FILMGATE_ADMIN_KEY"] = AdminKey,
            ["FILMGATE_ALLOW_NETWORKS"] = "127.0.0.0/8",
        };
        foreach (var (name, dialect) in new[] { (Providers.Kling, "kling"), (Providers.Replicate, "replicate") })
        {
            settings[$"{SettingPrefix}{name}__Dialect"] = dialect;
            settings[$"{SettingPrefix}{name}__BaseUrl"] = new Uri(_providerAddress, dialect).ToString();
            settings[$"{SettingPrefix}{name}__ApiKey"] = JobDesk.Key;
            settings[$"{SettingPrefix}{name}__Slots"] = "5000";
        }

        for (var number = 0; number < WebhookWaits; number++)
        {
            settings[$"Filmgate__Webhooks__Waits__{number}"] = number < 3 ? "00:00:00.5" : "00:00:02";
        }

        return settings;
    }

    private ChildProcess Exec()
    {
        _lifeBegan = _time.GetUtcNow().UtcDateTime;
        return _gateway = ChildProcess.Start(
            "filmgate.dll", _options.Folder, PathOf(string.Create(CultureInfo.InvariantCulture, $"gateway-{++_life}.log")), Settings(), "serve");
    }

    // Alive already after a pause, on its way when it was only just begun, otherwise a new life.
    private async Task EnsureUpAsync()
    {
        while (_gateway is null || _gateway.HasExited || !_isReached)
        {
            var began = _time.GetTimestamp();
            var gateway = _gateway is { HasExited: false } ? _gateway : Exec();
            if (await gateway.AddressAsync() is { } address && await gateway.ReadyAsync())
            {
                _proxy.Lead(address);
                _isReached = true;
                _slowestStart = new[] { _slowestStart, _time.GetElapsedTime(began) }.Max();
                return;
            }

            await NoteExitAsync(gateway, "it did not start");
        }
    }

    private async Task NoteExitAsync(ChildProcess gateway, string what)
    {
        await gateway.ExitsAsync(ExitPatience);
        var words = (await File.ReadAllLinesAsync(PathOf(string.Create(CultureInfo.InvariantCulture, $"gateway-{_life}.log")))).LastOrDefault();
        _exits.Add($"life {_life}, {what}, exit code {gateway.ExitCode}: {words}");
        if (_exits.Count > 5)
        {
            throw new InvalidOperationException($"The gateway does not stay up: {string.Join("; ", _exits)}");
        }
    }

    private async Task StrikeAsync(int cycle, PlannedFault fault)
    {
        // :: Step 1: up, with all that it should have in flight.
        await EnsureUpAsync();
        await AskAgainAsync();
        await FillAsync(TimeSpan.Zero);
        if (_gateway!.HasExited)
        {
            await NoteExitAsync(_gateway, "under load");
            await EnsureUpAsync();
        }

        if (fault.Point == KillPoint.Start)
        {
            await StrikeStartAsync(cycle, fault, fault.Wait, () =>
            {
                Exec();
                return Task.Delay(fault.Wait, _time);
            });
            return;
        }

        // :: Step 2: the strike, amid new work.
        using var struck = new CancellationTokenSource();
        var ahead = fault.Point == KillPoint.Drain ? fault.Wait : TimeSpan.Zero;
        var work = WorkAsync(fault.Point == KillPoint.CancelTaken, ahead < FillAheadMax ? ahead : FillAheadMax, struck.Token);
        var isHit = false;
        if (fault.Point == KillPoint.Pause)
        {
            await UntilFullAsync(TimeSpan.Zero);
            NoteStrike(cycle, fault, isHit: true);
            await _gateway.PauseAsync(fault.Wait, _time);
        }
        else
        {
            // What is asked for meanwhile must not keep it alive.
            isHit = await AwaitStrikeAsync(fault);
            await KillNowAsync();
        }

        await struck.CancelAsync();
        await work;
        if (fault.Point == KillPoint.Pause)
        {
            return;
        }

        await EndAsync(cycle, fault, isHit);

        // :: Step 3: some lives are short.
        if (fault.StrikesAgain)
        {
            var wait = SecondStrikeMax * _chance.NextDouble();
            await EnsureUpAsync();
            await StrikeStartAsync(cycle, fault with { Point = KillPoint.AnyMoment }, _slowestStart + wait, async () =>
            {
                await EnsureUpAsync();
                await Task.Delay(wait, _time);
            });
        }
    }

    // Nobody can add to the tasks of a gateway that starts, so there must be enough of them beforehand that do not end meanwhile. Where some did all the same,
    // the strike is put off: that life goes on, is filled again, and makes way for another start.
    private async Task StrikeStartAsync(int cycle, PlannedFault fault, TimeSpan takes, Func<Task> begin)
    {
        for (var tries = 1; ; tries++)
        {
            await FillAsync(takes < FillAheadMax ? takes : FillAheadMax);
            await KillNowAsync();
            await begin();
            if (CertainAt(_time.GetUtcNow()) >= _options.InFlight || tries == StartTriesMax)
            {
                await EndAsync(cycle, fault, isHit: true);
                return;
            }

            await EnsureUpAsync();
        }
    }

    private async Task ArmAsync(PlannedFault fault)
    {
        var arming = new Arming(fault.Point, _gateway!.Id, fault.Skip, fault.Percent, fault.SlackMilliseconds);
        switch (fault.Point.Watcher())
        {
            case Watcher.Proxy:
                _trigger.Arm(arming);
                break;
            case Watcher.Provider:
                await _provider!.OrderAsync(new Order(arming));
                break;
            case Watcher.Receiver:
                await _receiver!.OrderAsync(new Order(arming));
                break;
        }
    }

    private async Task DisarmAsync()
    {
        _trigger.Disarm();
        await _provider!.OrderAsync(new Order());
        await _receiver!.OrderAsync(new Order());
    }

    // Whether the point itself struck; when its time is up, the clock does. Whoever strikes, it is while the house is full.
    private async Task<bool> AwaitStrikeAsync(PlannedFault fault)
    {
        var gateway = _gateway!;
        switch (fault.Point)
        {
            case KillPoint.Drain:
                await UntilFullAsync(fault.Wait < FillAheadMax ? fault.Wait : FillAheadMax);
                gateway.Terminate();
                if (await gateway.ExitsAsync(fault.Wait) && gateway.ExitCode != 0)
                {
                    await NoteExitAsync(gateway, "told to stop");
                }

                return true;
            case KillPoint.AnyMoment or KillPoint.BetweenReads:
                await Task.Delay(fault.Wait, _time);
                await UntilFullAsync(TimeSpan.Zero);
                return true;
        }

        var (began, isArmed) = (_time.GetTimestamp(), false);
        for (var patience = PointPatience; patience > TimeSpan.Zero && _time.GetElapsedTime(began) < FillPatience; patience -= isArmed ? AimInterval : TimeSpan.Zero)
        {
            var isFull = IsFull(TimeSpan.Zero);
            if (isFull != isArmed)
            {
                await (isFull ? ArmAsync(fault) : DisarmAsync());
                isArmed = isFull;
            }

            if (await gateway.ExitsAsync(AimInterval))
            {
                return true;
            }
        }

        await DisarmAsync();
        await UntilFullAsync(TimeSpan.Zero);
        return gateway.HasExited;
    }

    private async Task EndAsync(int cycle, PlannedFault fault, bool isHit)
    {
        await KillNowAsync();
        NoteStrike(cycle, fault, isHit);
        await Task.Delay(fault.Down, _time);
    }

    private void NoteStrike(int cycle, PlannedFault fault, bool isHit)
    {
        var at = _time.GetUtcNow();
        _book.Write(new FaultLine(cycle, fault.Point.ToString(), isHit, at));
        _out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cycle,4} of {_options.Cycles}  {fault.Point,-20}{(isHit ? "" : "not reached, killed by the clock")}  at least {CertainAt(at)} in flight, {_states.Count} tasks"));
    }

    private async Task KillNowAsync()
    {
        _proxy.Lead(null);
        _isReached = false;
        Interlocked.CompareExchange(ref _struckAt, _time.GetTimestamp(), 0);
        if (_gateway is { } gateway)
        {
            gateway.Kill();
            await gateway.ExitsAsync(ExitPatience);
        }
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
        for (var began = _time.GetTimestamp(); Missing(ahead) is var missing and > 0 && _gateway is { HasExited: false } && _time.GetElapsedTime(began) < FillPatience;)
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
        for (var began = _time.GetTimestamp(); !IsFull(ahead) && _gateway is { HasExited: false } && _time.GetElapsedTime(began) < FillPatience;)
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
        var heard = await _api.CreateAsync(take, take.Body(_receiverAddress.GetLeftPart(UriPartial.Authority), _picture));
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
        while (!struck.IsCancellationRequested && _gateway is { HasExited: false })
        {
            await CreateAsync(Math.Max(burst, Missing(ahead)));
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
        var tasks = await _api.TasksAsync();
        await Parallel.ForEachAsync(tasks.Where(task => task.State == Success && !_clips.ContainsKey(task.Task)), new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (task, _) =>
            _clips[task.Task] = await _api.ClipAsync(task.Task));
        var evidence = new Evidence
        {
            Provider = Book.Read(PathOf("provider.book")),
            Receiver = Book.Read(PathOf("receiver.book")),
            Driver = Book.Read(PathOf("driver.book")),
            Tasks = tasks,
            Clips = _clips,
            Ledger = await _api.LedgerAsync(AdminKey),
            Money = await _api.MoneyAsync(AdminKey),
            Replays = [.. replays],
            JobsBeforeReplays = jobs,
            JobsAfterReplays = Jobs(),
            InFlightAsked = _options.InFlight,
            Store = isLast ? await CloseAsync() : new StoreFact(0, "", "ok", 0, []),
            Logs = new LogFact(Canaries(), [.. _exits]),
            FindsSubmissions = new HashSet<string> { Providers.Kling },
            MayBillFailures = new HashSet<string> { Providers.Kling, Providers.Replicate },
            IsSigned = number => Take.Of(_options.Seed, number).Surface == Surfaces.Replicate,
        };
        var findings = Oracle.Judge(evidence);
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"     quiet: {tasks.Count} tasks, {findings.Count} findings"));
        return new TortureReport(findings, Figures.Of(evidence, findings), _longestOutage, _slowestStart);
    }

    private int Jobs() => Book.Read(PathOf("provider.book")).OfType<JobLine>().Count();

    // Until nothing moves any more: all have ended or wait for what nobody can know, and every end is told.
    private async Task QuietAsync()
    {
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < _options.Quiet)
        {
            var open = (await _api.TasksAsync(Pending)).Concat(await _api.TasksAsync(Processing));
            var moving = open.Count(task => !task.IsUnresolved || task.Attempts[^1].Provider == Providers.Kling);
            var told = Book.Read(PathOf("receiver.book")).OfType<DeliveryLine>().Where(delivery => delivery.Status is >= 200 and < 300).Select(delivery => delivery.Number).ToHashSet();
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
        var address = _proxy.Address.GetLeftPart(UriPartial.Authority);
        await using var doctor = ChildProcess.Start(
            "filmgate.dll", _options.Folder, PathOf("doctor.log"), new Dictionary<string, string> { ["FILMGATE_ADMIN_KEY"] = AdminKey }, "doctor", "--server", address);
        await doctor.ExitsAsync(ExitPatience);
        _gateway!.Terminate();
        if (!await _gateway.ExitsAsync(TimeSpan.FromSeconds(60)) || _gateway.ExitCode != 0)
        {
            _exits.Add("it did not stop well at the end");
        }

        var data = PathOf("data");
        using var store = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "filmgate.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        store.Open();
        var renders = Path.Combine(data, "renders");
        var scratch = Path.Combine(data, "artifacts", "incoming");
        return new StoreFact(
            doctor.ExitCode,
            string.Join("; ", doctor.Said()) + await File.ReadAllTextAsync(PathOf("doctor.log")),
            string.Join("; ", Rows(store, "PRAGMA integrity_check")),
            Rows(store, "PRAGMA foreign_key_check").Count,
            [
                .. Directory.Exists(renders) ? Directory.GetFiles(renders).Where(file => File.GetCreationTimeUtc(file) > _lifeBegan + Settling) : [],

                // The last life stopped well and every life removes what the killed ones before it left, so nothing may be there.
                .. Directory.Exists(scratch) ? Directory.GetFiles(scratch, "*", SearchOption.AllDirectories) : [],
            ]);
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
            [("the live key", LiveKey), ("the admin key", AdminKey), ("the provider's key", JobDesk.Key), ("a prompt", Take.Canary), ("an idempotency key", "torture-1\""), ("a webhook's address", "/hook/")];
        var logs = Directory.GetFiles(_options.Folder, "gateway-*.log").Select(File.ReadAllText).ToArray();
        return [.. planted.Where(secret => logs.Any(log => log.Contains(secret.Text, StringComparison.Ordinal))).Select(secret => secret.Name)];
    }
}
