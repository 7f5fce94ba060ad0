using System.Collections.Immutable;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Money;

/// <summary>What a provider charges for a clip, by mode and length.</summary>
public sealed record PriceList
{
    private readonly ImmutableDictionary<(GenerationMode Mode, int Seconds), Usd> _prices;

    /// <summary>A list of the given prices; what is not on it costs nothing.</summary>
    public PriceList(IEnumerable<KeyValuePair<(GenerationMode Mode, int Seconds), Usd>> prices) => _prices = prices.ToImmutableDictionary();

    /// <summary>Everything is free: the local renderer's list.</summary>
    public static PriceList Free { get; } = new([]);

    /// <summary>The prices that the model's maker prints, from <see cref="ModeRules"/>.</summary>
    public static PriceList Printed { get; } = new(
        from mode in GenerationModes.All
        from seconds in new[] { 5, 10 }
        select KeyValuePair.Create((mode.Mode, seconds), mode.ListPrice(seconds)));

    /// <summary>The same list with one price set.</summary>
    public PriceList With(GenerationMode mode, int seconds, Usd price) => new(_prices.SetItem((mode, seconds), price));

    /// <summary>The price of what is asked.</summary>
    public Usd Of(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _prices.GetValueOrDefault((request.Mode, request.DurationSeconds));
    }
}
