using System.Globalization;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// What endpoints are told: an event as Standard Webhooks has it, with the members that OpenAI's clients read beside, and in <c>data</c> the task
/// as <c>GET /tasks/{id}</c> shows it, whatever surface it came through; ours.
/// </summary>
public sealed class EventFormat : IEventFormat
{
    // Always three digits of a second, so that receivers may compare the texts.
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, TaskDetails task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Render(id, type, at, json =>
        {
            json.WriteString("id", task.Task.Key.Task.Value);
            json.WriteString("object", "task");
            DetailsBody.WriteMembers(json, task);
        });
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, WebhookEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return Render(id, type, at, json =>
        {
            json.WriteString("id", endpoint.Id.Value);
            json.WriteString("object", "endpoint");
            json.WriteString("url", endpoint.Url);
            if (endpoint.DisabledReason is { } reason)
            {
                json.WriteString("disabledReason", Wire.Of(reason));
                json.WriteNumber("disabledTime", endpoint.DisabledAt!.Value.ToUnixTimeMilliseconds());
            }
        });
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(DeliveryId id, ReadOnlyMemory<byte> body, DateTimeOffset at, IEnumerable<ReadOnlyMemory<byte>> secrets) =>
        StandardWebhooks.Headers(id, body, at, secrets);

    /// <inheritdoc/>
    public string SecretText(ReadOnlyMemory<byte> secret) => StandardWebhooks.SecretText(secret);

    private static byte[] Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, Action<Utf8JsonWriter> writeData)
    {
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString("id", id.Value);
        json.WriteString("object", "event");
        json.WriteString("type", type.Name());
        json.WriteNumber("created_at", at.ToUnixTimeSeconds());
        json.WriteString("timestamp", at.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
        json.WriteStartObject("data");
        writeData(json);
        json.WriteEndObject();
        json.WriteEndObject();
        return answer.ToArray();
    }
}
