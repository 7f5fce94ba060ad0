using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Providers;

/// <summary>A configured upstream. The engine talks to every provider through these verbs; wire types stay behind them.</summary>
public interface IVideoProvider
{
    /// <summary>The configured name.</summary>
    string Name { get; }

    /// <summary>What is known about it.</summary>
    ProviderFacts Facts { get; }

    /// <summary>Submits a task. Every outcome is a value; an exception means that nobody knows.</summary>
    ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken);

    /// <summary>Looks an attempt up by our own id, to resolve a lost answer.</summary>
    ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken);

    /// <summary>Reads where an accepted task stands.</summary>
    ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken);

    /// <summary>
    /// Reads where an accepted task stands, with all that is known of it here: whoever paces reads needs more than its id. By default the
    /// id is enough.
    /// </summary>
    ValueTask<Reading> ReadAsync(FollowedTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return ReadAsync(task.UpstreamId, cancellationToken);
    }

    /// <summary>Reads several tasks by one request, where <see cref="ProviderFacts.TasksPerRead"/> says that the vendor's API can.</summary>
    /// <param name="tasks">The tasks, at most that many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Readings by the provider's id, of all tasks that the answer shows, whether they were asked for or not; what is asked for and not
    /// there must be read alone. Null when there was no such answer.
    /// </returns>
    ValueTask<IReadOnlyDictionary<string, Reading>?> ReadManyAsync(ImmutableArray<FollowedTask> tasks, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Name} reads one task at a time.");

    /// <summary>
    /// Reads which task a post of the provider's is about. Nothing in a post is believed: the id is only where to look, for a task whose
    /// submission had no answer. By default no post says it.
    /// </summary>
    /// <param name="body">What was posted: any bytes.</param>
    /// <param name="upstreamId">The provider's id for the task, in the form in which <see cref="ReadAsync(string, CancellationToken)"/> takes it.</param>
    bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId)
    {
        upstreamId = null;
        return false;
    }

    /// <summary>Copies a clip that lies behind the provider's own door (<see cref="ClipLocation.AtProvider"/>) and nowhere else.</summary>
    /// <param name="reference">What <see cref="ClipLocation.AtProvider.Reference"/> says.</param>
    /// <param name="target">Gets the bytes.</param>
    /// <param name="lengthMax">Most bytes that are taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpstreamException">It could not be had now; trying again may help.</exception>
    ValueTask CopyClipAsync(string reference, Stream target, long lengthMax, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Name} names addresses for its clips.");

    /// <summary>
    /// Whether the provider answers at all: a read that costs nothing and finds nothing. By default a task is read that does not exist.
    /// </summary>
    async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken) =>
        await ReadAsync("filmgate-probe", cancellationToken).ConfigureAwait(false) is not Reading.Unreadable { IsAnswered: false };

    /// <summary>Asks the provider to stop an accepted task. Best effort: what became of it is found out by reading. Does nothing by default.</summary>
    ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Tells the provider that its copy of a clip is no longer needed. Best effort; does nothing by default.</summary>
    ValueTask ReleaseAsync(string upstreamId, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
