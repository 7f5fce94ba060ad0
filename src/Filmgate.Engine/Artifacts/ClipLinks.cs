using System.Collections.Concurrent;
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

    private readonly HmacSigner _signer = new(key.Bytes);

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
        return expires is not null && signature is not null && _signer.IsSigned(Signed(path, expires), signature);
    }

    private string Link(ClipId id, string ending, DateTimeOffset expiresAt)
    {
        var path = string.Concat(PathPrefix, id.Value, ending);
        var expires = expiresAt.ToUnixTimeSeconds().ToString();
        return $"{address.Value}{path}?expires={expires}&signature={_signer.Sign(Signed(path, expires))}";
    }

    private static string Signed(string path, string expires) => $"GET\n{path}\n{expires}";
}
