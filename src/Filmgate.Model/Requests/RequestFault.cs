using Filmgate.Model.Tasks;

namespace Filmgate.Model.Requests;

/// <summary>One thing wrong with a request: the field, the value, and what is allowed.</summary>
/// <param name="Field">The field.</param>
/// <param name="Rule">What is allowed, as the rest of a sentence that begins with the field's name: "must be 5 or 10".</param>
/// <param name="Value">The value as given, shortened; null when nothing was given.</param>
/// <param name="Index">Position within a list, from 0; null when the field is not a list's entry.</param>
/// <param name="Code">The failure code that the task would have ended with, where the vocabulary has one.</param>
/// <param name="Entry">Name of the entry within an object; null when the field is not an object's entry.</param>
public sealed record RequestFault(
    RequestField Field, string Rule, string? Value = null, int? Index = null, FailureCode? Code = null, string? Entry = null)
{
    private const int ShownValueLengthMax = 80;

    /// <summary>The value, cut to a length that fits into a message.</summary>
    public string? ShownValue => Shorten(Value);

    /// <summary>The entry's name, cut to a length that fits into a message.</summary>
    public string? ShownEntry => Shorten(Entry);

    /// <summary>A text of the caller's, cut to a length that fits into a message.</summary>
    public static string? Shorten(string? text) =>
        text is { Length: > ShownValueLengthMax } ? string.Concat(text.AsSpan(0, CutAt(text)), "…") : text;

    // A cut between the halves of a surrogate pair would leave text that no encoder accepts.
    private static int CutAt(string value) =>
        char.IsHighSurrogate(value[ShownValueLengthMax - 1]) ? ShownValueLengthMax - 1 : ShownValueLengthMax;
}
