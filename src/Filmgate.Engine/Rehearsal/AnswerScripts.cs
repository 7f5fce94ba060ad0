using System.Collections.Concurrent;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Rehearsal;

namespace Filmgate.Engine.Rehearsal;

/// <summary>
/// Plays the answers that prompts of tests ask for. It counts how often a key has sent a prompt; once the script is over and a creation was
/// taken in the ordinary way, the count begins anew, so that the same test can be run again. Counts live in this process only.
/// </summary>
public sealed class AnswerScripts
{
    // What is remembered is at most this many prompts whose scripts were begun and not ended; then all of them begin anew.
    private const int RememberedMax = 1000;

    private readonly ConcurrentDictionary<(KeyId Key, string Prompt), int> _asked = new();

    /// <summary>How many scripts are being played.</summary>
    public int Count => _asked.Count;

    /// <summary>What a creation is answered with; null for the ordinary way. Costs nothing under other keys than test keys.</summary>
    public RehearsedAnswer? Next(Caller caller, string prompt)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(prompt);
        if (caller.Kind != KeyKind.Test || Directives.Read(prompt).Answers is not { IsEmpty: false } script)
        {
            return null;
        }

        if (_asked.Count >= RememberedMax)
        {
            _asked.Clear();
        }

        var answer = script.At(_asked.AddOrUpdate((caller.Key, prompt), 1, static (_, asked) => asked + 1) - 1);
        if (answer is null)
        {
            _asked.TryRemove((caller.Key, prompt), out _);
        }

        return answer;
    }
}
