using System.Security.Cryptography;
using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// The webhook: the prediction as a read shows it, signed with the account's secret by the rules of Standard Webhooks. Source:
/// receive-webhook and verify-webhook pages.
/// </summary>
public sealed class CallbackFormat(IPublicAddress address, ICallbackSecrets secrets) : ICallbackFormat
{
    private const string SecretPrefix = "whsec_";

    private readonly PredictionBody body = new(address);

    /// <inheritdoc/>
    public string Dialect => Wire.Dialect;

    /// <summary>An account's secret as clients take it: the standard alphabet of base 64, because they split the text at <c>_</c>.</summary>
    public static string SecretText(ICallbackSecrets secrets, AccountId account)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        return SecretPrefix + Convert.ToBase64String(secrets.Of(account).Span);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var answer = JsonAnswer.Begin();
        body.Write(answer.Json, task);
        return answer.ToArray();
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timestamp = callback.At.ToUnixTimeSeconds().ToString();
        return
        [
            new("Content-Type", "application/json"),
            new("webhook-id", callback.Id.Value),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", $"v1,{Sign(callback, timestamp)}"),
        ];
    }

    private string Sign(OutgoingCallback callback, string timestamp)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.Of(callback.Task.Account).Span);
        hash.AppendData(Encoding.UTF8.GetBytes($"{callback.Id.Value}.{timestamp}."));
        hash.AppendData(callback.Body.Span);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }
}
