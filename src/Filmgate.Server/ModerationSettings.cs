using Filmgate.Engine.Moderation;
using Filmgate.Engine.Moderation.Service;

namespace Filmgate.Server;

/// <summary>How requests are moderated; without rule file and service they are not.</summary>
public sealed record ModerationSettings
{
    /// <summary>The rule file, as an absolute path; null for none.</summary>
    public string? RuleFile { get; init; }
    /// <summary>The moderation service; null for none.</summary>
    public ModerationServiceOptions? Service { get; init; }
    /// <summary>What happens to a request that cannot be judged now. Default: it waits.</summary>
    public WhenUnavailable WhenUnavailable { get; init; } = WhenUnavailable.Wait;
}
