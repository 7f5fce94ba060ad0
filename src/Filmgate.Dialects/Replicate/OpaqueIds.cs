using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// Ids as this surface shows them: lower-case letters and digits alone, as the vendor's are. Ours become theirs by leaving out the prefix,
/// and back, so that no table is needed and every task of the house has its id here.
/// </summary>
internal static class OpaqueIds
{
    private const string TaskPrefix = "task_", UploadPrefix = "upl_";
    private const int Length = 36;

    private static readonly System.Buffers.SearchValues<char> Characters = System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz");

    /// <summary>The id of a task's prediction.</summary>
    public static string Of(TaskId id) => Without(id.Value, TaskPrefix);

    /// <summary>The id of an upload's file.</summary>
    public static string Of(UploadId id) => Without(id.Value, UploadPrefix);

    /// <summary>The task behind a prediction's id; null for a text that is none.</summary>
    public static TaskId? Task(string? id) => IsId(id) ? new TaskId(TaskPrefix + id) : null;

    /// <summary>The upload behind a file's id; null for a text that is none.</summary>
    public static UploadId? Upload(string? id) => IsId(id) ? new UploadId(UploadPrefix + id) : null;

    private static bool IsId(string? text) => text is { Length: Length } && !text.AsSpan().ContainsAnyExcept(Characters);

    private static string Without(string id, string prefix) => id.StartsWith(prefix, StringComparison.Ordinal) ? id[prefix.Length..] : id;
}
