using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Filmgate.Server;

/// <summary>
/// Writes one event as one line. What callers, providers and the network say may stand in an event, so whatever could begin a line,
/// move the cursor or turn the direction of the text is shown as an escape: a log is read in terminals and cut up by lines.
/// </summary>
internal sealed class LogLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>Under which the console finds it.</summary>
    public const string FormatterName = "filmgate";

    // Below a warning the framework tells of requests: whole addresses with keys and signatures in them. No setting of the log is to bring
    // that out, so it is dropped here, where all events pass, and not by a filter that a more exact one overrules.
    private const string RequestLogs = "Microsoft.AspNetCore.";

    private const string TimeForm = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry.LogLevel < LogLevel.Warning && logEntry.Category.StartsWith(RequestLogs, StringComparison.Ordinal))
        {
            return;
        }

        var line = new StringBuilder();
        line.Append(time.GetUtcNow().UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)).Append(' ').Append(Word(logEntry.LogLevel)).Append(": ")
            .Append(logEntry.Category).Append('[').Append(logEntry.EventId.Id).Append("] ");
        AppendEscaped(line, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } error)
        {
            line.Append(' ');
            AppendEscaped(line, error.ToString());
        }

        textWriter.Write(line.Append('\n').ToString());
    }

    private static void AppendEscaped(StringBuilder line, string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                _ when IsInvisible(rune) => line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}"),
                _ => line.Append(rune.ToString()),
            };
        }
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        LogLevel.Critical => "crit",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Not the level of an event."),
    };
}
