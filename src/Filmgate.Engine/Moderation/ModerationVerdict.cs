namespace Filmgate.Engine.Moderation;

/// <summary>What a moderator says: a closed set.</summary>
public abstract record ModerationVerdict
{
    private ModerationVerdict()
    {
    }

    /// <summary>Nothing speaks against it.</summary>
    public static ModerationVerdict Fine { get; } = new Allowed();

    /// <summary>Nothing speaks against it.</summary>
    public sealed record Allowed : ModerationVerdict;

    /// <summary>It breaks a policy.</summary>
    /// <param name="Category">The policy's name, shown to the caller.</param>
    /// <param name="Part">What of the request breaks it.</param>
    public sealed record Violates(string Category, RequestPart Part = RequestPart.Prompt) : ModerationVerdict;

    /// <summary>It could not be judged.</summary>
    /// <param name="Reason">Why, for the operator's log; holds nothing of the request.</param>
    public sealed record Unavailable(string Reason) : ModerationVerdict;
}

/// <summary>A part of a request, as a verdict names it.</summary>
public enum RequestPart
{
    /// <summary>The prompt.</summary>
    Prompt = 1,
    /// <summary>The negative prompt.</summary>
    NegativePrompt = 2,
    /// <summary>A picture.</summary>
    Picture = 3,
    /// <summary>Some part: the moderator did not say which.</summary>
    Any = 4,
}
