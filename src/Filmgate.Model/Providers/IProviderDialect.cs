using Filmgate.Model.Money;

namespace Filmgate.Model.Providers;

/// <summary>A wire protocol in its outbound direction: makes a provider of settings.</summary>
public interface IProviderDialect
{
    /// <summary>Its name, as settings give it: <c>kling</c>.</summary>
    string Name { get; }

    /// <summary>The vendor's public address, without a slash at the end; null for a shape that many serve, whose address is always set.</summary>
    Uri? PublicBaseUrl { get; }

    /// <summary>Variables of the environment that switch the vendor on with its public address; null for none.</summary>
    CredentialVariables? Variables => null;

    /// <summary>What is known about the vendor: dated data, from the dialect's <c>facts.json</c>.</summary>
    ProviderFacts Facts { get; }

    /// <summary>
    /// What is wrong with the credentials, as a sentence that names the setting within the provider's section (<c>ApiKey</c>,
    /// <c>AccessKey</c>, <c>SecretKey</c>) and the way out, and never a value; null when nothing is.
    /// </summary>
    string? CredentialFault(ProviderSettings settings);

    /// <summary>A provider of these settings, which have no fault.</summary>
    IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time);
}

/// <summary>Names of variables that hold a vendor's credentials; null where the vendor has no such part.</summary>
/// <param name="ApiKey">Holds the key.</param>
/// <param name="AccessKey">Holds the public half of a pair.</param>
/// <param name="SecretKey">Holds the secret half of a pair.</param>
public sealed record CredentialVariables(string? ApiKey, string? AccessKey = null, string? SecretKey = null);

/// <summary>A provider as the operator configured it, complete: what is not set has the dialect's default.</summary>
public sealed record ProviderSettings
{
    /// <summary>Its name: what requests pin, and what the books show.</summary>
    public required string Name { get; init; }
    /// <summary>Name of its dialect.</summary>
    public required string Dialect { get; init; }
    /// <summary>Address of its API, without a slash at the end.</summary>
    public required Uri BaseUrl { get; init; }
    /// <summary>Key, for vendors that give one.</summary>
    public string? ApiKey { get; init; }
    /// <summary>Public half of a pair, for vendors that give one.</summary>
    public string? AccessKey { get; init; }
    /// <summary>Secret half of a pair.</summary>
    public string? SecretKey { get; init; }
    /// <summary>What is known about it: the dialect's facts with the operator's tier, slots and prices.</summary>
    public required ProviderFacts Facts { get; init; }
    /// <summary>How it gets pictures; null for the best way that works.</summary>
    public ImageTransport? ImageTransport { get; init; }

    /// <summary>Names provider and dialect, never a secret.</summary>
    public override string ToString() => $"{Name} ({Dialect})";
}
