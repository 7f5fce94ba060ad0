using Filmgate.Model.Money;

namespace Filmgate.Model.Providers;

/// <summary>A wire protocol in its outbound direction: makes a provider of settings.</summary>
public interface IProviderDialect
{
    /// <summary>Its name, as settings give it: <c>kling</c>.</summary>
    string Name { get; }

    /// <summary>The vendor's public address.</summary>
    Uri PublicBaseUrl { get; }

    /// <summary>What is known about the vendor: dated data, from the dialect's <c>facts.json</c>.</summary>
    ProviderFacts Facts { get; }

    /// <summary>What is wrong with the credentials, as the rest of a sentence that begins with the setting's section; null when nothing is.</summary>
    string? CredentialFault(ProviderSettings settings);

    /// <summary>A provider of these settings, which have no fault.</summary>
    IVideoProvider Create(ProviderSettings settings, IUpstreamHttp http, TimeProvider time);
}

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
