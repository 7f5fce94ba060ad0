using System.Buffers;
using System.Security.Cryptography;

namespace Filmgate.Engine.Artifacts.S3;

/// <summary>Hashes a part of a stream.</summary>
internal static class StreamedHash
{
    private const int BufferLength = 128 * 1024;

    /// <summary>The SHA-256 of the next so many bytes.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static async ValueTask<byte[]> OfAsync(Stream stream, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            while (length > 0)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException("The file is shorter than it was.");
                }

                hash.AppendData(buffer, 0, read);
                length -= read;
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
