using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Apixo;

/// <summary>APIXO as a provider.</summary>
public sealed class ApixoDialect : IProviderDialect
{
    /// <inheritdoc/>
    public string Name => Wire.Dialect;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl { get; } = new("https://api.apixo.ai");

    /// <inheritdoc/>
    public CredentialVariables? Variables { get; } = new("APIXO_API_KEY");

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(ApixoDialect));

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings) => Credential.NeedsKey(settings);

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new ApixoProvider(settings, http);
}

/// <summary>
/// Another Filmgate as a provider. It speaks APIXO's task API and, beyond it, finds a submission by our attempt id and cancels; that it is
/// one is known because the operator says so with this name.
/// </summary>
public sealed class FilmgateDialect : IProviderDialect
{
    /// <summary>The dialect's name.</summary>
    internal const string DialectName = "filmgate";

    /// <inheritdoc/>
    public string Name => DialectName;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl => null;

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(FilmgateDialect), "facts-filmgate.json");

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings) => Credential.NeedsKey(settings);

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new ApixoProvider(settings, http);
}
