using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>What this surface remembers of a request: what it has to show again and the task does not hold.</summary>
/// <param name="Model">The model, as the caller wrote it.</param>
/// <param name="Size">The size, as the caller wrote it; null when it named none.</param>
internal sealed record Remembered(string? Model, string? Size)
{
    /// <summary>The notes of a task.</summary>
    public string Write() => JsonSerializer.Serialize(this, RememberedJson.Default.Remembered);

    /// <summary>Reads the notes of a task that came through this surface; null for other texts.</summary>
    public static Remembered? Read(string? notes)
    {
        try
        {
            return notes is null ? null : JsonSerializer.Deserialize(notes, RememberedJson.Default.Remembered);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The notes' form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Remembered))]
internal sealed partial class RememberedJson : JsonSerializerContext;
