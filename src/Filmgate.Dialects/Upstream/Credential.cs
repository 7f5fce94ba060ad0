using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Upstream;

/// <summary>What dialects ask of credentials.</summary>
public static class Credential
{
    /// <summary>The fault of settings for a vendor that gives one key; null when there is none.</summary>
    public static string? NeedsKey(ProviderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.ApiKey is null ? "ApiKey is missing; set it to the key that the provider gave you."
            : settings.AccessKey is not null || settings.SecretKey is not null ? "AccessKey and SecretKey do not belong to this dialect; it takes ApiKey alone."
            : null;
    }

    /// <summary>The headers of a request with a bearer key.</summary>
    public static KeyValuePair<string, string> Bearer(string? key) => new("Authorization", $"Bearer {key}");
}
