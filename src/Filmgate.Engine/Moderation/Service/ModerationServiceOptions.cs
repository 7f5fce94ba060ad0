using System.Net;

namespace Filmgate.Engine.Moderation.Service;

/// <summary>Where a moderation service is and how it is asked.</summary>
public sealed record ModerationServiceOptions
{
    /// <summary>The endpoint, complete: <see cref="EndpointOf"/> makes it from what an operator writes. Required.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Sent as <c>Authorization: Bearer …</c>; null sends none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The model's name at the service. Default: <c>omni-moderation-latest</c>.</summary>
    public string Model { get; init; } = "omni-moderation-latest";

    /// <summary>Longest time for one judgement. Default: 20 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The score, 0 to 1, from which a category counts as broken. Default: null, which follows what the service flags.</summary>
    public double? Threshold { get; init; }

    /// <summary>Networks that may be reached although not public, and without TLS. Default: none.</summary>
    public IReadOnlyList<IPNetwork> AllowNetworks { get; init; } = [];

    /// <summary>The endpoint's text for a base address with or without <c>/v1</c> at its end.</summary>
    public static string EndpointOf(string baseUrl)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        var address = baseUrl.TrimEnd('/');
        return address.EndsWith("/v1", StringComparison.Ordinal) ? $"{address}/moderations" : $"{address}/v1/moderations";
    }

    /// <summary>Does not show the key.</summary>
    public override string ToString() => $"{Model} at {Endpoint.Host}";
}
