using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Tasks;

/// <summary>Which tasks a list shows. Null does not filter.</summary>
public sealed record TaskFilter
{
    /// <summary>Most tasks, at least 1; how many a caller may ask for is for its surface to say.</summary>
    public int Limit { get; init; } = 20;
    /// <summary>Tasks that match but are passed over, at least 0.</summary>
    public int Skip { get; init; }
    /// <summary>Whether the oldest come first; the newest do otherwise.</summary>
    public bool OldestFirst { get; init; }
    /// <summary>Only tasks older than this one.</summary>
    public TaskId? Before { get; init; }
    /// <summary>Only tasks newer than this one.</summary>
    public TaskId? After { get; init; }
    /// <summary>Only tasks in this state.</summary>
    public TaskState? State { get; init; }
    /// <summary>Only tasks of these modes; empty does not filter.</summary>
    public ImmutableArray<GenerationMode> Modes { get; init; } = [];
    /// <summary>Only tasks accepted at this time or later.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }
    /// <summary>Only tasks accepted before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }
    /// <summary>Only tasks whose prompt contains this text, ignoring the case of ASCII letters.</summary>
    public string? Prompt { get; init; }
    /// <summary>Only tasks with exactly these entries among their metadata.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> Metadata { get; init; } = [];
    /// <summary>Only tasks with this source tag.</summary>
    public string? Source { get; init; }
}
