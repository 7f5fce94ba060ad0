using System.Collections.Immutable;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Moderation;

/// <summary>What a moderator gets to see of a request. It says nothing of itself in logs: its words are the caller's.</summary>
/// <param name="Account">Who asks.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="NegativePrompt">What must not be seen; null when not given.</param>
/// <param name="Pictures">The checked pictures, in the order of the request.</param>
public sealed record ModerationCase(AccountId Account, string Prompt, string? NegativePrompt, ImmutableArray<ModeratedPicture> Pictures)
{
    /// <inheritdoc/>
    public override string ToString() => $"Request of {Account} with {Pictures.Length} pictures";
}

/// <summary>A checked picture on our disk.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="MediaType">Such as <c>image/png</c>, by content.</param>
/// <param name="Length">Bytes.</param>
public sealed record ModeratedPicture(string Path, string MediaType, long Length);
