using System.Security.Cryptography;
using System.Text;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

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
    public static IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback, ReadOnlyMemory<byte> secret, string contentType = "application/json") =>
        Headers(callback.Id, callback.Body, callback.At, [secret], contentType);

    /// <summary>The headers of one attempt, signed by each of several secrets; a receiver takes any of them.</summary>
    /// <param name="id">Names the event.</param>
    /// <param name="body">The exact bytes.</param>
    /// <param name="at">When the attempt is made.</param>
    /// <param name="secrets">The secrets, newest first.</param>
    /// <param name="contentType">The body's media type.</param>
    public static IEnumerable<KeyValuePair<string, string>> Headers(
        DeliveryId id, ReadOnlyMemory<byte> body, DateTimeOffset at, IEnumerable<ReadOnlyMemory<byte>> secrets, string contentType = "application/json")
    {
        var timestamp = at.ToUnixTimeSeconds().ToString();
        var begin = Encoding.UTF8.GetBytes($"{id.Value}.{timestamp}.");
        return
        [
            new("Content-Type", contentType),
            new("webhook-id", id.Value),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", string.Join(' ', secrets.Select(secret => Sign(secret, begin, body)))),
        ];
    }

    private static string Sign(ReadOnlyMemory<byte> secret, byte[] begin, ReadOnlyMemory<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Span);
        hash.AppendData(begin);
        hash.AppendData(body.Span);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }
}
