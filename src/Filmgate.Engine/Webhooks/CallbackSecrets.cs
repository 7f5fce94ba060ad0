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
