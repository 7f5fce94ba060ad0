namespace Filmgate.Engine.Moderation;

/// <summary>Judges requests before they reach a provider. Must be safe for concurrent use.</summary>
public interface IModerator
{
    /// <summary>
    /// Judges one request. Whatever keeps a moderator from judging is <see cref="ModerationVerdict.Unavailable"/>; only cancellation
    /// by the caller is an exception.
    /// </summary>
    ValueTask<ModerationVerdict> JudgeAsync(ModerationCase request, CancellationToken cancellationToken);
}
