using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Filmgate.Client;

/// <summary>
/// Checks that a webhook comes from the gateway, by the rules of Standard Webhooks. Give it the body's bytes as they came, before anything
/// parses them.
/// </summary>
/// <example>
/// <code>
/// var verifier = new WebhookVerifier("whsec_…");
/// var happened = verifier.Verify(id, timestamp, signature, body, DateTimeOffset.UtcNow);
/// if (happened.Type == "video.completed") { … }
/// </code>
/// </example>
public sealed class WebhookVerifier
{
    /// <summary>How far the time of a webhook may lie from the receiver's clock, unless said otherwise: 5 minutes.</summary>
    public static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);

    private const string SecretPrefix = "whsec_";
    private const string Version = "v1,";

    private readonly byte[][] _secrets;
    private readonly TimeSpan _tolerance;

    /// <summary>A verifier that takes what is signed by any of its secrets.</summary>
    /// <param name="secrets">One, or while one is replaced both: <c>whsec_</c> and base 64.</param>
    /// <exception cref="ArgumentException">There is none, or one is malformed.</exception>
    public WebhookVerifier(params ReadOnlySpan<string> secrets) : this(DefaultTolerance, secrets)
    {
    }

    /// <summary>A verifier with a tolerance of its own.</summary>
    /// <param name="tolerance">How far the time of a webhook may lie from the receiver's clock; above zero.</param>
    /// <param name="secrets">One, or while one is replaced both.</param>
    /// <exception cref="ArgumentException">There is none, or one is malformed.</exception>
    public WebhookVerifier(TimeSpan tolerance, params ReadOnlySpan<string> secrets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tolerance, TimeSpan.Zero);
        if (secrets.IsEmpty)
        {
            throw new ArgumentException("A secret is needed; it begins with whsec_.", nameof(secrets));
        }

        _tolerance = tolerance;
        _secrets = new byte[secrets.Length][];
        for (var i = 0; i < secrets.Length; i++)
        {
            _secrets[i] = Bytes(secrets[i]);
        }
    }

    /// <summary>Checks a webhook and reads it.</summary>
    /// <param name="id">The header <c>webhook-id</c>. The same on every attempt, so a receiver that has seen it is done.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="signature">The header <c>webhook-signature</c>.</param>
    /// <param name="body">The body's bytes as they came.</param>
    /// <param name="now">What the receiver's clock says.</param>
    /// <returns>What happened.</returns>
    /// <exception cref="WebhookVerificationException">It is not to be trusted, or is no event.</exception>
    public WebhookEvent Verify(string? id, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signature))
        {
            throw new WebhookVerificationException("A header is missing: webhook-id, webhook-timestamp and webhook-signature are needed.");
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            throw new WebhookVerificationException("The header webhook-timestamp holds no time.");
        }

        var sentAt = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if ((now - sentAt).Duration() > _tolerance)
        {
            throw new WebhookVerificationException($"It was signed at {sentAt:O}, too far from the receiver's time {now:O}.");
        }

        if (!IsSigned(Encoding.UTF8.GetBytes($"{id}.{timestamp}."), body, signature))
        {
            throw new WebhookVerificationException("No signature matches: the secret is another one, or the body was changed on its way or parsed and written again.");
        }

        return WebhookEvent.Read(id, body);
    }

    private static byte[] Bytes(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret;
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException error)
        {
            // The secret itself stays out of the message.
            throw new ArgumentException($"The secret must be {SecretPrefix} and base 64.", nameof(secret), error);
        }
    }

    private bool IsSigned(byte[] begin, ReadOnlySpan<byte> body, string signature)
    {
        var isSigned = false;
        foreach (var secret in _secrets)
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            hash.AppendData(begin);
            hash.AppendData(body);
            var expected = hash.GetHashAndReset();
            foreach (var entry in signature.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                // Another version is another algorithm; a receiver takes any entry that it knows and that matches.
                var given = new byte[expected.Length];
                isSigned |= entry.StartsWith(Version, StringComparison.Ordinal)
                    && Convert.TryFromBase64String(entry[Version.Length..], given, out var length)
                    && CryptographicOperations.FixedTimeEquals(expected, given.AsSpan(0, length));
            }
        }

        return isSigned;
    }
}

/// <summary>An event that was checked.</summary>
/// <param name="Id">Names the event; the same on every attempt and at every endpoint.</param>
/// <param name="Type">What happened, such as <c>video.completed</c>; null for the callback of a task, which has its surface's form. New types may come.</param>
/// <param name="Body">The whole body.</param>
public sealed record WebhookEvent(string Id, string? Type, JsonElement Body)
{
    /// <summary>What it happened to: of an event the task as <c>GET /api/v1/tasks/{id}</c> shows it. Of a kind of its own when there is none.</summary>
    public JsonElement Data => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("data", out var data) ? data : default;

    internal static WebhookEvent Read(string id, ReadOnlySpan<byte> body)
    {
        try
        {
            var json = JsonElement.Parse(body);
            var isNamed = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String;
            return new WebhookEvent(id, isNamed ? json.GetProperty("type").GetString() : null, json);
        }
        catch (JsonException error)
        {
            throw new WebhookVerificationException("It is signed, but its body is no JSON.", error);
        }
    }
}

/// <summary>A webhook is not to be trusted.</summary>
public sealed class WebhookVerificationException : Exception
{
    /// <summary>Says why.</summary>
    public WebhookVerificationException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public WebhookVerificationException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public WebhookVerificationException()
    {
    }
}
