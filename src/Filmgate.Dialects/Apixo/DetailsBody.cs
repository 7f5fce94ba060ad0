using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Model.Gateway;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Writes the <c>data</c> of <c>GET /tasks/{id}</c> and of each entry of <c>GET /tasks</c>, which are ours: the whole task in the
/// words of the status answer.
/// </summary>
internal static class DetailsBody
{
    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, TaskDetails details)
    {
        json.WriteStartObject();
        WriteMembers(json, details);
        json.WriteEndObject();
    }

    /// <summary>Writes what stands in the object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, TaskDetails details)
    {
        var task = details.Task;
        json.WriteString(Wire.TaskId, task.Key.Task.Value);
        json.WriteString(Wire.Model, GenerationRules.Model);
        json.WriteString(Wire.Mode, task.Request.Rules.Name);
        json.WriteString(Wire.State, Wire.Of(task.State));
        json.WriteNumber(Wire.Progress, task.Progress);
        json.WriteNumber(Wire.CreateTime, task.CreatedAt.ToUnixTimeMilliseconds());
        WriteGiven(json, Wire.CancelRequestedTime, task.CancelRequestedAt);
        StatusBody.WriteEnd(json, task.State, task.CreatedAt, task.CompletedAt);
        StatusBody.WriteFailure(json, task.State, task.Failure);
        json.WriteNumber(Wire.Cost, task.Cost.Dollars);
        WriteSome(json, Wire.Unconfirmed, task.Unconfirmed);
        if (!task.IsSettled)
        {
            json.WriteNumber(Wire.Hold, task.Hold.Dollars);
        }

        if (task.Priority > 0)
        {
            json.WriteNumber(Wire.Priority, task.Priority);
        }

        WriteQueue(json, task, details.Place);

        if (details.ClipUrl is { } url)
        {
            json.WriteStartArray(Wire.ResultUrls);
            json.WriteStringValue(url);
            json.WriteEndArray();
        }

        WriteGiven(json, Wire.PosterUrl, details.PosterUrl);
        if (task.Clip is { } clip)
        {
            WriteClip(json, clip);
        }

        WriteGiven(json, Wire.Source, task.Source);
        WriteMetadata(json, task.Metadata);
        WriteInput(json, task.Request);
        json.WriteStartArray(Wire.Attempts);
        foreach (var attempt in task.Attempts)
        {
            WriteAttempt(json, attempt);
        }

        json.WriteEndArray();
    }

    private static void WriteQueue(Utf8JsonWriter json, VideoTask task, TaskPlace? place)
    {
        if (task.WaitingFor is null)
        {
            return;
        }

        json.WriteStartObject(Wire.Queue);
        json.WriteString(Wire.Provider, task.WaitingFor);
        WriteGiven(json, Wire.WaitingSinceTime, task.WaitingSince);
        if (place is not null)
        {
            json.WriteNumber(Wire.Position, place.Position);
            WriteGiven(json, Wire.ExpectedStartTime, place.ExpectedStart);
        }

        json.WriteEndObject();
    }

    private static void WriteClip(Utf8JsonWriter json, Clip clip)
    {
        json.WriteStartObject(Wire.Clip);
        json.WriteNumber(Wire.Width, clip.Width);
        json.WriteNumber(Wire.Height, clip.Height);
        json.WriteNumber(Wire.Duration, clip.Duration.TotalSeconds);
        json.WriteNumber(Wire.Frames, clip.Frames);
        json.WriteNumber(Wire.Bytes, clip.Length);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> metadata)
    {
        if (metadata.IsEmpty)
        {
            return;
        }

        json.WriteStartObject(Wire.Metadata);
        foreach (var (name, value) in metadata)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, GenerationRequest request)
    {
        json.WriteStartObject(Wire.Input);
        json.WriteString(Wire.Mode, request.Rules.Name);
        json.WriteString(Wire.Prompt, request.Prompt);
        WriteGiven(json, Wire.NegativePrompt, request.NegativePrompt);
        json.WriteNumber(Wire.Duration, request.DurationSeconds);
        if (request.Images.Length > 0)
        {
            json.WriteStartArray(Wire.ImageUrls);
            foreach (var image in request.Images)
            {
                json.WriteStringValue(image);
            }

            json.WriteEndArray();
        }

        WriteGiven(json, Wire.AspectRatio, request.AspectRatio?.Name());
        json.WriteNumber(Wire.CfgScale, request.CfgScale);
        json.WriteString(Wire.Provider, request.Provider);
        json.WriteEndObject();
    }

    private static void WriteAttempt(Utf8JsonWriter json, Attempt attempt)
    {
        json.WriteStartObject();
        json.WriteNumber(Wire.Number, attempt.Number);
        json.WriteString(Wire.Provider, attempt.Provider);
        json.WriteString(Wire.State, Wire.Of(attempt.State));
        WriteGiven(json, Wire.RouteReason, attempt.RouteReason);
        WriteGiven(json, Wire.Refusal, attempt.Refusal is { } refusal ? Wire.Of(refusal) : null);
        WriteGiven(json, Wire.Reason, attempt.Reason);
        json.WriteNumber(Wire.Cost, attempt.Cost.Dollars);
        WriteSome(json, Wire.Unconfirmed, attempt.Unconfirmed);
        WriteGiven(json, Wire.UnfetchedSinceTime, attempt.UnfetchedSince);
        WriteGiven(json, Wire.ResolvedTime, attempt.ResolvedAt);
        WriteGiven(json, Wire.PreparedTime, attempt.PreparedAt);
        WriteGiven(json, Wire.SentTime, attempt.SentAt);
        WriteGiven(json, Wire.AcceptedTime, attempt.AcceptedAt);
        WriteGiven(json, Wire.EndedTime, attempt.EndedAt);
        json.WriteEndObject();
    }

    private static void WriteSome(Utf8JsonWriter json, JsonEncodedText name, Usd amount)
    {
        if (amount > Usd.Zero)
        {
            json.WriteNumber(name, amount.Dollars);
        }
    }

    private static void WriteGiven(Utf8JsonWriter json, JsonEncodedText name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteGiven(Utf8JsonWriter json, JsonEncodedText name, DateTimeOffset? at)
    {
        if (at is { } given)
        {
            json.WriteNumber(name, given.ToUnixTimeMilliseconds());
        }
    }
}
