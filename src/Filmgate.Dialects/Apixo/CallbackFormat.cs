using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// The callback body: the status envelope, <c>code</c> 200 even when the task failed. Source: APIXO, webhooks page. APIXO signs nothing; the
/// headers of Standard Webhooks, by the account's secret, are ours.
/// </summary>
/// <param name="secrets">The accounts' secrets.</param>
public sealed class CallbackFormat(ICallbackSecrets secrets) : ICallbackFormat
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
        return StandardWebhooks.Headers(callback, secrets.Of(callback.Task.Account));
    }
}
