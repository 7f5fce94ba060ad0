using Filmgate.Model.Providers;

namespace Filmgate.Engine.Routing;

/// <summary>What a task experienced at a provider.</summary>
public enum NewsKind
{
    /// <summary>It took a submission.</summary>
    Accepted = 1,
    /// <summary>It certainly did not take one, for the reason that <see cref="ProviderNews.Refusal"/> says.</summary>
    Refused = 2,
    /// <summary>No answer came to a submission.</summary>
    Lost = 3,
    /// <summary>It finished a clip.</summary>
    Completed = 4,
    /// <summary>It could not make a clip that it had taken.</summary>
    Failed = 5,
}

/// <summary>One experience with a provider, from which its health is judged.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Refusal">Why it refused; null for other kinds.</param>
/// <param name="RetryAfter">How long it asked us to wait; null when it did not.</param>
[GenerateSerializer]
[Immutable]
public sealed record ProviderNews(
    [property: Id(0)] NewsKind Kind, [property: Id(1)] RefusalClass? Refusal = null, [property: Id(2)] TimeSpan? RetryAfter = null);
