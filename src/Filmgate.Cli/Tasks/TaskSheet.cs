using System.Globalization;
using Filmgate.Client;

namespace Filmgate.Cli.Tasks;

/// <summary>One task for people: what was asked, what came of it, what it cost, its attempts, and what happened when. What the server does not tell is left out.</summary>
internal static class TaskSheet
{
    private const string SecondsForm = "0.0##";

    /// <summary>Writes it.</summary>
    public static void Write(CliTerminal terminal, VideoTask task)
    {
        DataOutput.WritePairs(terminal, [.. Facts(task).Where(fact => fact.Value is not null).Select(fact => (fact.Name, DataOutput.Plain(fact.Value!)))]);
        if (task.Attempts.Count > 0)
        {
            terminal.Out.WriteLine();
            DataOutput.WriteTable(
                terminal,
                ["attempt", "provider", "state", "took", "reason"],
                task.Attempts.Select((attempt, index) => new[]
                {
                    Number(attempt, index), attempt.Provider ?? DataOutput.Nothing, attempt.State ?? DataOutput.Nothing,
                    Took(attempt.SentAt, attempt.EndedAt) ?? DataOutput.Nothing, DataOutput.Plain(attempt.Reason ?? DataOutput.Nothing),
                }));
        }

        terminal.Out.WriteLine();
        foreach (var (at, what) in Events(task).Where(happened => happened.At is not null).OrderBy(happened => happened.At))
        {
            terminal.Out.WriteLine($"{at!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}  {DataOutput.Plain(what)}");
        }
    }

    private static IEnumerable<(string Name, string? Value)> Facts(VideoTask task)
    {
        yield return ("task", task.Id);
        yield return ("state", task is { Progress: { } progress, State.IsTerminal: false } ? $"{task.State}, {progress:0} %" : task.State.Value);
        yield return ("failure", task.FailCode is null && task.FailMessage is null ? null : $"{task.FailCode}: {task.FailMessage}");
        if (task.Input is { } input)
        {
            yield return ("mode", input.Mode?.Name);
            yield return ("prompt", input.Prompt);
            yield return ("not to be seen", input.NegativePrompt);
            yield return ("length", input.DurationSeconds is { } seconds ? $"{seconds} s" : null);
            yield return ("shape", input.AspectRatio);
            yield return ("pictures", input.ImageUrls.Count > 0 ? string.Join(", ", input.ImageUrls) : null);
            yield return ("cfg scale", input.CfgScale?.ToString(CultureInfo.InvariantCulture));
            yield return ("provider asked", input.Provider);
        }

        yield return ("source", task.Source);
        yield return ("metadata", task.Metadata.Count > 0 ? string.Join(", ", task.Metadata.Select(entry => $"{entry.Key}={entry.Value}")) : null);
        yield return ("cost", task.Cost is null ? null : $"{task.Cost.Money()} USD");
        yield return ("held", task.Held is null ? null : $"{task.Held.Money()} USD");
        yield return ("took", Took(task.CreatedAt, task.CompletedAt));
        if (task.Clip is { } clip)
        {
            yield return ("clip", string.Create(
                CultureInfo.InvariantCulture, $"{clip.Width}x{clip.Height}, {clip.DurationSeconds:0.0##} s, {clip.Frames} frames, {clip.Length} bytes"));
        }

        yield return ("clip at", task.ResultUrls is [var url, ..] ? url : null);
        yield return ("poster at", task.PosterUrl);
    }

    private static IEnumerable<(DateTimeOffset? At, string What)> Events(VideoTask task)
    {
        yield return (task.CreatedAt, "accepted");
        foreach (var (index, attempt) in task.Attempts.Index())
        {
            var name = $"attempt {Number(attempt, index)}";
            yield return (attempt.PreparedAt, $"{name} is for {attempt.Provider}");
            yield return (attempt.SentAt, $"{name} is sent");
            yield return (attempt.AcceptedAt, $"{name} is taken by {attempt.Provider}");
            yield return (attempt.EndedAt, $"{name} is {attempt.State}{(attempt.Reason is { } reason ? $": {reason}" : "")}");
        }

        yield return (task.CancelRequestedAt, "somebody wishes to cancel it");
        yield return (task.CompletedAt, task.FailCode is { } code ? $"{task.State}: {code}" : task.State.Value);
    }

    private static string Number(VideoAttempt attempt, int index) => (attempt.Number ?? index + 1).ToString(CultureInfo.InvariantCulture);

    private static string? Took(DateTimeOffset? from, DateTimeOffset? to) =>
        to - from is { } time ? $"{time.TotalSeconds.ToString(SecondsForm, CultureInfo.InvariantCulture)} s" : null;
}
