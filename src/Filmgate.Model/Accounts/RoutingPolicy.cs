using System.Collections.Immutable;
using Filmgate.Model.Money;

namespace Filmgate.Model.Accounts;

/// <summary>
/// Which providers an account's tasks may go to and what a clip may cost there. It binds live keys; tasks of test keys only ever reach the
/// local renderer, which costs nothing.
/// </summary>
public sealed record RoutingPolicy
{
    /// <summary>The greatest weight.</summary>
    public const int QueueWeightMax = 100;

    /// <summary>Every provider, at any price, no second try after a refusal of the content, one share of the queue.</summary>
    public static RoutingPolicy Default { get; } = new();

    /// <summary>
    /// Names of the providers that may be used, sorted, each once; empty for all. A name may have lost its provider since it was written
    /// down. Default: all.
    /// </summary>
    public ImmutableArray<string> AllowedProviders
    {
        get;
        init => field = value.IsDefaultOrEmpty ? [] : [.. value.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    } = [];

    /// <summary>The most that one clip may cost at a provider, at least 0; null for no ceiling. Default: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than nothing.</exception>
    public Usd? PriceCeiling
    {
        get;
        init => field = value is { Micros: < 0 } ? throw new ArgumentOutOfRangeException(nameof(value), value, "A ceiling is at least 0.") : value;
    }

    /// <summary>
    /// Whether a task that one provider refuses because of its content may be tried at another, whose rules may be others. Default: no, as
    /// the same content is mostly refused again and accounts of vendors are closed over it.
    /// </summary>
    public bool FailsOverOnPolicy { get; init; }

    /// <summary>
    /// The account's share of a provider's slots while others wait for them, too, from 1 to <see cref="QueueWeightMax"/>: one of weight 2
    /// gets twice as many as one of weight 1. Default: 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public int QueueWeight
    {
        get;
        init => field = value is >= 1 and <= QueueWeightMax
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"A weight is from 1 to {QueueWeightMax}.");
    } = 1;

    /// <summary>Whether tasks may go to that provider.</summary>
    public bool Allows(string provider) => AllowedProviders.IsEmpty || AllowedProviders.Contains(provider, StringComparer.Ordinal);

    /// <summary>Whether a clip may cost that much.</summary>
    public bool Affords(Usd price) => PriceCeiling is not { } ceiling || price <= ceiling;

    /// <summary>Equal are policies that decide alike.</summary>
    public bool Equals(RoutingPolicy? other) => other is not null
        && AllowedProviders.SequenceEqual(other.AllowedProviders, StringComparer.Ordinal)
        && PriceCeiling == other.PriceCeiling
        && FailsOverOnPolicy == other.FailsOverOnPolicy
        && QueueWeight == other.QueueWeight;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(AllowedProviders.Length, PriceCeiling, FailsOverOnPolicy, QueueWeight);
}
