using System.Security.Cryptography;
using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// Events as OpenAI sends them: thin, so that the receiver reads the video itself, and signed by the Standard Webhooks rules. OpenAI's
/// document has no schema of <c>video.*</c>; the envelope is that of all its other events.
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
        var id = task.Task.Key.Task;
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        // A video has one event in its life, so the video names it.
        json.WriteString(Wire.Id, string.Concat(Wire.EventIdPrefix, VideoId.Rest(id)));
        json.WriteString(Wire.Object, Wire.EventObject);
        json.WriteString(Wire.Type, task.Task.State == TaskState.Success ? Wire.CompletedEvent : Wire.FailedEvent);
        json.WriteNumber(Wire.CreatedAt, (task.Task.CompletedAt ?? task.Task.CreatedAt).ToUnixTimeSeconds());
        json.WriteStartObject(Wire.Data);
        json.WriteString(Wire.Id, VideoId.Of(id));
        json.WriteEndObject();
        json.WriteEndObject();
        return answer.ToArray();
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timestamp = callback.At.ToUnixTimeSeconds().ToString();
        return
        [
            new("Content-Type", "application/json"),
            new("webhook-id", callback.Id.Value),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", Sign(callback, timestamp)),
        ];
    }

    /// <summary>An account's secret as its owner is given it: the form that every verifier of Standard Webhooks takes.</summary>
    internal static string SecretText(ReadOnlyMemory<byte> secret) => $"whsec_{Convert.ToBase64String(secret.Span)}";

    private string Sign(OutgoingCallback callback, string timestamp)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.Of(callback.Task.Account).Span);
        hash.AppendData(Encoding.UTF8.GetBytes($"{callback.Id.Value}.{timestamp}."));
        hash.AppendData(callback.Body.Span);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }
}
