namespace Filmgate.Model.Tasks;

/// <summary>Where a task stands. A task only ever moves down this list, and a terminal state is final.</summary>
public enum TaskState
{
    /// <summary>Accepted; its pictures are being fetched or it waits for a slot. Left by sending an attempt, or by failing.</summary>
    Pending = 1,
    /// <summary>Sent to a provider. Left by success or failure; a restart resumes it from its attempt.</summary>
    Processing = 2,
    /// <summary>The clip lies in our store. Final.</summary>
    Success = 3,
    /// <summary>It ended without a clip, with a code and a reason. Final.</summary>
    Failed = 4,
}

/// <summary>Questions about <see cref="TaskState"/>.</summary>
public static class TaskStates
{
    /// <summary>Whether the state is final.</summary>
    public static bool IsTerminal(this TaskState state) => state is TaskState.Success or TaskState.Failed;
}
