using Filmgate.Model.Providers;

namespace Filmgate.Engine.Following;

/// <summary>What waiting for one's turn came to: a closed set.</summary>
public abstract record ReadTurn
{
    private ReadTurn()
    {
    }

    /// <summary>The turn has come: read now.</summary>
    public sealed record Now : ReadTurn
    {
        /// <summary>The one value.</summary>
        public static Now Value { get; } = new();
    }

    /// <summary>A request for several tasks has brought it.</summary>
    /// <param name="Reading">What it says.</param>
    public sealed record Read(Reading Reading) : ReadTurn;

    /// <summary>The turn comes later. Whoever comes back then is let in.</summary>
    /// <param name="Wait">How much later.</param>
    public sealed record Later(TimeSpan Wait) : ReadTurn;
}
