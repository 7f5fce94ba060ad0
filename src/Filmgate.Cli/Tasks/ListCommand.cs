using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Filmgate.Client;

namespace Filmgate.Cli.Tasks;

/// <summary><c>filmgate tasks list</c>: a page of the account's tasks, narrowed by what is given.</summary>
internal static class ListCommand
{
    private const int PromptShown = 48;

    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new TaskOptions();
        var filters = new Filters();
        var command = new Command("list", "List tasks, newest first.");
        filters.AddTo(command);
        options.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var query = filters.Read(line);
            using var client = options.Connect(line, terminal);
            var page = await client.ListAsync(query, cancellationToken);
            options.Write(terminal, line, JsonElement.Parse(page.RawResponse).GetProperty("data"), () => WriteTable(terminal, page));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void WriteTable(CliTerminal terminal, VideoTaskPage page)
    {
        DataOutput.WriteTable(
            terminal,
            ["task", "state", "code", "created", "mode", "provider", "USD", "held", "prompt"],
            page.Tasks.Select(task => new[]
            {
                task.Id, task.State.Value, task.FailCode ?? DataOutput.Nothing, task.CreatedAt.Moment(), task.Input?.Mode?.Name ?? DataOutput.Nothing,
                task.Attempts is [.., { Provider: { } provider }] ? provider : DataOutput.Nothing, task.Cost.Money(), task.Held.Money(), Beginning(task.Input?.Prompt),
            }));
        if (page.NextCursor is { } cursor)
        {
            // Not among the rows, which may go into a pipe.
            terminal.Error.WriteLine($"There are more; go on with --cursor {cursor}");
        }
    }

    private static string Beginning(string? prompt)
    {
        var text = DataOutput.Plain(prompt ?? DataOutput.Nothing);
        var elements = StringInfo.ParseCombiningCharacters(text);
        return elements.Length <= PromptShown ? text : text[..elements[PromptShown - 1]].TrimEnd() + "…";
    }

    /// <summary>What the list can be narrowed by.</summary>
    private sealed class Filters
    {
        private readonly Option<string?> _state = new("--state") { HelpName = "STATE", Description = "Only tasks in it: pending, processing, success or failed." };
        private readonly Option<string?> _mode = new("--mode") { HelpName = "MODE", Description = "Only tasks of that mode." };

        private readonly Option<string?> _from = new("--created-from")
        {
            HelpName = "TIME", Description = "Only tasks accepted then or later: a day, or a time such as 2026-01-31T12:00:00Z. Without an offset it is UTC.",
        };

        private readonly Option<string?> _before = new("--created-before") { HelpName = "TIME", Description = "Only tasks accepted before that time." };
        private readonly Option<string?> _prompt = new("--prompt") { HelpName = "TEXT", Description = "Only tasks whose prompt holds that text." };
        private readonly Option<string?> _source = new("--source") { HelpName = "TEXT", Description = "Only tasks created with that source." };
        private readonly Option<string[]?> _metadata = new("--metadata") { HelpName = "NAME=VALUE", Description = "Only tasks with that entry; may be given again." };
        private readonly Option<string?> _limit = new("--limit") { HelpName = "N", Description = "Most tasks, 1 to 100. Default: 20." };
        private readonly Option<string?> _cursor = new("--cursor") { HelpName = "CURSOR", Description = "Go on where an earlier list ended." };

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { _state, _mode, _from, _before, _prompt, _source, _metadata, _limit, _cursor })
            {
                command.Add(option);
            }
        }

        public VideoTaskQuery Read(ParseResult line) => new()
        {
            State = line.GetValue(_state) is { } state ? new VideoTaskState(state) : null,
            Mode = line.GetValue(_mode) is { } mode ? new VideoMode(mode) : null,
            CreatedFrom = Time(line, _from),
            CreatedBefore = Time(line, _before),
            Prompt = line.GetValue(_prompt),
            Source = line.GetValue(_source),
            Metadata = Entries(line),
            Limit = Whole(line, _limit),
            Cursor = line.GetValue(_cursor),
        };

        private static DateTimeOffset? Time(ParseResult line, Option<string?> option) =>
            line.GetValue(option) is not { } text ? null
            : DateTimeOffset.TryParseExact(
                text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
            : throw new UsageException($"{option.Name} must be a day or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z, got '{text}'");

        private static int? Whole(ParseResult line, Option<string?> option) =>
            line.GetValue(option) is not { } text ? null
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new UsageException($"{option.Name} must be a whole number, got '{text}'");

        private Dictionary<string, string> Entries(ParseResult line)
        {
            var entries = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in line.GetValue(_metadata) ?? [])
            {
                if (entry.Split('=', 2) is not [{ Length: > 0 } name, var value])
                {
                    throw new UsageException($"{_metadata.Name} must be NAME=VALUE, got '{entry}'");
                }

                if (!entries.TryAdd(name, value))
                {
                    throw new UsageException($"{_metadata.Name} names '{name}' twice, and a task has one value for it");
                }
            }

            return entries;
        }
    }
}
