using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Artifacts;

/// <summary>The address under which callers reach this gateway; known once the server listens.</summary>
public sealed class PublicAddressHolder : IPublicAddress
{
    private static readonly OutboundUrlRules Internet = new() { AllowedPorts = null };

    private volatile string? _value;
    private volatile bool _isPublic;

    /// <inheritdoc/>
    public string Value
    {
        get => _value ?? throw new InvalidOperationException("The public address is known only once the server listens.");
        set
        {
            var address = value.TrimEnd('/');
            _isPublic = OutboundUrl.Check(address + "/", Internet).IsAllowed;
            _value = address;
        }
    }

    /// <summary>Whether the address is known yet.</summary>
    public bool IsKnown => _value is not null;

    /// <summary>
    /// The address for a provider: null when it certainly does not reach it, because the address means something inside a network only
    /// and the provider is outside.
    /// </summary>
    public string? For(ProviderFacts provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return _isPublic || provider.StandsInside ? _value : null;
    }
}
