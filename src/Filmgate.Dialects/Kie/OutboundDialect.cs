using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Kie;

/// <summary>kie as a provider.</summary>
public sealed class KieDialect : IProviderDialect
{
    /// <inheritdoc/>
    public string Name => Wire.Dialect;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl { get; } = new("https://api.kie.ai");

    /// <inheritdoc/>
    public CredentialVariables? Variables { get; } = new("KIE_API_KEY");

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(KieDialect));

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings) => Credential.NeedsKey(settings);

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new KieProvider(settings, http);
}
