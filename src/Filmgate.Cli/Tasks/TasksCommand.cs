using System.CommandLine;

namespace Filmgate.Cli.Tasks;

/// <summary><c>filmgate tasks</c>: lists, shows and cancels the tasks of an account, and decides charges that nobody knows.</summary>
internal static class TasksCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        The key is one of the account whose tasks are meant; each account sees its own. Only "unconfirmed" and
        "resolve", which are the operator's, take an admin key.

        Examples:
          filmgate tasks list
          filmgate tasks list --state failed --created-from 2026-01-31 --limit 50
          filmgate tasks list --metadata film=harbour --json
          filmgate tasks show task_…
          filmgate tasks cancel task_…
          filmgate tasks unconfirmed --provider fal
          filmgate tasks resolve att_… --as billed --amount 1.40
          filmgate tasks resolve --provider fal --before 2026-01-31T12:00:00Z --as unbilled
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal) => new("tasks", "List, show and cancel tasks, and decide charges that nobody knows.")
    {
        ListCommand.Create(terminal), ShowCommand.Create(terminal), CancelCommand.Create(terminal), UnconfirmedCommand.Create(terminal), ResolveCommand.Create(terminal),
    };
}
