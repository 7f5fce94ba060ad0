using Filmgate.Torture.Faults;

namespace Filmgate.Torture.Driver;

/// <summary>How long and how hard.</summary>
internal sealed record TortureOptions
{
    /// <summary>Folder for the data of all parts; must be empty.</summary>
    public required string Folder { get; init; }
    /// <summary>From which all choices come.</summary>
    public required int Seed { get; init; }
    /// <summary>How often the gateway is struck.</summary>
    public required int Cycles { get; init; }
    /// <summary>Tasks that are in flight at each strike; fewer are a finding.</summary>
    public required int InFlight { get; init; }
    /// <summary>How many nodes over one database; 1 for a gateway over a file of its own.</summary>
    public int Nodes { get; init; } = 1;
    /// <summary>How long one of several nodes stands still in a freeze. Past some 10 s the others have given it up.</summary>
    public TimeSpan Freeze { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>The points at which it is struck; null for all.</summary>
    public IReadOnlyList<KillPoint>? Points { get; init; }
    /// <summary>After how many cycles all is compared; at the end it always is.</summary>
    public int CyclesBetweenChecks { get; init; } = 20;
    /// <summary>How long the quiet may last.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(120);
}
