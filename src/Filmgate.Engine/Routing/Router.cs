using System.Collections.Immutable;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Routing;

/// <summary>Chooses a provider: a pure function of what was asked and what is configured.</summary>
public static class Router
{
    /// <summary>
    /// The provider for a task, or null when none fits. A test key only ever reaches the local renderer. A strategy takes the first
    /// provider of its tiers that has no objection to the request, and the local renderer where no paid provider is configured at all, so
    /// that a fresh install works.
    /// </summary>
    /// <param name="request">What was asked, a strategy or a provider's name included.</param>
    /// <param name="isTest">Whether a test key asks.</param>
    /// <param name="providers">The configured providers.</param>
    /// <param name="shunned">Providers that turned this task away for a cause of their own: taken only when there is no other.</param>
    public static IVideoProvider? Choose(
        GenerationRequest request, bool isTest, ImmutableArray<IVideoProvider> providers, params ImmutableArray<string> shunned)
    {
        ArgumentNullException.ThrowIfNull(request);
        var local = providers.FirstOrDefault(provider => provider.Facts.Tier == ProviderTier.Local);
        if (isTest)
        {
            return local;
        }

        if (TiersOf(request.Provider) is not { IsEmpty: false } tiers)
        {
            return providers.FirstOrDefault(provider => provider.Name == request.Provider && provider.Facts.Objection(request) is null);
        }

        var candidates = Candidates(tiers, providers).Where(provider => provider.Facts.Objection(request) is null).ToArray();
        return candidates.FirstOrDefault(provider => !shunned.Contains(provider.Name))
            ?? candidates.FirstOrDefault()
            ?? (providers.All(provider => provider.Facts.Tier == ProviderTier.Local) ? local : null);
    }

    /// <summary>Why <see cref="Choose"/> found none, as the task's failure.</summary>
    public static Failure WhyNone(GenerationRequest request, bool isTest, ImmutableArray<IVideoProvider> providers)
    {
        ArgumentNullException.ThrowIfNull(request);
        var objecting = TiersOf(request.Provider) is { IsEmpty: false } tiers
            ? Candidates(tiers, providers).ToArray()
            : providers.Where(provider => provider.Name == request.Provider).ToArray();
        if (isTest || objecting.Length == 0)
        {
            return new Failure(FailureCode.ModelUnavailable, "No configured provider can take this task.");
        }

        // One that would take a shorter prompt makes the length the thing to mend.
        var nearest = objecting.FirstOrDefault(provider => provider.Facts.Modes.Contains(request.Mode)) ?? objecting[0];
        var code = nearest.Facts.Modes.Contains(request.Mode) ? FailureCode.PromptTooLong : FailureCode.ModelUnavailable;
        return new Failure(code, $"No configured provider can take this task: {nearest.Name} {nearest.Facts.Objection(request)}.");
    }

    private static ImmutableArray<ProviderTier> TiersOf(string choice) => choice switch
    {
        "auto" => [ProviderTier.Partner, ProviderTier.Official],
        "value" => [ProviderTier.Partner],
        "official" => [ProviderTier.Official],
        _ => [],
    };

    private static IEnumerable<IVideoProvider> Candidates(ImmutableArray<ProviderTier> tiers, ImmutableArray<IVideoProvider> providers) =>
        tiers.SelectMany(tier => providers.Where(provider => provider.Facts.Tier == tier));

    /// <summary>Why that provider was chosen, in a sentence for the caller.</summary>
    public static string Explain(string choice, bool isTest, IVideoProvider? chosen) => chosen switch
    {
        null => $"No configured provider fits '{choice}'.",
        _ when isTest => "A test key only ever reaches the local renderer.",
        { Facts.Tier: ProviderTier.Local } when choice != chosen.Name => "No paid provider is configured, so the local renderer takes it.",
        _ when choice == chosen.Name => "The request names it.",
        _ => $"It is the first {chosen.Facts.Tier.ToString().ToLowerInvariant()} provider for '{choice}'.",
    };
}
