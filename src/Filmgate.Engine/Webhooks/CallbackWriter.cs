using System.Collections.Frozen;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>Words what is told of a task: its own callback in the dialect through which it came, and the event for the account's endpoints.</summary>
public sealed class CallbackWriter(IEnumerable<ICallbackFormat> formats, IEventFormat events, ClipLinks links, IdSource ids)
{
    private readonly FrozenDictionary<string, ICallbackFormat> _formats = formats.ToFrozenDictionary(format => format.Dialect, StringComparer.Ordinal);

    /// <summary>The delivery of an event; null when the caller does not want to hear of it.</summary>
    /// <param name="happened">One event.</param>
    /// <param name="task">The task as it is after the event.</param>
    public NewDelivery? Write(TaskEvents happened, VideoTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.CallbackUrl is null || !task.CallbackEvents.HasFlag(happened)
            ? null
            : new NewDelivery(ids.NewDelivery(), task.CallbackUrl, happened, FormatOf(task.Dialect).Render(happened, links.Details(task)));
    }

    /// <summary>The same event for the account's endpoints. The store asks for its body when one of them wants to hear of it.</summary>
    /// <param name="happened">One event.</param>
    /// <param name="task">The task as it is after the event.</param>
    /// <param name="at">When it happened.</param>
    public NewEvent WriteEvent(TaskEvents happened, VideoTask task, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(task);
        var type = happened switch
        {
            TaskEvents.Accepted => WebhookEvents.Accepted,
            TaskEvents.Started => WebhookEvents.InProgress,
            _ => task.State == TaskState.Success ? WebhookEvents.Completed : WebhookEvents.Failed,
        };
        var id = ids.NewDelivery();
        return new NewEvent(id, type, () => events.Render(id, type, at, links.Details(task)));
    }

    /// <summary>An event of an endpoint: that it was disabled, or a test of it.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="endpoint">The endpoint as it is after the event.</param>
    /// <param name="at">When it happened.</param>
    public NewEvent WriteEvent(WebhookEvents type, WebhookEndpoint endpoint, DateTimeOffset at)
    {
        var id = ids.NewDelivery();
        return new NewEvent(id, type, () => events.Render(id, type, at, endpoint));
    }

    /// <summary>The format of a dialect.</summary>
    public ICallbackFormat FormatOf(string dialect) => _formats[dialect];
}
