namespace Filmgate.Simulation;

/// <summary>A clock that only the simulation moves. The wall may jump either way; time that has passed only grows.</summary>
internal sealed class VirtualTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);

    private TimeSpan _passed;
    private TimeSpan _jumped;

    /// <summary>Time that has passed, whatever the wall says.</summary>
    public TimeSpan Passed => _passed;

    public DateTimeOffset Now => Start + _passed + _jumped;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    /// <summary>Lets time pass, on the wall and beyond.</summary>
    public void Pass(TimeSpan time) => _passed += time > TimeSpan.Zero ? time : TimeSpan.Zero;

    /// <summary>Sets the wall's clock forward or back.</summary>
    public void Jump(TimeSpan by) => _jumped += by;
}
