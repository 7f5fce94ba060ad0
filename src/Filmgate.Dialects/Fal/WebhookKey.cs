using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// The Ed25519 key with which webhooks are signed, and the public half of it as a JWK set. It signs nothing else: whoever verifies a
/// webhook by the published key may be sure that it is one. Source: fal, webhooks page; three public verifiers.
/// </summary>
public sealed class WebhookKey
{
    private readonly Ed25519PrivateKeyParameters key;

    /// <summary>The key that grows from the gateway's seed.</summary>
    public WebhookKey(ICallbackSecrets secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        key = new Ed25519PrivateKeyParameters(secrets.SigningSeed.Span);
        KeySet = WriteKeySet(Base64Url.EncodeToString(key.GeneratePublicKey().GetEncoded()));
    }

    /// <summary>The public key as a JSON document.</summary>
    public ReadOnlyMemory<byte> KeySet { get; }

    /// <summary>The signature in lower-case hex: over request, user, time and the hash of the body, a line each.</summary>
    public string Sign(string request, string user, string timestamp, ReadOnlySpan<byte> body)
    {
        var message = Encoding.UTF8.GetBytes($"{request}\n{user}\n{timestamp}\n{Convert.ToHexStringLower(SHA256.HashData(body))}");
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(message);
        return Convert.ToHexStringLower(signer.GenerateSignature());
    }

    private static byte[] WriteKeySet(string x)
    {
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartArray("keys");
        json.WriteStartObject();
        json.WriteString("kty", "OKP");
        json.WriteString("crv", "Ed25519");
        json.WriteString("use", "sig");
        json.WriteString("alg", "EdDSA");
        json.WriteString("x", x);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        return answer.ToArray();
    }
}
