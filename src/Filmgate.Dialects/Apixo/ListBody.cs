using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Apixo;

/// <summary>Writes the <c>data</c> of <c>GET /tasks</c>, which is ours: a page of tasks and where the next one begins.</summary>
internal static class ListBody
{
    /// <summary>Writes the object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="found">What was found: one more than the page holds when there is another page.</param>
    /// <param name="limit">Tasks on the page.</param>
    public static void Write(Utf8JsonWriter json, ImmutableArray<TaskDetails> found, int limit)
    {
        json.WriteStartObject();
        json.WriteStartArray(Wire.Tasks);
        var shown = found.AsSpan()[..Math.Min(found.Length, limit)];
        foreach (var task in shown)
        {
            DetailsBody.Write(json, task);
        }

        json.WriteEndArray();
        if (found.Length > limit)
        {
            json.WriteString(Wire.NextCursor, shown[^1].Task.Key.Task.Value);
        }

        json.WriteEndObject();
    }
}
