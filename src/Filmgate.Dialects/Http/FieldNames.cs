using System.Collections.Immutable;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Http;

/// <summary>The names that one surface's callers know the fields of a request by, and faults in those words.</summary>
internal sealed class FieldNames
{
    private readonly ImmutableArray<string?> paths;

    /// <summary>The names, each as the caller wrote it: <c>input.prompt</c>.</summary>
    public FieldNames(params IEnumerable<(string Path, RequestField Field)> names)
    {
        var all = new string?[Enum.GetValues<RequestField>().Length];
        all[(int)RequestField.Body] = "body";
        all[(int)RequestField.IdempotencyKey] = IdempotencyHeader.Name;
        foreach (var (path, field) in names)
        {
            all[(int)field] ??= path;
        }

        paths = [.. all];
    }

    /// <summary>The field as the caller wrote it, such as <c>input.image_urls[1]</c>.</summary>
    public string Path(RequestFault fault)
    {
        var path = paths[(int)fault.Field] ?? fault.Field.ToString();
        return fault switch
        {
            { Index: { } index } => $"{path}[{index}]",
            { ShownEntry: { } entry } => $"{path}.{entry}",
            _ => path,
        };
    }

    /// <summary>The fault in one sentence: field, what is allowed, what came.</summary>
    public string Sentence(RequestFault fault) => Sentence(Path(fault), fault.Rule, fault.Value);

    /// <summary>All faults in one sentence.</summary>
    public string Sentence(ImmutableArray<RequestFault> faults) => string.Join("; ", faults.Select(Sentence));

    /// <summary>The same for what has a name but no field: a parameter of the query.</summary>
    public static string Sentence(string name, string rule, string? value = null) =>
        RequestFault.Shorten(value) is { } shown ? $"{name} {rule}, got {Delimited(shown)}" : $"{name} {rule}";

    // A value that is empty or begins or ends with a space would otherwise not be seen.
    private static string Delimited(string value) =>
        value.Length == 0 || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]) ? $"\"{value}\"" : value;
}
