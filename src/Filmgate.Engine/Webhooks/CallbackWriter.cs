using System.Collections.Frozen;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>Words the callback of a finished task in the dialect through which the task came.</summary>
public sealed class CallbackWriter(IEnumerable<ICallbackFormat> formats, ClipLinks links, IdSource ids)
{
    private readonly FrozenDictionary<string, ICallbackFormat> _formats = formats.ToFrozenDictionary(format => format.Dialect, StringComparer.Ordinal);

    /// <summary>The delivery of a success; null when the caller polls.</summary>
    public NewDelivery? Success(VideoTask task, Clip clip, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(clip);
        return Write(task, new TaskView
        {
            Id = task.Key.Task,
            State = TaskState.Success,
            CreatedAt = task.CreatedAt,
            CompletedAt = at,
            ClipUrl = links.Clip(clip.Id, clip.ExpiresAt),
        });
    }

    /// <summary>The delivery of a failure; null when the caller polls.</summary>
    public NewDelivery? Failure(VideoTask task, Failure failure, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Write(task, new TaskView
        {
            Id = task.Key.Task,
            State = TaskState.Failed,
            CreatedAt = task.CreatedAt,
            CompletedAt = at,
            Failure = failure,
        });
    }

    private NewDelivery? Write(VideoTask task, TaskView outcome) => task.CallbackUrl is null
        ? null
        : new NewDelivery(ids.NewDelivery(), task.CallbackUrl, _formats[task.Dialect].Render(outcome));
}
