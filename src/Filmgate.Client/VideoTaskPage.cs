namespace Filmgate.Client;

/// <summary>Some of the tasks that were asked for, newest first.</summary>
/// <param name="Tasks">The tasks, as they stood when the server was asked.</param>
/// <param name="NextCursor">Where the next page begins, for <see cref="VideoTaskQuery.Cursor"/>; null on the last one.</param>
/// <param name="RawResponse">The answer as it came.</param>
public sealed record VideoTaskPage(IReadOnlyList<VideoTask> Tasks, string? NextCursor, string RawResponse);
