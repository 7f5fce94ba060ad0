using System.Diagnostics.CodeAnalysis;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Upstream;

/// <summary>What vendors' lists and posts say of tasks, in so far as it counts.</summary>
internal static class ListedTasks
{
    // The longest id of any vendor has 64 characters.
    private const int IdLengthMax = 200;

    /// <summary>
    /// The readings that a list gives. A list may show less of a task than its own answer does, so whatever is not plain there is left out
    /// and read alone.
    /// </summary>
    /// <param name="entries">The list's entries.</param>
    /// <param name="idOf">An entry's id, as the provider's id of the task.</param>
    /// <param name="read">The dialect's reading of an entry.</param>
    public static Dictionary<string, Reading> Read(
        IEnumerable<WireValue> entries, Func<WireValue, string?> idOf, Func<WireValue, Reading?> read)
    {
        var readings = new Dictionary<string, Reading>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (idOf(entry) is { Length: > 0 } id && read(entry) is { } reading and not Reading.Unreadable)
            {
                readings.TryAdd(id, reading);
            }
        }

        return readings;
    }

    /// <summary>Takes an id out of a post; false for one that cannot be an id.</summary>
    public static bool TryTakeId(string? text, [NotNullWhen(true)] out string? id)
    {
        id = text is { Length: > 0 and <= IdLengthMax } && !text.AsSpan().ContainsAnyExceptInRange('!', '~') ? text : null;
        return id is not null;
    }
}
