using Filmgate.Model.Identity;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Tells sleepers that something is due before they would notice by themselves. A lost word costs time, never a task.</summary>
public interface IWaker
{
    /// <summary>The task has something to do now.</summary>
    void WakeTask(TaskKey key);

    /// <summary>A delivery is due now.</summary>
    void WakeDeliveries();
}
