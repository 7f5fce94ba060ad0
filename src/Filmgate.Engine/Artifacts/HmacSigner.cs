using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Engine.Artifacts;

/// <summary>Signs texts of addresses and tokens with HMAC-SHA-256, in base64url without padding.</summary>
/// <param name="secret">The secret; one for each use, so that a signature of one is worth nothing in another.</param>
internal sealed class HmacSigner(byte[] secret)
{
    private const int SignatureLengthMax = 2 * SHA256.HashSizeInBytes;

    /// <summary>The signature of a text.</summary>
    public string Sign(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a signature is ours for that text, compared in constant time.</summary>
    public bool IsSigned(string text, string signature) =>
        signature.Length <= SignatureLengthMax
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(text)), Encoding.UTF8.GetBytes(signature));
}
