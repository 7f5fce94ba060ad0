using System.Collections.Frozen;
using System.Text.Json;

namespace Filmgate.Storage;

/// <summary>The words under which enumerations are stored, the same in every database: the member's name in snake case.</summary>
internal static class StoredWords
{
    public static string Word<TEnum>(this TEnum value)
        where TEnum : struct, Enum => Table<TEnum>.WordOf[value];

    public static TEnum Parse<TEnum>(string word)
        where TEnum : struct, Enum => Table<TEnum>.ByWord.TryGetValue(word, out var value)
        ? value
        : throw new FormatException($"The store holds a {typeof(TEnum).Name} that this version does not know: '{word}'.");

    private static class Table<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly FrozenDictionary<TEnum, string> WordOf =
            Enum.GetValues<TEnum>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly FrozenDictionary<string, TEnum> ByWord =
            WordOf.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
