using Filmgate.Model.Identity;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Tells sleepers that something is due before they would notice by themselves. A lost word costs time, never a task.</summary>
public interface IWaker
{
    /// <summary>The task has something to do now.</summary>
    void WakeTask(TaskKey key);

    /// <summary>
    /// The task's time seems to have passed unnoticed. Unlike <see cref="WakeTask"/> that is no word that there is news: one whose time has
    /// moved on meanwhile is left to it. By default the same as that.
    /// </summary>
    void WakeOverdue(TaskKey key) => WakeTask(key);

    /// <summary>A delivery is due now.</summary>
    void WakeDeliveries();
}
