namespace Filmgate.Model.Money;

/// <summary>An amount of US dollars in whole micro-dollars; sums of it are exact.</summary>
/// <param name="Micros">Millionths of a dollar; may be negative.</param>
public readonly record struct Usd(long Micros) : IComparable<Usd>
{
    private const long MicrosPerDollar = 1_000_000;

    /// <summary>No money.</summary>
    public static Usd Zero => default;

    /// <summary>The amount as dollars, exactly.</summary>
    public decimal Dollars => (decimal)Micros / MicrosPerDollar;

    /// <summary>An amount given in dollars; fractions of a micro-dollar are an error.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than six decimals.</exception>
    public static Usd FromDollars(decimal dollars)
    {
        var micros = dollars * MicrosPerDollar;
        return micros == decimal.Truncate(micros)
            ? new Usd((long)micros)
            : throw new ArgumentOutOfRangeException(nameof(dollars), dollars, "An amount has at most six decimals.");
    }

    /// <summary>The sum; overflow is an error.</summary>
    public static Usd operator +(Usd left, Usd right) => new(checked(left.Micros + right.Micros));

    /// <summary>The difference; overflow is an error.</summary>
    public static Usd operator -(Usd left, Usd right) => new(checked(left.Micros - right.Micros));

    /// <summary>Less than.</summary>
    public static bool operator <(Usd left, Usd right) => left.Micros < right.Micros;

    /// <summary>Greater than.</summary>
    public static bool operator >(Usd left, Usd right) => left.Micros > right.Micros;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Usd left, Usd right) => left.Micros <= right.Micros;

    /// <summary>Greater or equal.</summary>
    public static bool operator >=(Usd left, Usd right) => left.Micros >= right.Micros;

    /// <inheritdoc cref="op_Addition"/>
    public static Usd Add(Usd left, Usd right) => left + right;

    /// <inheritdoc cref="op_Subtraction"/>
    public static Usd Subtract(Usd left, Usd right) => left - right;

    /// <inheritdoc/>
    public int CompareTo(Usd other) => Micros.CompareTo(other.Micros);

    /// <inheritdoc/>
    public override string ToString() => $"{Dollars:0.00####} USD";
}
