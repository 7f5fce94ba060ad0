using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filmgate.Storage;

/// <summary>The JSON under which a task's metadata is stored, the same in every database; none is null.</summary>
internal static class StoredMetadata
{
    public static string? Json(IReadOnlyCollection<KeyValuePair<string, string>> metadata) => metadata.Count == 0
        ? null
        : JsonSerializer.Serialize(new Dictionary<string, string>(metadata), StoredMetadataContext.Default.DictionaryStringString);

    public static ImmutableSortedDictionary<string, string> Parse(string? json) => json is null
        ? ImmutableSortedDictionary<string, string>.Empty
        : JsonSerializer.Deserialize(json, StoredMetadataContext.Default.DictionaryStringString)!.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class StoredMetadataContext : JsonSerializerContext;
