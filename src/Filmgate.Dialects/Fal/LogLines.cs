using System.Text.Json;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Fal;

/// <summary>One line of a request's log.</summary>
internal sealed record LogLine(DateTimeOffset At, string Message, bool IsError = false);

/// <summary>
/// What became of a task, as the log lines that fal's callers can ask for. Lines are only ever added, so a stream sends those that are new.
/// Source: fal, queue page; <c>@fal-ai/client</c> 1.10.1, types.
/// </summary>
internal static class LogLines
{
    /// <summary>All lines so far, oldest first.</summary>
    public static IEnumerable<LogLine> Of(VideoTask task)
    {
        yield return new LogLine(task.CreatedAt, "The request was accepted.");
        foreach (var attempt in task.Attempts)
        {
            if (attempt.SentAt is { } sent)
            {
                yield return new LogLine(sent, $"Submission {attempt.Number} goes to {attempt.Provider}.");
            }

            if (attempt.AcceptedAt is { } accepted)
            {
                yield return new LogLine(accepted, $"{attempt.Provider} has taken it.");
            }

            if (attempt is { EndedAt: { } ended, State: AttemptState.Refused or AttemptState.Failed })
            {
                yield return new LogLine(ended, $"{attempt.Provider}: {attempt.Reason}", IsError: true);
            }
        }

        if (task.CompletedAt is { } end)
        {
            yield return task.Failure is { } failure ? new LogLine(end, failure.Message, IsError: true) : new LogLine(end, "The clip is stored.");
        }
    }

    /// <summary>Writes a line.</summary>
    public static void Write(Utf8JsonWriter json, LogLine line)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Message, line.Message);
        json.WriteString(Wire.Timestamp, line.At.UtcDateTime);
        json.WriteString(Wire.Level, line.IsError ? "ERROR" : "INFO");
        json.WriteString(Wire.Source, "USER");
        json.WriteEndObject();
    }
}
