using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Apixo;

/// <summary>The callback body: the status envelope, <c>code</c> 200 even when the task failed. Source: APIXO, webhooks page.</summary>
public sealed class CallbackFormat : ICallbackFormat
{
    /// <inheritdoc/>
    public string Dialect => Wire.Dialect;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(TaskView task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var envelope = Envelope.Success();
        StatusBody.Write(envelope.Json, task);
        return envelope.ToArray();
    }
}
