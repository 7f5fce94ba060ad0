using Filmgate.Model.Identity;

namespace Filmgate.Model.Gateway;

/// <summary>What callers may be told of while a task lives: one of them, or those that somebody wants to hear of.</summary>
[Flags]
public enum TaskEvents
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The task was accepted.</summary>
    Accepted = 1,
    /// <summary>It was sent to a provider for the first time.</summary>
    Started = 2,
    /// <summary>It has ended.</summary>
    Completed = 4,
    /// <summary>All of them.</summary>
    All = Accepted | Started | Completed,
}

/// <summary>Words events as the callbacks of one dialect.</summary>
public interface ICallbackFormat
{
    /// <summary>The dialect's name, as stored on the task.</summary>
    string Dialect { get; }

    /// <summary>The body: rendered once, for the transaction of the event, and sent unchanged on every attempt.</summary>
    /// <param name="happened">One event, which the task's caller wants to hear of.</param>
    /// <param name="task">The task as it is after the event.</param>
    ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task);

    /// <summary>The headers of one attempt, Content-Type and signatures among them.</summary>
    IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback);
}

/// <summary>A callback that is about to be sent.</summary>
/// <param name="Id">Names the event; the same on every attempt.</param>
/// <param name="Task">The task that it tells of.</param>
/// <param name="Body">The exact bytes.</param>
/// <param name="At">When this attempt is made.</param>
public sealed record OutgoingCallback(DeliveryId Id, TaskKey Task, ReadOnlyMemory<byte> Body, DateTimeOffset At);

/// <summary>The secrets with which callbacks are signed. They are derived from the gateway's signing key, so they outlive restarts.</summary>
public interface ICallbackSecrets
{
    /// <summary>The account's own secret, 32 bytes: for signatures that it checks by a shared secret.</summary>
    ReadOnlyMemory<byte> Of(AccountId account);

    /// <summary>The gateway's Ed25519 seed, 32 bytes: for signatures that anybody checks by the public key.</summary>
    ReadOnlyMemory<byte> SigningSeed { get; }
}
