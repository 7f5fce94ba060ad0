using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Apixo;

/// <summary>The callback body: the status envelope, <c>code</c> 200 even when the task failed. Source: APIXO, webhooks page.</summary>
public sealed class CallbackFormat : ICallbackFormat
{
    /// <inheritdoc/>
    public string Dialect => Wire.Dialect;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var envelope = Envelope.Success();
        StatusBody.Write(envelope.Json, task.View);
        return envelope.ToArray();
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return
        [
            new("Content-Type", "application/json"),
            new("webhook-id", callback.Id.Value),
            new("webhook-timestamp", callback.At.ToUnixTimeSeconds().ToString()),
        ];
    }
}
