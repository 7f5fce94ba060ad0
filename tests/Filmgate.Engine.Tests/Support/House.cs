using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Filmgate.Animatic;
using Filmgate.Animatic.Encoding;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Rehearsal;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Support;

/// <summary>The engine without grains and server: a real database and real files, a clock that a test moves, scripted providers.</summary>
internal sealed class House : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);
    public static readonly Account Account = new(new AccountId("acc_1"), "first", AccountLimits.Default, new Budget(Usd.FromDollars(100)), Start);
    public static readonly Caller Caller = new(Account.Id, new KeyId("key_1"), KeyKind.Live);

    private readonly SqliteDatabase _database;
    private readonly PublicAddressHolder _address = new() { Value = "https://gate.example" };

    private House(string folder)
    {
        Folder = folder;
        Time = new FakeTimeProvider(Start);
        Desks = new MemoryDesks(4, Time, Waker);
        _database = SqliteDatabase.Open(Path.Combine(folder, "filmgate.db"));
        Tasks = new TaskStore(_database);
        Accounts = new AccountStore(_database);
        Charges = new ChargeStore(_database);
        Deliveries = new DeliveryStore(_database);
        Events = new EventLog(_database);
        Endpoints = new EndpointStore(_database);
        Clips = new ClipStore(_database);
        var artifacts = Path.Combine(folder, "artifacts");
        Scratch = new ScratchFolder(artifacts, Time);
        Files = new DiskArtifactStore(artifacts, Scratch, Time);
        Artifacts = new AwayArtifacts(Files);
        Ids = new IdSource(Time, new Random(5).NextBytes);
        Options = new EngineOptions { DataFolder = folder };
        var key = SigningKey.Open(folder);
        Links = new ClipLinks(key, _address);
        Submissions = new SubmissionWriter(Artifacts, Scratch, new InputLinks(key, _address, Time), new CallbackLinks(key, _address), ImageRules.Default, Waker);
        Pairs = new KeyPairs(key);
        Secrets = new EndpointSecrets(key);
        Http = new GuardedHttp(Egress, new SystemHostResolver(), TimeProvider.System);
        ClipPath = Path.Combine(folder, "upstream.mp4");
        Provider = new ScriptedProvider("partner", ClipPath);
        Providers = new ProviderDirectory([Provider]);
    }

    public string Folder { get; }
    public FakeTimeProvider Time { get; }
    public ITaskStore Tasks { get; }
    public ITaskRevisions Revisions => new TaskRevisions(_database);
    public IAccountStore Accounts { get; }
    public IChargeStore Charges { get; }
    public IDeliveryStore Deliveries { get; }

    public IEventLog Events { get; }
    public IEndpointStore Endpoints { get; }
    public IClipStore Clips { get; }
    public DiskArtifactStore Files { get; }
    public ScratchFolder Scratch { get; }

    /// <summary>The same files as every part of the house sees them.</summary>
    public AwayArtifacts Artifacts { get; }

    /// <summary>Files that somebody is still writing, or has left behind.</summary>
    public IEnumerable<string> Unfinished => Directory.EnumerateFiles(Path.Combine(Folder, "artifacts", "incoming"), "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal));

    public IdSource Ids { get; }
    public EngineOptions Options { get; }
    public ClipLinks Links { get; }
    public SubmissionWriter Submissions { get; }
    public GuardedHttp Http { get; }
    public string ClipPath { get; }
    public ScriptedProvider Provider { get; }
    public ProviderDirectory Providers { get; set; }
    public RecordingWaker Waker { get; } = new();
    public TaskSignals Signals { get; } = new(new NoNews());
    public KeyPairs Pairs { get; }
    public MemoryDesks Desks { get; }
    public RoutingOptions Routing { get; set; } = new();
    public EndpointSecrets Secrets { get; }

    public static EgressOptions Egress { get; } = new() { AllowNetworks = [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8)] };

    /// <summary>Finds no FFmpeg unless a test is about posters, because each one costs a process.</summary>
    public string? FfmpegPath { get; set; } = "/nowhere/ffmpeg";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<House> OpenAsync()
    {
        var house = new House(Directory.CreateTempSubdirectory("filmgate-house-").FullName);
        await File.WriteAllBytesAsync(house.ClipPath, await TinyClip.BytesAsync, Cancel);
        await house.Accounts.AddAsync(Account, [NewKey(Caller.Key.Value, KeyKind.Live, "fg_live_AAAA-chosen-by-an-operator")], Audit(Account.Id.Value), Cancel);
        return house;
    }

    public InputIntake Inputs => new(
        new ImageIntake(Http, ImageRules.Default), ImageRules.Default, Egress, Artifacts, Scratch,
        new ModerationGate([], WhenUnavailable.Wait, NullLogger<ModerationGate>.Instance));

    public RequestImages RequestImages => new(
        Artifacts, ImageRules.Default, Egress, new UploadStore(_database), new UploadLinks(_address), Time);

    public CallbackWriter Callbacks => new([new PlainFormat()], new PlainEvents(), Links, Ids);

    public ClipIntake ClipIntake => new(
        Artifacts, Scratch, Http, new Ffmpeg(new AnimaticOptions { FfmpegPath = FfmpegPath }), new ClipFaults(), Ids, Options, Time, NullLogger<ClipIntake>.Instance);

    /// <summary>A driver that knows nothing but what is in the store.</summary>
    public TaskDriver NewDriver(ITaskStore? store = null, TimeProvider? time = null) => new(
        store ?? Tasks, Accounts, Providers, Desks, Routing, Inputs, Submissions, ClipIntake, Callbacks, Waker, Signals, Ids, time ?? Time, new LockedRandom(7), NullLogger<TaskDriver>.Instance);

    public DeliveryInstruments Instruments { get; } = new();

    /// <summary>A dispatcher that knows nothing but what is in the store.</summary>
    public DeliveryDispatcher NewDispatcher(DeliverySignal signal, WebhookOptions? options = null, GuardedHttp? http = null, IDeliveryStore? store = null) => new(
        store ?? Deliveries,
        new DeliverySender(http ?? Http, Callbacks, new PlainEvents(), Secrets, Instruments, Time, NullLogger<DeliverySender>.Instance),
        Callbacks, signal, new SoleNode(), options ?? new WebhookOptions(), Time, new LockedRandom(3), NullLogger<DeliveryDispatcher>.Instance);

    public static VideoTask NewTask(string id = "task_1", params ReadOnlySpan<string> images) => new()
    {
        Key = new TaskKey(Account.Id, new TaskId(id)),
        KeyId = Caller.Key,
        IsTest = false,
        Dialect = PlainFormat.Name,
        Request = new GenerationRequest
        {
            Mode = images.Length > 0 ? GenerationMode.ProImageToVideo : GenerationMode.MasterTextToVideo,
            Prompt = "A lighthouse",
            DurationSeconds = 5,
            CfgScale = 0.5m,
            AspectRatio = images.Length > 0 ? null : Model.Requests.AspectRatio.Wide,
            Images = [.. images],
            Provider = "auto",
        },
        CallbackUrl = "https://example.com/hook",
        State = TaskState.Pending,
        CreatedAt = Start,
        DueAt = Start,
    };

    public static StoredKey NewKey(string id, KeyKind kind, string text) => new()
    {
        Id = new KeyId(id),
        Account = kind == KeyKind.Admin ? null : Account.Id,
        Kind = kind,
        Name = id,
        Prefix = KeyText.VisiblePart(text)!,
        Hash = [.. KeyText.Hash(text)],
        CreatedAt = Start,
    };

    public static AuditEntry Audit(string subject) => new(Start, "test", "test.change", subject);

    public async Task<VideoTask> AcceptAsync(VideoTask? task = null)
    {
        task ??= NewTask();
        Assert.IsType<AdmissionOutcome.Accepted>(await Tasks.AdmitAsync(new Model.Tasks.Admission(task, Claim: null), Cancel));
        return task;
    }

    public async Task<VideoTask> LoadAsync(TaskKey key) =>
        await Tasks.LoadAsync(key, Cancel) ?? throw new InvalidOperationException($"Task {key} is gone.");

    /// <summary>Makes steps until the task is in a situation, moving the clock to each due time as the grain sleeps until it.</summary>
    public async Task<VideoTask> RunAsync(TaskKey key, Func<VideoTask, bool> until, TaskDriver? driver = null)
    {
        const int StepsMax = 200;
        driver ??= NewDriver();
        for (var i = 0; i < StepsMax; i++)
        {
            var task = await LoadAsync(key);
            if (until(task))
            {
                return task;
            }

            if (task.DueAt > Time.GetUtcNow())
            {
                Time.SetUtcNow(task.DueAt.Value);
            }

            await driver.StepAsync(task, Cancel);
        }

        throw new InvalidOperationException($"Task {key} did not get there in {StepsMax} steps; it is {(await LoadAsync(key)).LastAttempt}.");
    }

    public Task<VideoTask> RunToEndAsync(TaskKey key, TaskDriver? driver = null) => RunAsync(key, task => task.State.IsTerminal(), driver);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Instruments.Dispose();
        await _database.DisposeAsync();
        Scratch.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Words a callback in one line.</summary>
internal sealed class PlainFormat : ICallbackFormat
{
    public const string Name = "plain";

    public string Dialect => Name;

    public ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task) =>
        Encoding.UTF8.GetBytes($"{task.Task.Key.Task} {task.Task.State} {task.Task.Failure?.Code.Name() ?? "-"} {task.ClipUrl ?? "-"}");

    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback) =>
    [
        new("Content-Type", "application/json"),
        new("webhook-id", callback.Id.Value),
        new("webhook-timestamp", callback.At.ToUnixTimeSeconds().ToString()),
    ];
}

/// <summary>Words an event in one line, and shows its secrets instead of signing with them.</summary>
internal sealed class PlainEvents : IEventFormat
{
    public ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, TaskDetails task) =>
        Encoding.UTF8.GetBytes($"{id} {type.Name()} {task.Task.Key.Task} {task.Task.State}");

    public ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, WebhookEndpoint endpoint) =>
        Encoding.UTF8.GetBytes($"{id} {type.Name()} {endpoint.Url} {endpoint.DisabledReason}");

    public IEnumerable<KeyValuePair<string, string>> Headers(DeliveryId id, ReadOnlyMemory<byte> body, DateTimeOffset at, IEnumerable<ReadOnlyMemory<byte>> secrets) =>
    [
        new("Content-Type", "application/json"),
        new("webhook-id", id.Value),
        new("webhook-timestamp", at.ToUnixTimeSeconds().ToString()),
        new("webhook-signature", string.Join(' ', secrets.Select(SecretText))),
    ];

    public string SecretText(ReadOnlyMemory<byte> secret) => Convert.ToHexStringLower(secret.Span);
}

/// <summary>Remembers who was woken.</summary>
internal sealed class RecordingWaker : IWaker
{
    private int _deliveries;

    public ConcurrentQueue<TaskKey> Tasks { get; } = [];

    public int Deliveries => Volatile.Read(ref _deliveries);

    public ConcurrentQueue<TaskKey> Overdue { get; } = [];

    public void WakeTask(TaskKey key) => Tasks.Enqueue(key);

    public void WakeOverdue(TaskKey key) => Overdue.Enqueue(key);

    public void WakeDeliveries() => Interlocked.Increment(ref _deliveries);
}
