using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Providers;

/// <summary>A configured upstream. The engine talks to every provider through these four verbs; wire types stay behind them.</summary>
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

    /// <summary>Tells the provider that its copy of a clip is no longer needed. Best effort; does nothing by default.</summary>
    ValueTask ReleaseAsync(string upstreamId, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>What a provider is given.</summary>
/// <param name="Attempt">Our id of this submission.</param>
/// <param name="Request">What was asked.</param>
/// <param name="IsTest">Asked with a test key: directives in the prompt are acted out.</param>
/// <param name="ImagePaths">Files of the checked pictures, start frame first.</param>
/// <param name="Changed">A hint that a read is worth while now; may be called at any time, any number of times, or never.</param>
public sealed record Submission(
    AttemptId Attempt, GenerationRequest Request, bool IsTest, ImmutableArray<string> ImagePaths, Action Changed);

/// <summary>Where a provider stands in the routing strategies.</summary>
public enum ProviderTier
{
    /// <summary>The model's maker.</summary>
    Official = 1,
    /// <summary>A reseller.</summary>
    Partner = 2,
    /// <summary>Our own machine.</summary>
    Local = 3,
}

/// <summary>What is known about a provider, as data.</summary>
/// <param name="Tier">Its tier.</param>
/// <param name="Slots">Tasks that it takes at a time.</param>
/// <param name="OwnIdQueryable">Whether <see cref="IVideoProvider.FindAsync"/> gives a certain answer.</param>
/// <param name="FailureBills">Whether a task that it took and could not do may have been billed.</param>
public sealed record ProviderFacts(ProviderTier Tier, int Slots, bool OwnIdQueryable, bool FailureBills)
{
    /// <summary>
    /// How long after a submission began the provider may still come to know of it: until then "it does not have it" proves
    /// nothing, for the bytes may be on their way or its look-up behind its intake. Default: 30 s.
    /// </summary>
    public TimeSpan LookupSettles { get; init; } = TimeSpan.FromSeconds(30);
}
