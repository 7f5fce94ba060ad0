using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Filmgate.Animatic;
using Filmgate.Animatic.Encoding;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Maintenance;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Rehearsal;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Tests.Intake;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Support;

/// <summary>
/// Desk, driver and store over a real database and folder with a clock that a test moves, without providers: as far as a task gets
/// before it is sent anywhere.
/// </summary>
internal sealed class SmallHouse : IAsyncDisposable
{
    public const string PublicUrl = "https://video.example.com";

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly GuardedHttp _http;
    private readonly IdSource _ids;

    public SmallHouse(ImmutableArray<IModerator> moderators = default, WhenUnavailable whenUnavailable = WhenUnavailable.Wait)
    {
        // Files carry the system's time, so the moved clock begins there.
        Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _ids = new IdSource(Time, bytes => RandomNumberGenerator.Fill(bytes));
        _database = SqliteDatabase.Open(_folder.File("filmgate.db"));
        var egress = new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] };
        _http = new GuardedHttp(egress, new ScriptedResolver(), Time);
        var artifacts = Path.Combine(_folder.Path, "artifacts");
        Scratch = new ScratchFolder(artifacts, Time);
        Files = new DiskArtifactStore(artifacts, Scratch, Time);
        Tasks = new TaskStore(_database);
        Accounts = new AccountStore(_database);
        Clips = new ClipStore(_database);
        Events = new EventLog(_database);
        var uploads = new UploadStore(_database);
        var options = new EngineOptions { DataFolder = _folder.Path };
        var address = new PublicAddressHolder { Value = PublicUrl };
        var key = SigningKey.Open(_folder.Path);
        var links = new ClipLinks(key, address);
        var uploadLinks = new UploadLinks(address);
        var gate = new ModerationGate(moderators.IsDefault ? [] : moderators, whenUnavailable, NullLogger<ModerationGate>.Instance);
        var callbacks = new CallbackWriter([], new PlainEvents(), links, _ids);
        var desks = new MemoryDesks(1, Time, new NoWaker());
        Driver = new TaskDriver(
            Tasks,
            Accounts,
            new ProviderDirectory([]),
            desks,
            new RoutingOptions(),
            new InputIntake(new ImageIntake(_http, ImageRules.Default), ImageRules.Default, egress, Files, Scratch, gate),
            new SubmissionWriter(Files, Scratch, new InputLinks(key, address, Time), new CallbackLinks(key, address), ImageRules.Default, new NoWaker()),
            new ClipIntake(Files, Scratch, _http, new Ffmpeg(new AnimaticOptions()), new ClipFaults(), _ids, options, Time, NullLogger<ClipIntake>.Instance),
            callbacks,
            new NoWaker(),
            Signals,
            _ids,
            Time,
            new LockedRandom(1),
            NullLogger<TaskDriver>.Instance);
        Desk = new TaskDesk(
            Tasks, Accounts, new ProviderDirectory([]), desks, new RoutingOptions(),
            new RequestImages(Files, ImageRules.Default, egress, uploads, uploadLinks, Time),
            egress, links, callbacks, new AnswerScripts(), Driver, Signals, new NoWaker(), _ids, Time);
        Uploads = new UploadDesk(Files, Scratch, uploads, uploadLinks, new UploadTickets(SigningKey.Open(_folder.Path)), ImageRules.Default, _ids, Time);
        Sweeper = new RetentionSweeper(Clips, Tasks, Events, new DeliveryStore(_database), Files, Scratch, new SoleNode(), options, new WebhookOptions(), new EngineStart(), Time, NullLogger<RetentionSweeper>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public DiskArtifactStore Files { get; }
    public ScratchFolder Scratch { get; }

    public TaskStore Tasks { get; }

    public AccountStore Accounts { get; }

    public ClipStore Clips { get; }

    public IEventLog Events { get; }

    public TaskSignals Signals { get; } = new(new NoNews());

    public TaskDriver Driver { get; }

    public TaskDesk Desk { get; }

    public UploadDesk Uploads { get; }

    public RetentionSweeper Sweeper { get; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<Caller> AddAccountAsync(KeyKind kind = KeyKind.Live)
    {
        var now = Time.GetUtcNow();
        var account = new Account(_ids.NewAccount(), "test", AccountLimits.Default, new Budget(Usd.FromDollars(100)), now);
        var key = new StoredKey
        {
            Id = _ids.NewKey(),
            Account = account.Id,
            Kind = kind,
            Name = "key",
            Prefix = "fg",
            Hash = [.. RandomNumberGenerator.GetBytes(32)],
            CreatedAt = now,
        };
        await Accounts.AddAsync(account, [key], new AuditEntry(now, "test", "account.create", account.Id.Value), Token);
        return new Caller(account.Id, key.Id, kind);
    }

    /// <summary>A task that has money held and is due for intake.</summary>
    public async Task<VideoTask> AdmitAsync(string prompt, Caller caller, string? negativePrompt = null, params ImmutableArray<string> images)
    {
        var now = Time.GetUtcNow();
        var task = new VideoTask
        {
            Key = new TaskKey(caller.Account, _ids.NewTask()),
            KeyId = caller.Key,
            IsTest = false,
            Dialect = "apixo",
            Request = new GenerationRequest
            {
                Mode = images.IsEmpty ? GenerationMode.MasterTextToVideo : GenerationMode.ProImageToVideo,
                Prompt = prompt,
                NegativePrompt = negativePrompt,
                DurationSeconds = 5,
                CfgScale = 0.5m,
                Images = images,
                Provider = "auto",
            },
            Hold = Usd.FromDollars(1.40m),
            State = TaskState.Pending,
            CreatedAt = now,
            DueAt = now,
        };
        Assert.IsType<AdmissionOutcome.Accepted>(await Tasks.AdmitAsync(new Model.Tasks.Admission(task, null), Token));
        return (await Tasks.LoadAsync(task.Key, Token))!;
    }

    /// <summary>Makes the step that is due and reads the task back.</summary>
    public async Task<VideoTask> StepAsync(VideoTask task)
    {
        await Driver.StepAsync(task, Token);
        return (await Tasks.LoadAsync(task.Key, Token))!;
    }

    public async ValueTask<UploadOutcome> UploadAsync(Caller caller, byte[] picture) =>
        await Uploads.TakeAsync(caller, (target, cancellationToken) => target.WriteAsync(picture, cancellationToken).AsTask(), Token);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _database.DisposeAsync();
        Scratch.Dispose();
        _folder.Dispose();
    }

    private sealed class NoWaker : IWaker
    {
        public void WakeTask(TaskKey key)
        {
        }

        public void WakeDeliveries()
        {
        }
    }
}
