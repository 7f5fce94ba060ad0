using System.Text.Json;
using System.Text.Json.Serialization;
using Filmgate.Model.Requests;

namespace Filmgate.Storage;

/// <summary>The JSON under which a request is stored, the same in every database.</summary>
internal static class StoredRequest
{
    public static string Json(GenerationRequest request) =>
        JsonSerializer.Serialize(request, StoredRequestContext.Default.GenerationRequest);

    public static GenerationRequest Parse(string json) =>
        JsonSerializer.Deserialize(json, StoredRequestContext.Default.GenerationRequest)
        ?? throw new FormatException("The store holds an empty request.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(GenerationRequest))]
internal sealed partial class StoredRequestContext : JsonSerializerContext;
