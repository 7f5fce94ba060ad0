using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Engine.Artifacts;

/// <summary>The secret with which links are signed: 32 random bytes in the data folder, readable by the owner only.</summary>
public sealed class SigningKey
{
    private const int Length = 32;

    private SigningKey(byte[] bytes) => Bytes = bytes;

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
        ArgumentNullException.ThrowIfNull(dataFolder);
        var path = Path.Combine(dataFolder, "signing.key");
        if (!File.Exists(path))
        {
            Write(path);
        }

        var bytes = File.ReadAllBytes(path);
        return bytes.Length == Length
            ? new SigningKey(bytes)
            : throw new InvalidDataException($"'{path}' holds no key of {Length} bytes. Restore it, or delete it: links given out so far then stop working.");
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
