using System.Security.Cryptography;
using System.Text;
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
        var timestamp = callback.At.ToUnixTimeSeconds().ToString();
        return
        [
            new("Content-Type", "application/json; charset=utf-8"),
            new("webhook-id", callback.Id.Value),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", Sign(secrets.Of(callback.Task.Account), callback.Id.Value, timestamp, callback.Body)),
        ];
    }

    /// <summary>The value of <c>webhook-signature</c>: HMAC-SHA256 of id, timestamp and body with dots between.</summary>
    private static string Sign(ReadOnlyMemory<byte> secret, string id, string timestamp, ReadOnlyMemory<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Span);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body.Span);
        return "v1," + Convert.ToBase64String(mac.GetHashAndReset());
    }
}
