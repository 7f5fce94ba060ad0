using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Grains;

/// <summary>Keeps a provider's desk. Its memory is rebuilt from the store: who is at the provider, and who waits for it.</summary>
public sealed partial class ProviderGrain(
    ITaskStore store, IAccountStore accounts, ProviderDirectory providers, IWaker waker, TimeProvider time, Random chance, ILogger<ProviderGrain> log)
    : Grain, IProviderGrain
{
    // A slot is given before its attempt is on record; who holds one for longer than that without an attempt has lost its way.
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SoonestTick = TimeSpan.FromMilliseconds(50);

    private ProviderDesk _desk = null!;
    private IVideoProvider? _provider;
    private IGrainTimer? _tick;
    private DateTimeOffset? _tickAt;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _provider = providers.TryGet(Name, out var provider) ? provider : null;
        _desk = new ProviderDesk(Math.Max(1, _provider?.Facts.Slots ?? 1), chance);
        var weights = (await accounts.ListAsync(cancellationToken)).ToDictionary(account => account.Id, account => account.Routing.QueueWeight);
        _desk.Restore(
            await store.FindOpenAtAsync(Name, cancellationToken),
            (await store.FindWaitingAsync(Name, cancellationToken)).Select(waiting =>
                (waiting.Task, weights.GetValueOrDefault(waiting.Task.Account, RoutingPolicy.Default.QueueWeight), waiting.Priority, waiting.Since)),
            time.GetUtcNow());
        Wake(_desk.Tick(time.GetUtcNow()));
        this.RegisterGrainTimer(ReconcileAsync, new GrainTimerCreationOptions { DueTime = ReconcileEvery, Period = ReconcileEvery });
    }

    /// <inheritdoc/>
    public ValueTask<SlotAnswer> AskAsync(SlotTicket ticket)
    {
        var answer = _desk.Ask(ticket, time.GetUtcNow(), out var woken);
        Wake(woken);
        return ValueTask.FromResult(answer);
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string task)
    {
        Wake(_desk.Release(TaskKey.Parse(task), time.GetUtcNow()));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask NoteAsync(ProviderNews news)
    {
        Wake(_desk.Note(news, time.GetUtcNow()));
        if (_desk.Standing(time.GetUtcNow()) is { Cooling: { } cause, CoolsUntil: { } until })
        {
            LogCooling(Name, cause, until);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ProviderStanding> StandingAsync() => ValueTask.FromResult(_desk.Standing(time.GetUtcNow()));

    /// <inheritdoc/>
    public ValueTask<QueuePlace?> PlaceAsync(string task) => ValueTask.FromResult(_desk.PlaceOf(TaskKey.Parse(task)));

    /// <inheritdoc/>
    public ValueTask<int[]> PositionsAsync(string[] tasks) => ValueTask.FromResult(_desk.PositionsOf([.. tasks.Select(TaskKey.Parse)]));

    private void Wake(IReadOnlyList<TaskKey> tasks)
    {
        foreach (var task in tasks)
        {
            waker.WakeTask(task);
        }

        TickAtNextChange();
    }

    private void TickAtNextChange()
    {
        var now = time.GetUtcNow();
        var next = _desk.NextChange(now);
        if (next is null || (_tickAt is { } planned && planned <= next && planned > now))
        {
            return;
        }

        _tick?.Dispose();
        _tickAt = next;
        var wait = next.Value - now;
        _tick = this.RegisterGrainTimer(
            TickAsync,
            new GrainTimerCreationOptions { DueTime = wait > SoonestTick ? wait : SoonestTick, Period = Timeout.InfiniteTimeSpan, KeepAlive = true });
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        _tickAt = null;
        if (_provider is not null && _desk.NeedsProbe(time.GetUtcNow()))
        {
            var wentWell = await IsReachableAsync(_provider, cancellationToken);
            LogProbed(Name, wentWell);
            Wake(_desk.NoteProbe(wentWell, time.GetUtcNow()));
            return;
        }

        Wake(_desk.Tick(time.GetUtcNow()));
    }

    private static async ValueTask<bool> IsReachableAsync(IVideoProvider provider, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            return await provider.ProbeAsync(limit.Token);
        }
#pragma warning disable CA1031 // Whatever it threw, it is not well.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var really = (await store.FindOpenAtAsync(Name, cancellationToken)).ToHashSet();
        foreach (var (task, since) in _desk.Holders.ToArray())
        {
            if (!really.Contains(task) && time.GetUtcNow() - since > ReconcileEvery)
            {
                Wake(_desk.Release(task, time.GetUtcNow()));
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} is given no tasks until {Until:O}: {Cause}.")]
    private partial void LogCooling(string provider, CoolingCause cause, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Information, Message = "Provider {Provider} was read to see whether it is well again: {WentWell}.")]
    private partial void LogProbed(string provider, bool wentWell);
}
