using System.Collections.Immutable;
using Filmgate.Model.Accounts;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Routing;

/// <summary>Everything that decides where a task goes.</summary>
/// <param name="Request">What was asked, a strategy or a provider's name included.</param>
/// <param name="IsTest">Whether a test key asks.</param>
/// <param name="Policy">What its account allows.</param>
/// <param name="Providers">The configured providers.</param>
public sealed record RoutingCase(GenerationRequest Request, bool IsTest, RoutingPolicy Policy, ImmutableArray<IVideoProvider> Providers)
{
    /// <summary>How the providers stand, by name; one that is missing counts as well.</summary>
    public ImmutableDictionary<string, ProviderStanding> Standings { get; init; } = ImmutableDictionary<string, ProviderStanding>.Empty;

    /// <summary>The task's submissions so far.</summary>
    public ImmutableArray<Attempt> Attempts { get; init; } = [];
}

/// <summary>A provider in its place, and why it stands there.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Price">What it charges by its price list; zero for test keys.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Reason">Why, as a sentence for the caller.</param>
public sealed record RankedProvider(IVideoProvider Provider, Usd Price, ProviderStanding Standing, string Reason);

/// <summary>A provider that cannot take the task.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Why">Why not, as the rest of a sentence that begins with its name.</param>
public sealed record ExcludedProvider(string Provider, string Why);

/// <summary>Where a task may go.</summary>
/// <param name="Places">Those that can take it, the best first.</param>
/// <param name="Excluded">Those of the strategy that cannot.</param>
public sealed record Ranking(ImmutableArray<RankedProvider> Places, ImmutableArray<ExcludedProvider> Excluded);

/// <summary>Ranks providers for a task: a pure function of what was asked, what is configured, and how it stands.</summary>
public static class Router
{
    // Below this share of good ends a provider goes behind others of its price.
    private const double AilingBelow = 0.5;

    /// <summary>
    /// The providers for a task. A test key only ever reaches the local renderer; a name pins its provider. <c>auto</c> takes partners before
    /// official ones, <c>value</c> partners only, <c>official</c> official ones only; within these, those that are well and have not turned this
    /// task away come first, then the cheaper ones. Where no paid provider is configured at all, the local renderer stands in for every
    /// strategy, so that a fresh install works.
    /// </summary>
    public static Ranking Rank(RoutingCase asked, RoutingOptions options)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(options);
        var ranked = ImmutableArray.CreateBuilder<RankedProvider>();
        var excluded = ImmutableArray.CreateBuilder<ExcludedProvider>();
        foreach (var provider in OfStrategy(asked))
        {
            if (WhyNot(asked, provider) is { } why)
            {
                excluded.Add(new ExcludedProvider(provider.Name, why));
            }
            else
            {
                ranked.Add(new RankedProvider(provider, PriceOf(asked, provider), asked.Standings.GetValueOrDefault(provider.Name, ProviderStanding.Unknown), ""));
            }
        }

        var minds = asked.Request.Provider == "value" ? TimeSpan.MaxValue : options.WaitWorth;
        var ordered = ranked
            .OrderBy(place => place.Standing.Cooling is not (null or CoolingCause.Throttled))
            .ThenBy(place => HasTurnedAway(asked.Attempts, place.Provider.Name))
            .ThenBy(place => place.Standing.ExpectedWait > minds)
            .ThenBy(place => place.Provider.Facts.Tier == ProviderTier.Partner ? 0 : 1)
            .ThenBy(place => place.Standing.SuccessRate < AilingBelow)
            .ThenBy(place => place.Price)
            .ThenBy(place => place.Standing.ExpectedWait)
            .ThenBy(place => place.Provider.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        return new Ranking([.. ordered.Select((place, index) => place with { Reason = Reason(asked, ordered, index, minds) })], excluded.ToImmutable());
    }

    /// <summary>Names of the providers that <see cref="Rank"/> finds a place for, however they stand.</summary>
    public static ImmutableArray<string> Candidates(RoutingCase asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return [.. OfStrategy(asked).Where(provider => WhyNot(asked, provider) is null).Select(provider => provider.Name)];
    }

    /// <summary>The most that the task can cost at any provider it may go to; what is held for it.</summary>
    public static Usd MostItCanCost(RoutingCase asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var most = Usd.Zero;
        foreach (var provider in OfStrategy(asked))
        {
            if (WhyNot(asked, provider) is null && PriceOf(asked, provider) is var price && price > most)
            {
                most = price;
            }
        }

        return most;
    }

    /// <summary>Why <see cref="Rank"/> found no place, as the task's failure.</summary>
    public static Failure WhyNone(RoutingCase asked, Ranking ranking)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(ranking);
        if (ranking.Excluded.IsEmpty)
        {
            return new Failure(FailureCode.ModelUnavailable, "No configured provider can take this task.");
        }

        // One that would take a shorter prompt makes the length the thing to mend.
        var tooLong = asked.Providers.FirstOrDefault(provider =>
            ranking.Excluded.Any(excluded => excluded.Provider == provider.Name) && provider.Facts.Modes.Contains(asked.Request.Mode) && provider.Facts.Objection(asked.Request) is not null);
        var whys = string.Join("; ", ranking.Excluded.Select(excluded => $"{excluded.Provider} {excluded.Why}"));
        return new Failure(tooLong is null ? FailureCode.ModelUnavailable : FailureCode.PromptTooLong, $"No configured provider can take this task: {whys}.");
    }

    private static IEnumerable<IVideoProvider> OfStrategy(RoutingCase asked)
    {
        if (asked.IsTest)
        {
            return asked.Providers.Where(provider => provider.Facts.Tier == ProviderTier.Local).Take(1);
        }

        return asked.Request.Provider switch
        {
            "auto" => OrLocal(asked, ProviderTier.Partner, ProviderTier.Official),
            "value" => OrLocal(asked, ProviderTier.Partner),
            "official" => OrLocal(asked, ProviderTier.Official),
            var name => asked.Providers.Where(provider => provider.Name == name),
        };
    }

    private static IEnumerable<IVideoProvider> OrLocal(RoutingCase asked, params ImmutableArray<ProviderTier> tiers) =>
        asked.Providers.All(provider => provider.Facts.Tier == ProviderTier.Local)
            ? asked.Providers.Take(1)
            : asked.Providers.Where(provider => tiers.Contains(provider.Facts.Tier));

    private static string? WhyNot(RoutingCase asked, IVideoProvider provider)
    {
        if (provider.Facts.Objection(asked.Request) is { } objection)
        {
            return objection;
        }

        if (!asked.IsTest && !asked.Policy.Allows(provider.Name))
        {
            return "is not allowed for this account";
        }

        if (!asked.Policy.Affords(PriceOf(asked, provider)))
        {
            return $"charges {PriceOf(asked, provider)}, more than the account's ceiling of {asked.Policy.PriceCeiling}";
        }

        return asked.Attempts.Any(attempt => attempt.Provider == provider.Name && HasHadItsChance(attempt)) ? "has tried it already" : null;
    }

    // It took the task and could not do it, or would not for a reason that lies in the request: asking it again asks for the same answer.
    private static bool HasHadItsChance(Attempt attempt) =>
        attempt is { State: AttemptState.Failed, FailCode: not null } or { Refusal: RefusalClass.Policy or RefusalClass.Input };

    // It said no to us rather than to this task, or was out of reach; another provider has no such cause.
    private static bool HasTurnedAway(ImmutableArray<Attempt> attempts, string provider) => attempts.Any(attempt => attempt.Provider == provider && attempt.Refusal
        is RefusalClass.Balance or RefusalClass.Auth or RefusalClass.Permission or RefusalClass.Outage or RefusalClass.NotReceived);

    private static Usd PriceOf(RoutingCase asked, IVideoProvider provider) => asked.IsTest ? Usd.Zero : provider.Facts.Prices.Of(asked.Request);

    private static string Reason(RoutingCase asked, ImmutableArray<RankedProvider> ordered, int index, TimeSpan minds)
    {
        var place = ordered[index];
        var (name, tier) = (place.Provider.Name, place.Provider.Facts.Tier.ToString().ToLowerInvariant());
        var why = asked.IsTest ? "A test key only ever reaches the local renderer."
            : place.Provider.Facts.Tier == ProviderTier.Local && asked.Request.Provider != name ? "No paid provider is configured, so the local renderer takes it."
            : asked.Request.Provider == name ? "The request names it."
            : ordered.Count(other => other.Provider.Facts.Tier == place.Provider.Facts.Tier) == 1 ? $"It is the only {tier} provider for '{asked.Request.Provider}', at {place.Price}."
            : $"It is the {(index == 0 ? "first" : $"number {index + 1}")} for '{asked.Request.Provider}': a {tier} provider at {place.Price}.";

        // Who would have been better by tier and price, and what keeps it back.
        var passed = ordered.Skip(index + 1)
            .Where(other => IsBetterOnPaper(other, place) && KeptBack(asked, other, minds) is not null)
            .Select(other => $"{other.Provider.Name} {KeptBack(asked, other, minds)}");
        var back = string.Join("; ", passed);
        return back.Length == 0 ? why : $"{why} Passed over: {back}.";
    }

    private static bool IsBetterOnPaper(RankedProvider other, RankedProvider place) =>
        (other.Provider.Facts.Tier == ProviderTier.Partner, place.Provider.Facts.Tier == ProviderTier.Partner) switch
        {
            (true, false) => true,
            (false, true) => false,
            _ => other.Price <= place.Price,
        };

    private static string? KeptBack(RoutingCase asked, RankedProvider place, TimeSpan minds) =>
        place.Standing.Cooling is { } cause and not CoolingCause.Throttled ? $"{cause.Sentence()} (until {place.Standing.CoolsUntil:HH:mm:ss} UTC at least)"
        : HasTurnedAway(asked.Attempts, place.Provider.Name) ? "turned this task away"
        : place.Standing.ExpectedWait > minds ? $"would keep it waiting for about {place.Standing.ExpectedWait.TotalMinutes:0} min"
        : place.Standing.SuccessRate < AilingBelow ? $"has failed {1 - place.Standing.SuccessRate:P0} of its recent tasks"
        : null;
}
