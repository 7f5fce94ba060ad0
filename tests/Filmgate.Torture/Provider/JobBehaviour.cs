using Filmgate.Model.Money;

namespace Filmgate.Torture.Provider;

/// <summary>How one job goes: from the seed and the driver's number alone, whenever and however often it comes.</summary>
/// <param name="DoneAfter">From acceptance to its end.</param>
/// <param name="Fails">Whether it ends without a clip, unbilled.</param>
/// <param name="Calls">Whether its end is posted to the address that came with it.</param>
/// <param name="Discount">Units less than the list has, where the dialect tells what was charged.</param>
internal sealed record JobBehaviour(TimeSpan DoneAfter, bool Fails, bool Calls, int Discount)
{
    private const int SlowShare = 10, FailShare = 5, CallShare = 60;

    /// <summary>The behaviour of a number.</summary>
    public static JobBehaviour Of(int seed, int number)
    {
        var chance = new Random(unchecked(seed * 1_000_003 + number));
        return new JobBehaviour(
            TimeSpan.FromMilliseconds(chance.Next(100) < SlowShare ? chance.Next(8000, 12_000) : chance.Next(200, 8000)),
            Fails: chance.Next(100) < FailShare,
            Calls: chance.Next(100) < CallShare,
            Discount: chance.Next(0, 3));
    }

    /// <summary>The price of a job whose list price is given, when it costs this many units.</summary>
    public static Usd Price(Usd list, int units, int discount) => new(list.Micros / units * (units - Math.Min(discount, units - 1)));
}
