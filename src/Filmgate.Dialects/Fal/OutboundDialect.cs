using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Fal;

/// <summary>fal as a provider: fal's own queue, or the one of another Filmgate, which is the same at another address.</summary>
public sealed class FalDialect : IProviderDialect
{
    /// <inheritdoc/>
    public string Name => Wire.Dialect;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl { get; } = new($"https://{Wire.QueueHost}");

    /// <inheritdoc/>
    public CredentialVariables? Variables { get; } = new("FAL_KEY");

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(FalDialect));

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings) => Credential.NeedsKey(settings);

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new FalProvider(settings, http);
}
