using Filmgate.Model.Money;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Lifecycle;

/// <summary>What a provider charged for an attempt, as far as a reading says it: one rule for attempts that are followed and for those given up.</summary>
public static class ProviderCharge
{
    /// <summary>The charge; null when the reading does not say.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="facts">What is known about the provider.</param>
    /// <param name="price">What it charges for such a clip.</param>
    public static Usd? In(Reading reading, ProviderFacts facts, Usd price)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return reading switch
        {
            Reading.Completed completed => completed.Cost ?? price,
            Reading.Failed { Cost: { } said } => said,
            Reading.Failed when !facts.FailureBills => Usd.Zero,
            Reading.Lost => Usd.Zero,
            _ => null,
        };
    }
}
