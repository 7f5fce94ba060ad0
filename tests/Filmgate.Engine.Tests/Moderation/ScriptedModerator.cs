using Filmgate.Engine.Moderation;

namespace Filmgate.Engine.Tests.Moderation;

/// <summary>Gives its verdicts in turn, the last one again and again, and keeps what it was asked.</summary>
internal sealed class ScriptedModerator(params ModerationVerdict[] verdicts) : IModerator
{
    public List<ModerationCase> Asked { get; } = [];

    public ValueTask<ModerationVerdict> JudgeAsync(ModerationCase request, CancellationToken cancellationToken)
    {
        Asked.Add(request);
        return ValueTask.FromResult(verdicts[Math.Min(Asked.Count, verdicts.Length) - 1]);
    }
}
