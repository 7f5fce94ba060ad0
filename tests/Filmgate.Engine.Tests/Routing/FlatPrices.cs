using Filmgate.Model.Money;
using Filmgate.Model.Requests;

namespace Filmgate.Engine.Tests.Routing;

/// <summary>Price lists with one price for everything.</summary>
internal static class FlatPrices
{
    public static PriceList Of(decimal dollars) => new(
        from mode in GenerationModes.All
        from seconds in new[] { 5, 10 }
        select KeyValuePair.Create((mode.Mode, seconds), Usd.FromDollars(dollars)));
}
