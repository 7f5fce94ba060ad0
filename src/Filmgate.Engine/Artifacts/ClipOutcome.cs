using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Artifacts;

/// <summary>What taking a clip in came to: a closed set. Each case has its own consequence, and none of them is another generation.</summary>
public abstract record ClipOutcome
{
    private ClipOutcome()
    {
    }

    /// <summary>It is ours.</summary>
    /// <param name="Clip">The clip.</param>
    public sealed record Stored(Clip Clip) : ClipOutcome;

    /// <summary>It is not ours yet, or never will be.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public abstract record NotTaken(string Reason) : ClipOutcome;

    /// <summary>It could not be had now: the network, the server, a body that broke off. A later try may bring it.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="RetryAfter">The wait that the server asked for; null when it asked for none.</param>
    public sealed record Unfetched(string Reason, TimeSpan? RetryAfter = null) : NotTaken(Reason);

    /// <summary>It is sound, and our own store cannot take it now. That is nobody's fault but ours, so it is tried for as long as it takes.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record Unstored(string Reason) : NotTaken(Reason);

    /// <summary>
    /// Its address is dead: links expire long before clips do, and the provider, read again, may name another. Servers that are late, or out
    /// of step with each other, say the same, so a few later tries are worth while as well.
    /// </summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record LinkDead(string Reason) : NotTaken(Reason);

    /// <summary>What lies there is no usable clip, or lies where nothing may be fetched, or is larger than any clip.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record Unusable(string Reason) : NotTaken(Reason);

    /// <summary>It is whole and sound, and not what was asked for. Fetching it again brings the same.</summary>
    /// <param name="Reason">How it differs, in a sentence.</param>
    public sealed record WrongKind(string Reason) : NotTaken(Reason);
}
