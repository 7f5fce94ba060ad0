using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Torture.Books;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Faults;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Torture.Provider;

/// <summary>
/// The provider behind our own inbound dialects. What it accepts stands in its book before it is answered, and so does every end, so the
/// book is the truth about what the gateway has to pay.
/// </summary>
internal sealed class JobDesk(
    Book book, Trigger trigger, ClipShelf clips, int seed, bool holds, IdSource ids, IHttpContextAccessor requests, CallbackSender callbacks, TimeProvider time)
    : ITaskDesk, IKeyRing, IRateGate, ICallbackSecrets, IPublicAddress
{
    /// <summary>The key that the gateway uses here.</summary>
    public const string Key = "torture-provider-key-4c1d9be07a52";

    /// <summary>Marks of a request, read when it has been answered.</summary>
    public static readonly object CreatesMark = new(), SaysDoneMark = new();

    private const int UnitMicros = 140_000;
    private static readonly Usd ListPrice = Usd.FromDollars(1.40m), PicturePrice = Usd.FromDollars(0.28m);
    private static readonly Caller Gateway = new(new AccountId("acc_gateway"), new KeyId("key_gateway"), KeyKind.Live);

    private readonly ConcurrentDictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Dialect, string Reference), Job> _byReference = new();
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _address = "";

    /// <inheritdoc/>
    public string Value => _address;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SigningSeed { get; } = SHA256.HashData("provider"u8);

    /// <summary>Lets the jobs end that were held.</summary>
    public void LetGo() => _letGo.TrySetResult();

    /// <summary>Tells where it listens.</summary>
    public void ListenAt(string address) => _address = address;

    /// <summary>The clip of a job that is done; null for every other.</summary>
    public byte[]? ClipOf(string job) => _jobs.TryGetValue(job, out var found) && found.Details.Task.State == TaskState.Success ? clips.Of(job, found.IsFromPicture) : null;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Of(AccountId account) => SHA256.HashData(Encoding.UTF8.GetBytes(account.Value));

    /// <inheritdoc/>
    public ValueTask<Caller?> AuthenticateAsync(string key, IPAddress? source, CancellationToken cancellationToken) => new(key == Key ? Gateway : null);

    /// <inheritdoc/>
    public ValueTask<SigningCaller?> FindPairAsync(string accessKey, IPAddress? source, CancellationToken cancellationToken) => new((SigningCaller?)null);

    /// <inheritdoc/>
    public ValueTask<RateVerdict> TakeAsync(Caller caller, CancellationToken cancellationToken) => new(new RateVerdict(IsAllowed: true, 1_000_000, TimeSpan.FromMinutes(1)));

    /// <inheritdoc/>
    public RateVerdict NoteWrongKey(IPAddress? source) => new(IsAllowed: true, 1_000_000, TimeSpan.FromMinutes(1));

    /// <inheritdoc/>
    public async ValueTask<CreateOutcome> CreateAsync(
        Caller caller, string dialect, GenerationDraft draft, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (GenerationRules.Check(draft, ["own"], out var faults) is not { } request)
        {
            return new CreateOutcome.Refused(faults);
        }

        var number = Take.NumberIn(request.Prompt) ?? throw new InvalidOperationException("The prompt has no number.");
        var behaviour = JobBehaviour.Of(seed, number);
        behaviour = holds ? behaviour with { Fails = false } : behaviour;
        var list = request.Mode == GenerationMode.MasterTextToVideo ? ListPrice : PicturePrice;

        // Only Kling's answers tell a charge; elsewhere the gateway goes by the list.
        var price = dialect == "kling" ? JobBehaviour.Price(list, (int)(list.Micros / UnitMicros), behaviour.Discount) : list;
        var id = ids.NewTask();
        var now = time.GetUtcNow();
        var job = new Job(
            new VideoTask
            {
                Key = new TaskKey(caller.Account, id),
                KeyId = caller.Key,
                IsTest = false,
                Dialect = dialect,
                Request = request,
                CallbackUrl = draft.CallbackUrl,
                CallbackEvents = draft.CallbackEvents,
                ExternalId = draft.ExternalId,
                Notes = draft.Notes,
                State = TaskState.Processing,
                CreatedAt = now,
                DueAt = now,
            },
            behaviour,
            price,
            $"{_address}/clips/{id.Value}.mp4");
        if (draft.ExternalId is { } reference && !_byReference.TryAdd((dialect, reference), job))
        {
            return new CreateOutcome.DuplicateId(reference);
        }

        var print = $"{request.Rules.Name}|{request.Prompt}|{request.DurationSeconds}|{string.Join(' ', request.Images)}";
        book.Write(new JobLine(
            number, job.Id, dialect, draft.ExternalId, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(print))), price.Micros, clips.Sha256Of(job.Id, job.IsFromPicture), holds ? DateTimeOffset.MaxValue : now + behaviour.DoneAfter));
        _jobs[job.Id] = job;
        _ = EndInTimeAsync(job);
        Mark(CreatesMark);
        await trigger.PassAsync(KillPoint.SubmissionTaken, PeerProcess.Of(requests.HttpContext));
        return new CreateOutcome.Accepted(id);
    }

    /// <inheritdoc/>
    public async ValueTask<CancelOutcome?> CancelAsync(Caller caller, TaskId id, CancellationToken cancellationToken)
    {
        if (!_jobs.TryGetValue(id.Value, out var job))
        {
            return null;
        }

        book.Write(new CancelLine(job.Id));
        var stopped = End(job, new Failure(FailureCode.Canceled, "Canceled."), "canceled", Usd.Zero);
        await trigger.PassAsync(KillPoint.CancelTaken, PeerProcess.Of(requests.HttpContext));
        return stopped ? CancelOutcome.Canceled : CancelOutcome.TooLate;
    }

    /// <inheritdoc/>
    public ValueTask<TaskDetails?> FindDetailsAsync(Caller caller, TaskId id, CancellationToken cancellationToken) =>
        new(_jobs.TryGetValue(id.Value, out var job) ? Shown(job) : null);

    /// <inheritdoc/>
    public ValueTask<TaskDetails?> FindByExternalIdAsync(Caller caller, string dialect, string externalId, CancellationToken cancellationToken) =>
        new(_byReference.TryGetValue((dialect, externalId), out var job) && _jobs.ContainsKey(job.Id) ? Shown(job) : null);

    /// <inheritdoc/>
    public ValueTask<TaskView?> FindAsync(Caller caller, TaskId id, CancellationToken cancellationToken) =>
        new(_jobs.TryGetValue(id.Value, out var job) ? Shown(job).View : null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<TaskDetails> WatchAsync(Caller caller, TaskId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (_jobs.TryGetValue(id.Value, out var job))
        {
            yield return Shown(job);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<TaskDetails>> ListAsync(Caller caller, TaskFilter filter, CancellationToken cancellationToken) => new(ImmutableArray<TaskDetails>.Empty);

    /// <inheritdoc/>
    public ValueTask<EstimateOutcome> EstimateAsync(Caller caller, GenerationDraft draft, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nobody asks this provider for an estimate.");

    /// <inheritdoc/>
    public ValueTask<bool?> DeleteAsync(Caller caller, TaskId id, CancellationToken cancellationToken) => new((bool?)null);

    /// <inheritdoc/>
    public ValueTask<Usd> BalanceAsync(Caller caller, CancellationToken cancellationToken) => new(Usd.FromDollars(1_000_000));

    private TaskDetails Shown(Job job)
    {
        var details = job.Details;
        if (details.Task.State.IsTerminal())
        {
            Mark(SaysDoneMark);
        }

        return details;
    }

    private void Mark(object mark)
    {
        if (requests.HttpContext is { } context)
        {
            context.Items[mark] = mark;
        }
    }

    private async Task EndInTimeAsync(Job job)
    {
        if (holds)
        {
            await _letGo.Task;
        }

        await Task.Delay(job.Behaviour.DoneAfter, time);
        var ended = job.Behaviour.Fails
            ? End(job, new Failure(FailureCode.GenerationFailed, "The torture's provider could not do it."), "failed", Usd.Zero)
            : End(job, failure: null, "done", job.Price);
        if (ended && job.Behaviour.Calls && job.CallbackUrl is { } url)
        {
            await callbacks.PostAsync(job.Details, url, this);
        }
    }

    private bool End(Job job, Failure? failure, string outcome, Usd billed) =>
        job.TryEnd(time.GetUtcNow(), failure, () => book.Write(new JobEndLine(job.Id, outcome, billed.Micros)));
}
