using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Client;

/// <summary>
/// Posts events to a receiver in development as the gateway would, with a valid signature, so that a receiver that no gateway reaches can be
/// tried out. It posts each event once.
/// </summary>
/// <example>
/// <code>
/// using var forwarder = new WebhookForwarder(new Uri("http://localhost:3000/hook"), WebhookForwarder.NewSecret());
/// await foreach (var happened in account.EventsAsync())
/// {
///     await forwarder.PostAsync(happened);
/// }
/// </code>
/// </example>
public sealed class WebhookForwarder : IDisposable
{
    private const string SecretPrefix = "whsec_";
    private const int SecretBytes = 32;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = Timeout };
    private readonly Uri _receiver;
    private readonly byte[] _secret;
    private readonly TimeProvider _time;

    /// <summary>A forwarder.</summary>
    /// <param name="receiver">Where events are posted: http or https.</param>
    /// <param name="secret"><c>whsec_</c> and base 64 of 24 to 64 bytes.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The address is none, or the secret is malformed.</exception>
    public WebhookForwarder(Uri receiver, string secret, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentNullException.ThrowIfNull(secret);
        if (!receiver.IsAbsoluteUri || receiver.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"'{receiver}' is not an absolute http or https address.", nameof(receiver));
        }

        var bytes = new byte[secret.Length];
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal) || !Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length)
            || length is < 24 or > 64)
        {
            // The secret itself stays out of the message.
            throw new ArgumentException($"The secret must be {SecretPrefix} and base 64 of 24 to 64 bytes.", nameof(secret));
        }

        (_receiver, _secret, _time) = (receiver, bytes[..length], time ?? TimeProvider.System);
    }

    /// <summary>A secret that nobody else has.</summary>
    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Posts an event, signed anew.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The status that was answered.</returns>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    /// <exception cref="TimeoutException">There was none within 30 s.</exception>
    public async Task<int> PostAsync(AccountEvent happened, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        hash.AppendData(Encoding.UTF8.GetBytes($"{happened.Id}.{timestamp}."));
        hash.AppendData(happened.Body.Span);
        using var request = new HttpRequestMessage(HttpMethod.Post, _receiver) { Content = new ReadOnlyMemoryContent(happened.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", happened.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}");
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_receiver.GetLeftPart(UriPartial.Authority)} did not answer within {Timeout.TotalSeconds:0} s.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
