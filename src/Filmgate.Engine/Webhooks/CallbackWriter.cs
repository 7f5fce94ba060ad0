using System.Collections.Frozen;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>Words the callbacks of a task in the dialect through which the task came.</summary>
public sealed class CallbackWriter(IEnumerable<ICallbackFormat> formats, ClipLinks links, IdSource ids)
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

    /// <summary>The format of a dialect.</summary>
    public ICallbackFormat FormatOf(string dialect) => _formats[dialect];
}
