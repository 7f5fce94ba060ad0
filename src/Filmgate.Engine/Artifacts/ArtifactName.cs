using System.Buffers;
using System.Security.Cryptography;

namespace Filmgate.Engine.Artifacts;

/// <summary>Names of stored files: the lower-case hex SHA-256 of their bytes. No other text may become part of a path or of a key.</summary>
public static class ArtifactName
{
    /// <summary>Characters of a name.</summary>
    public const int Length = SHA256.HashSizeInBytes * 2;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether the text is such a name.</summary>
    public static bool IsHash(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(Digits);

    /// <summary>Lets a name pass, and nothing else.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Checked(string sha256)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        return IsHash(sha256) ? sha256 : throw new ArgumentException("A stored file is named by its lower-case hex SHA-256.", nameof(sha256));
    }
}
