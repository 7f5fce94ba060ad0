using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Webhooks;

/// <summary>Secrets for callbacks, derived from the gateway's signing key.</summary>
public sealed class CallbackSecrets(SigningKey key) : ICallbackSecrets
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SigningSeed { get; } = key.Derive("callback signing seed", string.Empty);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Of(AccountId account) => key.Derive("callback secret", account.Value);
}

/// <summary>Secrets of webhook endpoints, derived from the gateway's signing key: the database holds none.</summary>
public sealed class EndpointSecrets(SigningKey key)
{
    /// <summary>A secret of an endpoint, 32 bytes.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="number">Which: 1 is its first, and each rotation makes the next.</param>
    public ReadOnlyMemory<byte> Of(EndpointId endpoint, int number) => key.Derive("webhook endpoint secret", $"{endpoint.Value}\n{number}");
}
