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
    private readonly PredictionBody body = new(address);

    /// <inheritdoc/>
    public string Dialect => Wire.Dialect;

    /// <summary>An account's secret as clients take it.</summary>
    public static string SecretText(ICallbackSecrets secrets, AccountId account)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        return StandardWebhooks.SecretText(secrets.Of(account));
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
        return StandardWebhooks.Headers(callback, secrets.Of(callback.Task.Account));
    }
}
