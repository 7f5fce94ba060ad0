using System.Collections.Immutable;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Routing;

/// <summary>Chooses a provider: a pure function of what was asked and what is configured.</summary>
public static class Router
{
    /// <summary>
    /// The provider for a task, or null when none fits. A test key only ever reaches the local renderer. A strategy takes the first
    /// provider of its tiers, and the local renderer where no paid provider is configured at all, so that a fresh install works.
    /// </summary>
    /// <param name="choice">A strategy or a provider's name.</param>
    /// <param name="isTest">Whether a test key asks.</param>
    /// <param name="providers">The configured providers.</param>
    public static IVideoProvider? Choose(string choice, bool isTest, ImmutableArray<IVideoProvider> providers)
    {
        var local = providers.FirstOrDefault(provider => provider.Facts.Tier == ProviderTier.Local);
        if (isTest)
        {
            return local;
        }

        ReadOnlySpan<ProviderTier> tiers = choice switch
        {
            "auto" => [ProviderTier.Partner, ProviderTier.Official],
            "value" => [ProviderTier.Partner],
            "official" => [ProviderTier.Official],
            _ => [],
        };
        if (tiers.IsEmpty)
        {
            return providers.FirstOrDefault(provider => provider.Name == choice);
        }

        foreach (var tier in tiers)
        {
            if (providers.FirstOrDefault(provider => provider.Facts.Tier == tier) is { } found)
            {
                return found;
            }
        }

        return providers.All(provider => provider.Facts.Tier == ProviderTier.Local) ? local : null;
    }

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
