using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Signed addresses of clips and posters. The signature covers path and expiry, so neither can be changed; a link is good for
/// reading only, and lives as long as the file behind it, because the task API promises a result URL for that long.
/// </summary>
/// <param name="key">The signing key.</param>
/// <param name="address">The address under which callers reach this gateway.</param>
public sealed class ClipLinks(SigningKey key, PublicAddressHolder address)
{
    /// <summary>Where clips are served.</summary>
    public const string PathPrefix = "/artifacts/";

    /// <summary>File-name ending of clips.</summary>
    public const string ClipEnding = ".mp4";

    /// <summary>File-name ending of posters.</summary>
    public const string PosterEnding = ".jpg";

    // A finished task may be read again and again, and its link never changes; signing costs as much as the rest of that read.
    private const int RememberedMax = 8192;
    private readonly ConcurrentDictionary<(ClipId Id, DateTimeOffset ExpiresAt), string> _remembered = new();

    /// <summary>A link to the clip.</summary>
    public string Clip(ClipId id, DateTimeOffset expiresAt)
    {
        if (_remembered.TryGetValue((id, expiresAt), out var known))
        {
            return known;
        }

        if (_remembered.Count >= RememberedMax)
        {
            _remembered.Clear();
        }

        return _remembered[(id, expiresAt)] = Link(id, ClipEnding, expiresAt);
    }

    /// <summary>A link to the poster.</summary>
    public string Poster(ClipId id, DateTimeOffset expiresAt) => Link(id, PosterEnding, expiresAt);

    /// <summary>A task with the links to what came of it.</summary>
    public TaskDetails Details(VideoTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new TaskDetails(
            task,
            task.Clip is { } clip ? Clip(clip.Id, clip.ExpiresAt) : null,
            task.Clip is { PosterSha256: not null } withPoster ? Poster(withPoster.Id, withPoster.ExpiresAt) : null);
    }

    /// <summary>Whether a request's signature is ours for that path and expiry. Does not look at the clock.</summary>
    public bool IsSigned(string path, string? expires, string? signature)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (expires is null || signature is null || signature.Length > 2 * SHA256.HashSizeInBytes)
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Sign(path, expires)), Encoding.UTF8.GetBytes(signature));
    }

    private string Link(ClipId id, string ending, DateTimeOffset expiresAt)
    {
        var path = string.Concat(PathPrefix, id.Value, ending);
        var expires = expiresAt.ToUnixTimeSeconds().ToString();
        return $"{address.Value}{path}?expires={expires}&signature={Sign(path, expires)}";
    }

    private string Sign(string path, string expires) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key.Bytes, Encoding.UTF8.GetBytes($"GET\n{path}\n{expires}")));
}
