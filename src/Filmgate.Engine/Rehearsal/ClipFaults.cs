using System.Collections.Concurrent;
using Filmgate.Model.Identity;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Rehearsal;

/// <summary>
/// Plays what prompts of tests want to be wrong with fetches of their clips. Lives in this process only: a gateway that was started anew
/// serves the clips of earlier tests whole.
/// </summary>
public sealed class ClipFaults
{
    // Clips of tests whose faults nobody has played to their end; then all of them are served whole.
    private const int RememberedMax = 10_000;

    private readonly ConcurrentDictionary<ClipId, (Script<ClipFault> Script, int Fetched)> _scripts = new();

    /// <summary>Notes what the task's prompt asks for, before anybody can hear of its clip. Costs nothing for tasks of live keys.</summary>
    public void Note(VideoTask task, ClipId clip)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsTest && Directives.Read(task.Request.Prompt).Clip is { IsEmpty: false } script)
        {
            if (_scripts.Count >= RememberedMax)
            {
                _scripts.Clear();
            }

            _scripts[clip] = (script, 0);
        }
    }

    /// <summary>What is to be wrong with this fetch of the clip; null for nothing.</summary>
    public ClipFault? Next(ClipId clip)
    {
        while (_scripts.TryGetValue(clip, out var played))
        {
            if (played.Script.At(played.Fetched) is not { } fault)
            {
                _scripts.TryRemove(clip, out _);
                return null;
            }

            // Of two fetches at the same moment each is one time.
            if (_scripts.TryUpdate(clip, played with { Fetched = played.Fetched + 1 }, played))
            {
                return fault;
            }
        }

        return null;
    }
}
