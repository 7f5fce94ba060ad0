using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Filmgate.Cli;

/// <summary>The usual help, followed by what a command adds in its own words: examples first of all.</summary>
/// <param name="usual">The help that is generated from the options.</param>
/// <param name="endings">The text to add, by command.</param>
internal sealed class ExampledHelp(HelpAction usual, IReadOnlyDictionary<Command, string> endings) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        if (endings.TryGetValue(parseResult.CommandResult.Command, out var ending))
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ending);
        }

        return ExitCode.Ok;
    }
}
