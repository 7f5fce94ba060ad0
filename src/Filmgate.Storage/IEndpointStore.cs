using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage;

/// <summary>Keeps the webhook endpoints of accounts. A deleted one is seen by nobody; its deliveries stay in the log.</summary>
public interface IEndpointStore
{
    /// <summary>Adds an endpoint with its first secret and gives it the next number of its account.</summary>
    /// <param name="endpoint">The endpoint; its number and secrets are not read.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The endpoint as it is kept; null when the account has <see cref="WebhookEndpoint.PerAccountMax"/> already.</returns>
    ValueTask<WebhookEndpoint?> AddAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken);

    /// <summary>The endpoints of an account, oldest first.</summary>
    ValueTask<ImmutableArray<WebhookEndpoint>> ListAsync(AccountId account, CancellationToken cancellationToken);

    /// <summary>One endpoint; null when the account has no such.</summary>
    ValueTask<WebhookEndpoint?> FindAsync(AccountId account, EndpointId id, CancellationToken cancellationToken);

    /// <summary>Changes an endpoint.</summary>
    /// <returns>The endpoint afterwards; null when the account has no such.</returns>
    ValueTask<WebhookEndpoint?> UpdateAsync(AccountId account, EndpointId id, EndpointChange change, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deletes an endpoint and cancels what waits for it.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> DeleteAsync(AccountId account, EndpointId id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Gives an endpoint a new secret; the present ones sign on until the grace is over.</summary>
    /// <returns>
    /// The endpoint afterwards, unchanged when <see cref="EndpointSecret.PerEndpointMax"/> of its secrets still sign; null when the account has no such.
    /// </returns>
    ValueTask<WebhookEndpoint?> RotateAsync(AccountId account, EndpointId id, TimeSpan grace, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes an event due at one endpoint, whatever that wants to hear of.</summary>
    /// <returns>The delivery; null when the account has no such endpoint or it is disabled.</returns>
    ValueTask<DeliveryId?> SendAsync(AccountId account, EndpointId id, NewEvent happened, DateTimeOffset now, CancellationToken cancellationToken);
}
