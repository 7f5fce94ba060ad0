using Filmgate.Engine.Artifacts;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Intake;

/// <summary>
/// The addresses under which tasks name uploads: <c>https://video.example.com/uploads/upl_…</c>. They are names and not links: nothing is
/// served there, and nobody but the account that uploaded can use one.
/// </summary>
public sealed class UploadLinks(PublicAddressHolder address)
{
    private const string Path = "/uploads/";

    /// <summary>The address of an upload.</summary>
    public string Of(UploadId id) => string.Concat(address.Value, Path, id.Value);

    /// <summary>
    /// Reads an entry of <c>image_urls</c>. Whatever lies under our own path is meant as an upload, so a mistyped one gets an answer that
    /// speaks of uploads.
    /// </summary>
    /// <returns>Whether it is meant as an upload.</returns>
    public bool TryRead(string entry, out UploadId id)
    {
        ArgumentNullException.ThrowIfNull(entry);
        id = default;
        if (!address.IsKnown)
        {
            return false;
        }

        var origin = address.Value;
        if (entry.Length < origin.Length + Path.Length
            || !entry.StartsWith(origin, StringComparison.OrdinalIgnoreCase)
            || !entry.AsSpan(origin.Length).StartsWith(Path, StringComparison.Ordinal))
        {
            return false;
        }

        id = new UploadId(entry[(origin.Length + Path.Length)..]);
        return true;
    }
}
