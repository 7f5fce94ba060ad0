using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Model.Webhooks;

namespace Filmgate.Server.Webhooks;

/// <summary>Writes endpoints and deliveries as their owner sees them. A field that does not apply is absent, never null.</summary>
internal static class WebhookBody
{
    /// <summary>The members of an endpoint.</summary>
    public static void Write(Utf8JsonWriter json, WebhookEndpoint endpoint)
    {
        json.WriteString("endpointId", endpoint.Id.Value);
        json.WriteString("url", endpoint.Url);
        if (endpoint.Description is { } description)
        {
            json.WriteString("description", description);
        }

        json.WriteStartArray("events");
        foreach (var name in endpoint.Events.NamesOf())
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("state", endpoint.DisabledAt is null ? "enabled" : "disabled");
        if (endpoint.DisabledReason is { } reason)
        {
            json.WriteString("disabledReason", Wire.Of(reason));
        }

        WriteTime(json, "disabledTime", endpoint.DisabledAt);
        WriteTime(json, "createTime", endpoint.CreatedAt);
        WriteTime(json, "failingSince", endpoint.Health.FailingSince);
        WriteTime(json, "lastFailureTime", endpoint.Health.LastFailureAt);
        WriteTime(json, "lastSuccessTime", endpoint.Health.LastSuccessAt);
        json.WriteStartArray("secrets");
        foreach (var secret in endpoint.Secrets)
        {
            json.WriteStartObject();
            json.WriteNumber("number", secret.Number);
            WriteTime(json, "createTime", secret.CreatedAt);
            WriteTime(json, "expireTime", secret.ExpiresAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The members of a delivery, without its body.</summary>
    public static void Write(Utf8JsonWriter json, Delivery delivery)
    {
        json.WriteString("deliveryId", delivery.Id.Value);
        json.WriteString("eventId", delivery.EventId.Value);
        json.WriteString("event", delivery.Event);
        if (delivery.Task is { } task)
        {
            json.WriteString("taskId", task.Value);
        }

        if (delivery.Endpoint is { } endpoint)
        {
            json.WriteString("endpointId", endpoint.Value);
        }

        json.WriteString("url", delivery.Url);
        json.WriteString("state", Wire.Of(delivery.State));
        json.WriteNumber("attempts", delivery.Attempts);
        WriteTime(json, "createTime", delivery.CreatedAt);
        WriteTime(json, "nextTime", delivery.DueAt);
        WriteTime(json, "completeTime", delivery.CompletedAt);
    }

    /// <summary>The members of a delivery, with its body and every attempt.</summary>
    public static void Write(Utf8JsonWriter json, Delivery delivery, ImmutableArray<RecordedAttempt> attempts)
    {
        Write(json, delivery);
        json.WriteString("body", Encoding.UTF8.GetString(delivery.Body.Span));
        json.WriteStartArray("attemptLog");
        foreach (var (number, cause, attempt) in attempts)
        {
            json.WriteStartObject();
            json.WriteNumber("number", number);
            json.WriteString("cause", Wire.Of(cause));
            WriteTime(json, "time", attempt.At);
            json.WriteNumber("tookMs", (long)attempt.Took.TotalMilliseconds);
            if (attempt.Status is { } status)
            {
                json.WriteNumber("status", status);
            }

            WriteText(json, "error", attempt.Error);
            WriteText(json, "answer", attempt.Answer);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } given)
        {
            json.WriteNumber(name, given.ToUnixTimeMilliseconds());
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
