using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Fal;

/// <summary>fal's webhooks: one when the request has ended, signed with Ed25519. Source: fal, webhooks page.</summary>
/// <param name="key">Signs.</param>
public sealed class CallbackFormat(WebhookKey key) : ICallbackFormat
{
    /// <inheritdoc/>
    public string Dialect => Wire.Dialect;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return StatusBody.Webhook(task);
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var request = RequestIds.Of(callback.Task.Task);
        var user = callback.Task.Account.Value;
        var timestamp = callback.At.ToUnixTimeSeconds().ToString();
        return
        [
            new("Content-Type", "application/json"),
            new(Wire.WebhookRequestId, request),
            new(Wire.WebhookUserId, user),
            new(Wire.WebhookTimestamp, timestamp),
            new(Wire.WebhookSignature, key.Sign(request, user, timestamp, callback.Body.Span)),
        ];
    }
}
