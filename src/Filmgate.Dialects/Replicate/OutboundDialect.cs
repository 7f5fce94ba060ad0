using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Replicate;

/// <summary>Replicate as a provider.</summary>
public sealed class ReplicateDialect : IProviderDialect
{
    /// <inheritdoc/>
    public string Name => Wire.Dialect;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl { get; } = new("https://api.replicate.com");

    /// <inheritdoc/>
    public CredentialVariables? Variables { get; } = new("REPLICATE_API_TOKEN");

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(ReplicateDialect));

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings) => Credential.NeedsKey(settings);

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new ReplicateProvider(settings, http);
}
