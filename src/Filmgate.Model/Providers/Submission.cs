using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Providers;

/// <summary>What a provider is given.</summary>
/// <param name="Attempt">Our id of this submission.</param>
/// <param name="Request">What was asked.</param>
/// <param name="IsTest">Asked with a test key: directives in the prompt are acted out.</param>
/// <param name="Images">The checked pictures in a format that the provider takes, start frame first.</param>
/// <param name="CallbackUrl">
/// Address of this attempt alone, to which the provider may post that something changed; null when nobody outside reaches this gateway.
/// What is posted there is never believed, it only makes the next read earlier.
/// </param>
/// <param name="Changed">A hint that a read is worth while now; may be called at any time, any number of times, or never.</param>
public sealed record Submission(
    AttemptId Attempt, GenerationRequest Request, bool IsTest, ImmutableArray<SubmissionImage> Images, string? CallbackUrl, Action Changed)
{
    /// <summary>
    /// <see cref="CallbackUrl"/> for a vendor that posts to https only, except inside one network; null where it would be refused, because
    /// asking without the hint is better than a refusal.
    /// </summary>
    public string? SecureCallbackUrl(ProviderFacts provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return provider.StandsInside || CallbackUrl?.StartsWith("https://", StringComparison.Ordinal) == true ? CallbackUrl : null;
    }
}

/// <summary>A picture of a submission.</summary>
/// <param name="Path">Its file.</param>
/// <param name="MediaType">Such as <c>image/png</c>, by content.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Url">
/// Signed address under which the provider can fetch it for a day; null when nobody outside reaches this gateway, so that the bytes
/// themselves must be sent.
/// </param>
public sealed record SubmissionImage(string Path, string MediaType, long Length, string? Url);
