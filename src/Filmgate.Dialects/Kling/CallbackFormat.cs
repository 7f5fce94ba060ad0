using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// The callback body: the bare task object, without the envelope of answers. It is signed as Standard Webhooks says, which Kling follows.
/// Source: Kling, callbacks.
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
        var answer = JsonAnswer.Begin();
        TaskBody.Write(answer.Json, task);
        return answer.ToArray();
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return StandardWebhooks.Headers(callback, secrets.Of(callback.Task.Account), "application/json; charset=utf-8");
    }
}
