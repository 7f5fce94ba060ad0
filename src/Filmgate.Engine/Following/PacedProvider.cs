using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filmgate.Engine.Cluster;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Following;

/// <summary>
/// A provider whose tasks are read at a pace and within a budget, however many there are: each one seldom, closely around the time at which
/// such clips end there, and all together no more often than the vendor allows. What it does not read it leaves as it is.
/// </summary>
/// <remarks>The budget is shared by the nodes of a cluster; gateways that share nothing but an account at a vendor each take all of it.</remarks>
public sealed partial class PacedProvider : IVideoProvider, IDisposable
{
    private readonly IVideoProvider _provider;
    private readonly TimeProvider _time;
    private readonly ILogger<PacedProvider> _log;
    private readonly ReadQueue _queue;
    private readonly ConcurrentDictionary<(GenerationMode Mode, int Seconds), FinishTime> _observed = new();

    /// <summary>Wraps a provider.</summary>
    /// <param name="provider">The provider; its facts say how often and how many at once it may be read.</param>
    /// <param name="duties">Says how many nodes share the budget.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public PacedProvider(IVideoProvider provider, INodeDuties duties, TimeProvider time, ILogger<PacedProvider> log)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(duties);
        ArgumentNullException.ThrowIfNull(time);
        _provider = provider;
        _time = time;
        _log = log;
        _queue = new ReadQueue(new ReadBudget(provider.Facts.ReadsPerSecond, () => duties.Nodes), provider.Facts.TasksPerRead, ReadListAsync, time);
    }

    /// <inheritdoc/>
    public string Name => _provider.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => _provider.Facts;

    /// <summary>How long it takes for a request, as observed, else as its facts say; null when neither says it.</summary>
    public FinishTime? FinishTimeOf(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _observed.TryGetValue((request.Mode, request.DurationSeconds), out var observed) ? observed

            // Whoever stands inside only speaks the vendor's language, and has a speed of its own.
            : !Facts.StandsInside && Facts.FinishTimes.TryGetValue(request.DurationSeconds, out var known) ? known
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var result = await _provider.SubmitAsync(submission, cancellationToken).ConfigureAwait(false);
        return result is SubmitResult.Accepted { ReadAfter: null } accepted
            ? accepted with { ReadAfter = ReadPace.Next(TimeSpan.Zero, FinishTimeOf(submission.Request)) }
            : result;
    }

    /// <inheritdoc/>
    public async ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        await _queue.WaitAloneAsync(cancellationToken).ConfigureAwait(false);
        return await _provider.FindAsync(attempt, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        await _queue.WaitAloneAsync(cancellationToken).ConfigureAwait(false);
        return Heeded(await _provider.ReadAsync(upstreamId, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(FollowedTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        switch (await _queue.WaitAsync(task, cancellationToken).ConfigureAwait(false))
        {
            case ReadTurn.Later later:
                return new Reading.Unreadable($"{Name} is read as often as it allows; the turn of this task comes later.", later.Wait);
            case ReadTurn.Read read:
                return Paced(task, read.Reading);
            default:
                return Paced(task, Heeded(await _provider.ReadAsync(task, cancellationToken).ConfigureAwait(false)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, Reading>?> ReadManyAsync(ImmutableArray<FollowedTask> tasks, CancellationToken cancellationToken) =>
        _provider.ReadManyAsync(tasks, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        await _queue.WaitAloneAsync(cancellationToken).ConfigureAwait(false);
        return await _provider.ProbeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId) => _provider.TryReadCallbackId(body, out upstreamId);

    /// <inheritdoc/>
    public ValueTask CopyClipAsync(string reference, Stream target, long lengthMax, CancellationToken cancellationToken) =>
        _provider.CopyClipAsync(reference, target, lengthMax, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken) => _provider.CancelAsync(upstreamId, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string upstreamId, CancellationToken cancellationToken) => _provider.ReleaseAsync(upstreamId, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    private async Task<IReadOnlyDictionary<string, Reading>?> ReadListAsync(ImmutableArray<FollowedTask> tasks)
    {
        try
        {
            return await _provider.ReadManyAsync(tasks, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Each of them is read alone instead, and says then what is wrong.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogNoList(error, Name, tasks.Length);
            return null;
        }
    }

    private Reading Heeded(Reading reading)
    {
        if (reading is Reading.Unreadable { IsForAll: true } unreadable)
        {
            _queue.Pause(unreadable.RetryAfter);
        }

        return reading;
    }

    private Reading Paced(FollowedTask task, Reading reading)
    {
        var now = _time.GetUtcNow();
        var elapsed = now > task.AcceptedAt ? now - task.AcceptedAt : TimeSpan.Zero;
        if (reading is Reading.Completed)
        {
            _observed.AddOrUpdate(
                (task.Request.Mode, task.Request.DurationSeconds),
                _ => FinishTimeOf(task.Request)?.After(elapsed) ?? FinishTime.Once(elapsed),
                (_, known) => known.After(elapsed));
        }

        return reading is Reading.InProgress { ReadAfter: null } progress
            ? progress with { ReadAfter = ReadPace.Next(elapsed, FinishTimeOf(task.Request)) }
            : reading;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider} threw while {Tasks} tasks were read at once; they are read alone.")]
    private partial void LogNoList(Exception error, string provider, int tasks);
}
