using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Gateway;

namespace Filmgate.Dialects.Http;

/// <summary>
/// Signs callbacks by the rules of Standard Webhooks 1.0.0, which several vendors follow: HMAC-SHA256 over id, time and body with dots between.
/// </summary>
internal static class StandardWebhooks
{
    private const string SecretPrefix = "whsec_";

    /// <summary>A secret as verifiers take it: the standard alphabet of base 64, because some split the text at <c>_</c>.</summary>
    public static string SecretText(ReadOnlyMemory<byte> secret) => SecretPrefix + Convert.ToBase64String(secret.Span);

    /// <summary>The headers of one attempt.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="secret">The secret of the account that it goes to.</param>
    /// <param name="contentType">The body's media type.</param>
    public static IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback, ReadOnlyMemory<byte> secret, string contentType = "application/json")
    {
        var timestamp = callback.At.ToUnixTimeSeconds().ToString();
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Span);
        hash.AppendData(Encoding.UTF8.GetBytes($"{callback.Id.Value}.{timestamp}."));
        hash.AppendData(callback.Body.Span);
        return
        [
            new("Content-Type", contentType),
            new("webhook-id", callback.Id.Value),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}"),
        ];
    }
}
