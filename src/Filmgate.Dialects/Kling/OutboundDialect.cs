using System.Text;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Kling;

/// <summary>Kling itself as a provider, or whoever speaks its API.</summary>
public sealed class KlingDialect : IProviderDialect
{
    private const int SecretBytesMin = 32;

    /// <inheritdoc/>
    public string Name => Wire.Dialect;

    /// <inheritdoc/>
    public Uri? PublicBaseUrl { get; } = new("https://api-singapore.klingai.com");

    /// <inheritdoc/>
    public CredentialVariables? Variables { get; } = new("KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY");

    /// <inheritdoc/>
    public ProviderFacts Facts { get; } = FactSheet.Of(typeof(KlingDialect));

    /// <inheritdoc/>
    public string? CredentialFault(ProviderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings switch
        {
            { ApiKey: not null, AccessKey: null, SecretKey: null } => null,
            { ApiKey: not null } => "ApiKey stands beside AccessKey or SecretKey; set either the one key or the pair.",
            { AccessKey: null, SecretKey: null } => "ApiKey is missing; set it to the key that Kling gave you, or AccessKey and SecretKey to the pair.",
            { AccessKey: null } => "AccessKey is missing; it is the public half of the pair whose SecretKey is set.",
            { SecretKey: null } => "SecretKey is missing; it is the secret half of the pair whose AccessKey is set.",
            _ when Encoding.UTF8.GetByteCount(settings.SecretKey) < SecretBytesMin =>
                $"SecretKey is shorter than {SecretBytesMin} bytes, which HS256 needs; copy the whole of it.",
            _ => null,
        };
    }

    /// <inheritdoc/>
    public IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time) => new KlingProvider(settings, http, time);
}
