using Filmgate.Model.Providers;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Signed addresses under which a provider fetches the pictures of a task that is being submitted to it. A link names the picture by its
/// hash, is good for reading that one file, and ends after a day, because vendors fetch at once or never.
/// </summary>
/// <param name="key">The signing key.</param>
/// <param name="address">The address under which this gateway is reached.</param>
/// <param name="time">The clock.</param>
public sealed class InputLinks(SigningKey key, PublicAddressHolder address, TimeProvider time)
{
    /// <summary>Where pictures are served.</summary>
    public const string PathPrefix = "/inputs/";

    /// <summary>How long a link is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly HmacSigner _signer = new(key.Derive("inputs", ""));

    /// <summary>A link to a picture; null for a provider that would not reach it.</summary>
    public string? Of(string sha256, string mediaType, ProviderFacts provider)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        if (address.For(provider) is not { } origin)
        {
            return null;
        }

        var path = string.Concat(PathPrefix, sha256, ".", EndingOf(mediaType));
        var expires = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString();
        return $"{origin}{path}?expires={expires}&signature={_signer.Sign(Signed(path, expires))}";
    }

    /// <summary>Whether a request's signature is ours for that path and expiry. Does not look at the clock.</summary>
    public bool IsSigned(string path, string? expires, string? signature)
    {
        ArgumentNullException.ThrowIfNull(path);
        return expires is not null && signature is not null && _signer.IsSigned(Signed(path, expires), signature);
    }

    /// <summary>The media type of a file name that <see cref="Of"/> made; null for another ending.</summary>
    public static string? MediaTypeOf(string ending) => ending switch
    {
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        _ => null,
    };

    private static string EndingOf(string mediaType) => mediaType switch
    {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => throw new ArgumentException($"No picture has the media type {mediaType}.", nameof(mediaType)),
    };

    private static string Signed(string path, string expires) => $"{path}\n{expires}";
}
