using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Admission;

/// <summary>
/// The text of an API key: a prefix that names its kind (and lets secret scanners find it), 30 random base-62 characters
/// (178 bits) and a CRC-32 of all that in 6 more, so that a mistyped key can be told from an unknown one.
/// </summary>
public static class KeyText
{
    /// <summary>Characters of a key that are stored in the clear; the rest is known only by its hash.</summary>
    public const int VisibleLength = 12;

    /// <summary>Fewest characters of a key that an operator chose.</summary>
    public const int ChosenLengthMin = 24;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> AlphabetSet = SearchValues.Create(Alphabet);
    private const string IdPrefix = "key_";
    private const int IdLengthMax = 64;
    private const int RandomLength = 30;
    private const int ChecksumLength = 6;

    /// <summary>The prefix of a kind.</summary>
    public static string Prefix(KeyKind kind) => kind switch
    {
        KeyKind.Live => "fg_live_",
        KeyKind.Test => "fg_test_",
        KeyKind.Admin => "fg_admin_",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>A new random key.</summary>
    public static string New(KeyKind kind)
    {
        var body = Prefix(kind) + RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return body + Checksum(body);
    }

    /// <summary>The kind that a key's prefix names; null when it names none.</summary>
    public static KeyKind? KindOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        foreach (var kind in Enum.GetValues<KeyKind>())
        {
            if (key.StartsWith(Prefix(kind), StringComparison.Ordinal))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>The visible beginning, by which a key is found; null for a text too short to be one.</summary>
    public static string? VisiblePart(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length > VisibleLength ? key[..VisibleLength] : null;
    }

    /// <summary>Whether a text may be the id of a key; what is not is nobody's.</summary>
    public static bool CouldBeId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= IdLengthMax && text.StartsWith(IdPrefix, StringComparison.Ordinal) && !text.AsSpan(IdPrefix.Length).ContainsAnyExcept(AlphabetSet);
    }

    /// <summary>
    /// Whether a key has the form of a generated one and a checksum that is not its own. Keys that an operator chose have another form
    /// and no checksum.
    /// </summary>
    public static bool IsMistyped(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!HasGeneratedForm(key))
        {
            return false;
        }

        var body = key[..^ChecksumLength];
        return !key.AsSpan(body.Length).SequenceEqual(Checksum(body));
    }

    private static bool HasGeneratedForm(string key)
    {
        if (KindOf(key) is not { } kind)
        {
            return false;
        }

        var rest = key.AsSpan(Prefix(kind).Length);
        return rest.Length == RandomLength + ChecksumLength && !rest.ContainsAnyExcept(AlphabetSet);
    }

    /// <summary>What is stored instead of the key. The key has more entropy than the hash could be searched for, so no salt is needed.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string Checksum(string body)
    {
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(Crc32.Hash(Encoding.ASCII.GetBytes(body)));
        return string.Create(ChecksumLength, crc, static (text, rest) =>
        {
            for (var i = text.Length - 1; i >= 0; i--, rest /= (uint)Alphabet.Length)
            {
                text[i] = Alphabet[(int)(rest % (uint)Alphabet.Length)];
            }
        });
    }
}
