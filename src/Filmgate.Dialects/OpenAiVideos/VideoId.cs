using System.Buffers;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// Ids of videos: <c>video_</c> and what follows <c>task_</c> in the task's own id. So every task has one, without a table, and a text that
/// cannot be one is nobody's video.
/// </summary>
internal static class VideoId
{
    private const string Prefix = "video_";
    private const string TaskPrefix = "task_";
    private const int TimeCharacters = 10;
    private const int Characters = 36;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    /// <summary>The video's id.</summary>
    public static string Of(TaskId task) => string.Concat(Prefix, Rest(task));

    /// <summary>The part that tells one task from another.</summary>
    public static ReadOnlySpan<char> Rest(TaskId task) =>
        task.Value.StartsWith(TaskPrefix, StringComparison.Ordinal) ? task.Value.AsSpan(TaskPrefix.Length) : task.Value;

    /// <summary>The task behind a video's id; null when the text cannot be one.</summary>
    public static TaskId? Read(string? text) =>
        text?.Length == Prefix.Length + Characters && text.StartsWith(Prefix, StringComparison.Ordinal) && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Allowed)
            ? new TaskId(string.Concat(TaskPrefix, text.AsSpan(Prefix.Length)))
            : null;

    /// <summary>When the id was made, which is when the task was accepted, to within a moment.</summary>
    public static DateTimeOffset CreatedAt(TaskId task)
    {
        var rest = Rest(task);
        long milliseconds = 0;
        for (var i = 0; i < TimeCharacters && rest.Length == Characters; i++)
        {
            milliseconds = (milliseconds << 5) | (uint)Math.Max(0, Alphabet.IndexOf(rest[i], StringComparison.Ordinal));
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
    }
}
