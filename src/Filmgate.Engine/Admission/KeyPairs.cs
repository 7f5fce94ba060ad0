using System.Buffers.Text;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Admission;

/// <summary>
/// The second form of every key, for clients that sign with a pair instead of sending a key: the public half is the key's id, the secret
/// half is derived from it and the gateway's signing key. Nothing is stored of it, and whatever ends the key ends the pair.
/// </summary>
public sealed class KeyPairs(SigningKey key)
{
    /// <summary>The secret half of a key's pair: 43 characters.</summary>
    public string SecretOf(KeyId id) => Base64Url.EncodeToString(key.Derive("key pair", id.Value));
}
