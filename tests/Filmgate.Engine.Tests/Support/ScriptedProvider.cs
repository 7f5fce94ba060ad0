using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Tests.Support;

/// <summary>
/// A provider that does what a test says, and everything well where the test says nothing. Its book holds what it took,
/// which is what it would send a bill for.
/// </summary>
internal sealed class ScriptedProvider(string name, string clipPath, ProviderTier tier = ProviderTier.Partner) : IVideoProvider
{
    private readonly ConcurrentQueue<Func<Submission, ValueTask<SubmitResult>>> _submits = [];
    private readonly ConcurrentQueue<Func<Sighting>> _sightings = [];
    private readonly ConcurrentQueue<Func<Reading>> _readings = [];
    private readonly ConcurrentDictionary<string, bool> _lost = [];

    public string Name => name;

    public ProviderFacts Facts { get; init; } = new(tier, Slots: 4, OwnIdQueryable: true, FailureBills: false);

    /// <summary>Whether it finds a task by our own id.</summary>
    public bool Remembers { get; init; } = true;

    /// <summary>Attempts that it took, in order.</summary>
    public ConcurrentQueue<AttemptId> Book { get; } = [];

    public ConcurrentQueue<Submission> Submissions { get; } = [];

    public ConcurrentQueue<string> Released { get; } = [];

    /// <summary>Tasks that it was asked to stop, in order.</summary>
    public ConcurrentQueue<string> Canceled { get; } = [];

    public Exception? CancelFault { get; set; }

    public Exception? ReleaseFault { get; set; }

    /// <summary>Writes a clip that lies behind the provider's own door.</summary>
    public Func<string, Stream, ValueTask>? Door { get; init; }

    public static string UpstreamId(AttemptId attempt) => "up-" + attempt.Value;

    public void NextSubmit(Func<Submission, ValueTask<SubmitResult>> answer) => _submits.Enqueue(answer);

    public void NextSubmit(SubmitResult answer) => _submits.Enqueue(_ => ValueTask.FromResult(answer));

    public void NextSighting(Func<Sighting> answer) => _sightings.Enqueue(answer);

    public void NextReading(Func<Reading> answer) => _readings.Enqueue(answer);

    public void NextReading(Reading answer) => _readings.Enqueue(() => answer);

    public SubmitResult Take(AttemptId attempt)
    {
        Book.Enqueue(attempt);
        return new SubmitResult.Accepted(UpstreamId(attempt), TimeSpan.FromSeconds(10));
    }

    public ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        Submissions.Enqueue(submission);
        return _submits.TryDequeue(out var answer) ? answer(submission) : ValueTask.FromResult(Take(submission.Attempt));
    }

    public ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken) => ValueTask.FromResult(
        _sightings.TryDequeue(out var answer) ? answer()
        : !Remembers ? new Sighting.CannotTell("It has no look-up.")
        : Book.Contains(attempt) ? new Sighting.Found(UpstreamId(attempt))
        : new Sighting.Absent());

    public ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        if (_lost.ContainsKey(upstreamId))
        {
            return ValueTask.FromResult<Reading>(new Reading.Lost("It is lost."));
        }

        var reading = _readings.TryDequeue(out var answer) ? answer() : new Reading.Completed(new ClipLocation.LocalFile(clipPath), new Usd(490_000));
        if (reading is Reading.Lost)
        {
            _lost[upstreamId] = true;
        }

        return ValueTask.FromResult(reading);
    }

    /// <summary>Its posts say <c>id=</c> and the id.</summary>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId)
    {
        var text = Encoding.UTF8.GetString(body.Span);
        upstreamId = text.StartsWith("id=", StringComparison.Ordinal) && text.Length > 3 ? text[3..] : null;
        return upstreamId is not null;
    }

    public ValueTask CopyClipAsync(string reference, Stream target, long lengthMax, CancellationToken cancellationToken) =>
        Door?.Invoke(reference, target) ?? throw new NotSupportedException("There is no door.");

    public ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken)
    {
        Canceled.Enqueue(upstreamId);
        return CancelFault is { } fault ? throw fault : ValueTask.CompletedTask;
    }

    public ValueTask ReleaseAsync(string upstreamId, CancellationToken cancellationToken)
    {
        Released.Enqueue(upstreamId);
        return ReleaseFault is null ? ValueTask.CompletedTask : ValueTask.FromException(ReleaseFault);
    }
}
