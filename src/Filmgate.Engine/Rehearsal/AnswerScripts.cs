using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Rehearsal;

namespace Filmgate.Engine.Rehearsal;

/// <summary>Plays the answers that prompts of tests ask for; each key and each prompt has a script of its own.</summary>
public sealed class AnswerScripts
{
    private readonly Plays<(KeyId Key, string Prompt)> _plays = new();

    /// <summary>How many scripts are being played.</summary>
    public int Count => _plays.Count;

    /// <summary>What a creation is answered with; null for the ordinary way. Costs nothing under other keys than test keys.</summary>
    public RehearsedAnswer? Next(Caller caller, string prompt)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(prompt);
        return caller.Kind == KeyKind.Test ? _plays.Next((caller.Key, prompt), Directives.Read(prompt).Answers) : null;
    }
}
