namespace Filmgate.Engine;

/// <summary>A seeded source of chance that many threads may share; <see cref="Random"/> itself breaks under that.</summary>
public sealed class LockedRandom(int seed) : Random(seed)
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public override double NextDouble()
    {
        lock (_gate)
        {
            return base.NextDouble();
        }
    }
}
