using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Replicate;

/// <summary>A model of the vendor's that this surface serves.</summary>
/// <param name="Owner">Its owner's name.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Description">What it does, in a sentence.</param>
/// <param name="KnownVersion">How the id of the version begins whose fields are served. Source: the model's API page.</param>
/// <param name="IsMaster">Whether it is the one that also makes clips of words alone.</param>
internal sealed record ServedModel(string Owner, string Name, string Description, string KnownVersion, bool IsMaster)
{
    private const int VersionLength = 64;

    private static readonly System.Buffers.SearchValues<char> Hex = System.Buffers.SearchValues.Create("0123456789abcdef");

    /// <summary>Standard and pro.</summary>
    public static ServedModel Kling { get; } = new("kwaivgi", "kling-v2.1", "Makes a clip of 5 or 10 seconds from a start image, in 720p or 1080p.", "daad218f", IsMaster: false);

    /// <summary>Master.</summary>
    public static ServedModel Master { get; } = new("kwaivgi", "kling-v2.1-master", "Makes a 1080p clip of 5 or 10 seconds from words, or from a start image.", "41625bc1", IsMaster: true);

    /// <summary>All models, in the order in which they are listed.</summary>
    public static ImmutableArray<ServedModel> All { get; } = [Kling, Master];

    /// <summary><c>owner/name</c>.</summary>
    public string Path { get; } = $"{Owner}/{Name}";

    /// <summary>The id of the one version that is served here; the vendor's whole ids are not public knowledge.</summary>
    public string VersionId { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Owner}/{Name}")));

    /// <summary>The model of that name, or null.</summary>
    public static ServedModel? Find(string? owner, string? name) =>
        All.FirstOrDefault(model => model.Owner.Equals(owner, StringComparison.Ordinal) && model.Name.Equals(name, StringComparison.Ordinal));

    /// <summary>The model that makes clips of a mode.</summary>
    public static ServedModel Of(GenerationMode mode) => mode is GenerationMode.MasterTextToVideo or GenerationMode.MasterImageToVideo ? Master : Kling;

    /// <summary>
    /// Reads the <c>version</c> of a creation: <c>owner/name</c>, <c>owner/name:id</c> or <c>id</c>, where the id is ours or the vendor's of
    /// the same fields. Null for every other.
    /// </summary>
    /// <param name="text">What the caller wrote.</param>
    /// <param name="version">The id that it names; null when it names only the model.</param>
    public static ServedModel? FindVersion(string text, out string? version)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        version = colon >= 0 ? text[(colon + 1)..] : text.Contains('/', StringComparison.Ordinal) ? null : text;
        var id = version;
        var path = colon >= 0 ? text[..colon] : version is null ? text : null;
        return All.FirstOrDefault(model => (path is null || path == model.Path) && (id is null || model.IsVersion(id)));
    }

    /// <summary>Whether an id is that of the version served.</summary>
    public bool IsVersion(string? id) =>
        id is { Length: VersionLength } && !id.AsSpan().ContainsAnyExcept(Hex) && (id == VersionId || id.StartsWith(KnownVersion, StringComparison.Ordinal));
}
