using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Torture.Provider;

/// <summary>
/// The clips of all jobs: one real MP4 of each kind, followed for each job by a free box that holds the job's id. Players skip such a box, and no two
/// clips have the same hash, so that a clip which lands at the wrong task is found.
/// </summary>
internal sealed class ClipShelf(byte[] fromText, byte[] fromPicture)
{
    private const int BoxHeaderLength = 8;

    /// <summary>The clip of a job.</summary>
    public byte[] Of(string job, bool isFromPicture)
    {
        var clip = isFromPicture ? fromPicture : fromText;
        var name = Encoding.UTF8.GetBytes(job);
        var bytes = new byte[clip.Length + BoxHeaderLength + name.Length];
        clip.CopyTo(bytes, 0);
        var box = bytes.AsSpan(clip.Length);
        BinaryPrimitives.WriteInt32BigEndian(box, BoxHeaderLength + name.Length);
        "free"u8.CopyTo(box[4..]);
        name.CopyTo(box[BoxHeaderLength..]);
        return bytes;
    }

    /// <summary>Lower-case hex of its hash.</summary>
    public string Sha256Of(string job, bool isFromPicture) => Convert.ToHexStringLower(SHA256.HashData(Of(job, isFromPicture)));
}
