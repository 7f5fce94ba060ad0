namespace Filmgate.Engine.Routing;

/// <summary>
/// How many tasks a provider takes at a time. The operator's number is the most; a provider that says "busy" earlier is believed, and
/// each task that it takes afterwards lets the estimate grow back, by one slot for as many tasks as there are slots.
/// </summary>
/// <param name="configured">The operator's number, at least 1.</param>
public sealed class SlotEstimate(int configured)
{
    private double _slots = configured;

    /// <summary>The present estimate, at least 1.</summary>
    public int Slots => (int)_slots;

    /// <summary>It refused a task for being full while it had that many others of ours.</summary>
    public void NoteBusy(int held) => _slots = Math.Clamp(held, 1, Slots);

    /// <summary>It took a task.</summary>
    public void NoteTaken() => _slots = Math.Min(configured, _slots + 1 / _slots);
}
