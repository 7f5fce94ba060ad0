using System.Security.Cryptography;
using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kie;

/// <summary>
/// The callback: once at the end, code 200 or 501, with the task as <c>recordInfo</c> shows it. The vendor's signature covers the task's id and
/// the time only, not the body; receivers are to read the task again. Source: docs.kie.ai, webhook-verification page.
/// </summary>
public sealed class CallbackFormat(ICallbackSecrets secrets) : ICallbackFormat
{
    /// <inheritdoc/>
    public string Dialect => Wire.Dialect;

    /// <summary>An account's secret as kie's clients use it: as text.</summary>
    public static string SecretText(ICallbackSecrets secrets, AccountId account)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        return Convert.ToHexStringLower(secrets.Of(account).Span);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var isSuccess = task.Task.State == TaskState.Success;
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteNumber(Wire.Code, isSuccess ? Wire.Ok : Wire.GenerationFailed);
        answer.Json.WriteString(Wire.Msg, isSuccess ? "Playground task completed successfully." : "Playground task failed.");
        answer.Json.WritePropertyName(Wire.Data);
        RecordBody.Write(answer.Json, task, isCallback: true);
        answer.Json.WriteEndObject();
        return answer.ToArray();
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timestamp = callback.At.ToUnixTimeSeconds().ToString();
        var key = Encoding.UTF8.GetBytes(SecretText(secrets, callback.Task.Account));
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{callback.Task.Task}.{timestamp}"));
        return
        [
            // The vendor's signature leaves the body out and names no event, so ours stands beside it.
            .. StandardWebhooks.Headers(callback, secrets.Of(callback.Task.Account)),
            new(Wire.TimestampHeader, timestamp),
            new(Wire.SignatureHeader, Convert.ToBase64String(signature)),
        ];
    }
}
