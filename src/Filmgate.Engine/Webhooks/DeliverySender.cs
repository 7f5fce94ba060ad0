using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Webhooks;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Webhooks;

/// <summary>Makes one attempt: signs the stored bytes, posts them through the guard, and says what came of it.</summary>
public sealed partial class DeliverySender(
    GuardedHttp http, CallbackWriter callbacks, IEventFormat events, EndpointSecrets secrets, DeliveryInstruments instruments, TimeProvider time,
    ILogger<DeliverySender> log)
{
    /// <summary>Sends a delivery once.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="endpoint">Its endpoint as it is now; null for a callback.</param>
    /// <param name="cancellationToken">Gives up; then nothing is known of the attempt.</param>
    public async ValueTask<DeliveryAttempt> SendAsync(Delivery delivery, WebhookEndpoint? endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var at = time.GetUtcNow();
        var started = time.GetTimestamp();
        instruments.Begun(delivery, at);
        DeliveryAttempt attempt;
        EgressFailure? failure = null;
        try
        {
            var answer = await http.PostAsync(new Uri(delivery.Url), Headers(delivery, endpoint, at), delivery.Body, cancellationToken).ConfigureAwait(false);
            attempt = new DeliveryAttempt(
                at, time.GetElapsedTime(started), answer.StatusCode, Error: null, answer.RetryAfter, PrintableAnswer.Of(answer.Body));
        }
        catch (EgressException error)
        {
            LogFailed(delivery.Id.Value, error.Failure, error.Message);
            failure = error.Failure;
            attempt = new DeliveryAttempt(at, time.GetElapsedTime(started), Status: null, Sentence(error.Failure), RetryAfter: null);
        }

        instruments.Ended(delivery, attempt, failure);
        return attempt;
    }

    // What the receiver's owner reads. The exception's own words name addresses and are for the operator.
    private static string Sentence(EgressFailure failure) => failure switch
    {
        EgressFailure.RefusedUrl => "The address may not be posted to.",
        EgressFailure.RefusedAddress => "The name resolves to an address that is not on the public internet.",
        EgressFailure.NameNotResolved => "The name could not be resolved.",
        EgressFailure.ConnectFailed => "No connection.",
        EgressFailure.TlsFailed => "The TLS handshake failed: the certificate is of another name, expired or not trusted, or the protocol is too old.",
        EgressFailure.Timeout => "No answer in time.",
        _ => "The answer broke off or was malformed.",
    };

    private IEnumerable<KeyValuePair<string, string>> Headers(Delivery delivery, WebhookEndpoint? endpoint, DateTimeOffset at) => endpoint is null
        ? callbacks.FormatOf(delivery.Dialect!).Headers(new OutgoingCallback(delivery.EventId, delivery.TaskKey, delivery.Body, at))
        : events.Headers(delivery.EventId, delivery.Body, at, endpoint.SecretsAt(at).Select(number => secrets.Of(endpoint.Id, number)));

    [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Delivery} had no answer ({Failure}): {Detail}")]
    private partial void LogFailed(string delivery, EgressFailure failure, string detail);
}
