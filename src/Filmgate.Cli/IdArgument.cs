using System.CommandLine;

namespace Filmgate.Cli;

/// <summary>An argument that names something at a server, such as an account or a task.</summary>
internal static class IdArgument
{
    /// <summary>Makes one.</summary>
    public static Argument<string> Make(string name, string description) => new(name) { Description = description };

    /// <summary>The id that a command line gives.</summary>
    /// <exception cref="UsageException">It cannot be an id.</exception>
    public static string Read(ParseResult line, Argument<string> id) => Check(id.Name, line.GetRequiredValue(id));

    /// <summary>The id as a segment of a path.</summary>
    /// <exception cref="UsageException">It cannot be an id.</exception>
    public static string Segment(ParseResult line, Argument<string> id) => Segment(id.Name, line.GetRequiredValue(id));

    /// <summary>An id as a segment of a path.</summary>
    /// <exception cref="UsageException">It cannot be an id.</exception>
    public static string Segment(string name, string id) => Uri.EscapeDataString(Check(name, id));

    private static string Check(string name, string id)
    {
        // A dot segment would be folded away before it is sent, and the request would go to another path.
        var text = id.Trim();
        return text is "" or "." or ".." ? throw new UsageException($"{name} must be an id, got '{text}'") : text;
    }
}
