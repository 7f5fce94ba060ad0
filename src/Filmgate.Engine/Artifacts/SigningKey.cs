using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Engine.Artifacts;

/// <summary>The secret with which links are signed: 32 random bytes, which a gateway that is alone keeps in its data folder, readable by the owner only.</summary>
public sealed class SigningKey
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 32;

    /// <summary>The key with those bytes.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Length"/> of them.</exception>
    public SigningKey(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Bytes = bytes.Length == Length ? bytes : throw new ArgumentException($"A signing key has {Length} bytes.", nameof(bytes));
    }

    /// <summary>The secret.</summary>
    internal byte[] Bytes { get; }

    /// <summary>A secret of 32 bytes for one purpose and subject. Each is as good as a random one, and none tells anything of another.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="subject">Whose it is.</param>
    internal byte[] Derive(string purpose, string subject) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes, Length, info: Encoding.UTF8.GetBytes($"{purpose}\n{subject}"));

    /// <summary>Reads the key, or makes one in an empty folder.</summary>
    /// <exception cref="InvalidDataException">The file is there but holds no key.</exception>
    public static SigningKey Open(string dataFolder)
    {
        if (Find(dataFolder) is { } bytes)
        {
            return new SigningKey(bytes);
        }

        Write(PathIn(dataFolder));
        return new SigningKey(Find(dataFolder)!);
    }

    /// <summary>The key in a data folder; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is there but holds no key.</exception>
    public static byte[]? Find(string dataFolder)
    {
        var path = PathIn(dataFolder);
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        return bytes.Length == Length
            ? bytes
            : throw new InvalidDataException($"'{path}' holds no key of {Length} bytes. Restore it, or delete it: links given out so far then stop working.");
    }

    private static string PathIn(string dataFolder)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        return Path.Combine(dataFolder, "signing.key");
    }

    // Written under another name first: a crash must not leave half a key.
    private static void Write(string path)
    {
        var incoming = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(incoming, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }

        File.Move(incoming, path);
        DirectoryFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
