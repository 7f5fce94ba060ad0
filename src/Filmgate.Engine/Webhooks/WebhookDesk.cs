using System.Collections.Immutable;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Lifecycle;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;

namespace Filmgate.Engine.Webhooks;

/// <summary>Where an account's owner makes and changes webhook endpoints, reads what was delivered, and has it sent again.</summary>
public sealed class WebhookDesk(
    IEndpointStore endpoints,
    IDeliveryStore deliveries,
    DeliveryDispatcher dispatcher,
    IWaker waker,
    INodeNews news,
    CallbackWriter callbacks,
    IEventFormat events,
    EndpointSecrets secrets,
    ICallbackSecrets callbackSecrets,
    EgressOptions egress,
    IdSource ids,
    TimeProvider time)
{
    /// <summary>Most deliveries that one replay makes due; asking again takes the next ones.</summary>
    public const int ReplayMax = 10_000;

    /// <summary>Why a URL cannot be an endpoint's; null when it can. Names are resolved, and checked again, at each attempt.</summary>
    public string? WhyRefused(string url) => OutboundUrl.Check(url, egress.CallbackRules).Refusal;

    /// <summary>Makes an endpoint.</summary>
    /// <returns>The endpoint; null when the account has as many as it may have.</returns>
    public ValueTask<WebhookEndpoint?> AddAsync(AccountId account, string url, string? description, WebhookEvents wanted) => endpoints.AddAsync(
        new WebhookEndpoint
        {
            Id = ids.NewEndpoint(),
            Account = account,
            Number = 1,
            Url = url,
            Description = string.IsNullOrEmpty(description) ? null : description,
            Events = wanted,
            CreatedAt = time.GetUtcNow(),
        },
        CancellationToken.None);

    /// <summary>The endpoints of an account, oldest first.</summary>
    public ValueTask<ImmutableArray<WebhookEndpoint>> ListAsync(AccountId account) => endpoints.ListAsync(account, CancellationToken.None);

    /// <summary>One endpoint; null when the account has no such.</summary>
    public ValueTask<WebhookEndpoint?> FindAsync(AccountId account, EndpointId id) => endpoints.FindAsync(account, id, CancellationToken.None);

    /// <summary>Changes an endpoint. Once this returns nothing more goes from this node to where it was before; other nodes follow at once.</summary>
    /// <returns>The endpoint afterwards; null when the account has no such.</returns>
    public async ValueTask<WebhookEndpoint?> UpdateAsync(AccountId account, EndpointId id, EndpointChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var after = await endpoints.UpdateAsync(account, id, change, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
        if (after is not null && (change.Url is not null || change.IsEnabled == false))
        {
            await ChangedAsync(Destination.Of(id)).ConfigureAwait(false);
        }

        return after;
    }

    /// <summary>Deletes an endpoint. Once this returns nothing more goes there from this node; other nodes follow at once.</summary>
    /// <returns>Whether there was one.</returns>
    public async ValueTask<bool> DeleteAsync(AccountId account, EndpointId id)
    {
        var deleted = await endpoints.DeleteAsync(account, id, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
        if (deleted)
        {
            await ChangedAsync(Destination.Of(id)).ConfigureAwait(false);
        }

        return deleted;
    }

    /// <summary>Gives an endpoint a new secret; the present ones sign beside it until the grace is over.</summary>
    /// <returns>The endpoint and whether it has a new secret; null when the account has no such endpoint.</returns>
    public async ValueTask<(WebhookEndpoint Endpoint, bool IsRotated)?> RotateAsync(AccountId account, EndpointId id, TimeSpan grace)
    {
        var now = time.GetUtcNow();
        var before = await endpoints.FindAsync(account, id, CancellationToken.None).ConfigureAwait(false);
        var after = before is null ? null : await endpoints.RotateAsync(account, id, grace, now, CancellationToken.None).ConfigureAwait(false);
        return after is null ? null : (after, after.Secrets[0].Number > before!.Secrets[0].Number);
    }

    /// <summary>The newest secret of an endpoint, as receivers are given it; to be shown when it is made and never again.</summary>
    public string SecretText(WebhookEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return events.SecretText(secrets.Of(endpoint.Id, endpoint.Secrets[0].Number));
    }

    /// <summary>The secret by which an account's callbacks are signed, as receivers are given it.</summary>
    public string CallbackSecretText(AccountId account) => events.SecretText(callbackSecrets.Of(account));

    /// <summary>Sends a test event to an endpoint.</summary>
    /// <returns>Its delivery and event; null when the endpoint is disabled or gone by now.</returns>
    public async ValueTask<(DeliveryId Delivery, DeliveryId Event)?> TestAsync(WebhookEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var now = time.GetUtcNow();
        var happened = callbacks.WriteEvent(WebhookEvents.Ping, endpoint, now);
        var sent = await endpoints.SendAsync(endpoint.Account, endpoint.Id, happened, now, CancellationToken.None).ConfigureAwait(false);
        waker.WakeDeliveries();
        return sent is { } delivery ? (delivery, happened.Id) : null;
    }

    /// <summary>Deliveries of an account, newest first.</summary>
    public ValueTask<ImmutableArray<Delivery>> ListAsync(AccountId account, DeliveryFilter filter) => deliveries.ListAsync(account, filter, CancellationToken.None);

    /// <summary>One delivery; null when the account has no such.</summary>
    public ValueTask<Delivery?> FindAsync(AccountId account, DeliveryId id) => deliveries.FindAsync(account, id, CancellationToken.None);

    /// <summary>Every attempt of a delivery, oldest first.</summary>
    public ValueTask<ImmutableArray<RecordedAttempt>> AttemptsAsync(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return deliveries.AttemptsAsync(delivery.Id, CancellationToken.None);
    }

    /// <summary>Sends one delivery again, once, under the same event id.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="audit">Words what the audit log says of it; null when its owner asks.</param>
    public async ValueTask<ResendOutcome> ResendAsync(AccountId account, DeliveryId id, Func<DateTimeOffset, AuditEntry>? audit = null)
    {
        var now = time.GetUtcNow();
        var outcome = await deliveries.ResendAsync(account, id, now, CancellationToken.None, audit?.Invoke(now)).ConfigureAwait(false);
        waker.WakeDeliveries();
        return outcome;
    }

    /// <summary>Sends failed and missed deliveries again, each by the whole schedule, under the same event ids.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="audit">Words what the audit log says of so many; null when their owner asks.</param>
    /// <returns>How many; when it is <see cref="ReplayMax"/> there may be more.</returns>
    public async ValueTask<int> ReplayAsync(AccountId account, DeliveryFilter filter, Func<DateTimeOffset, int, AuditEntry>? audit = null)
    {
        var now = time.GetUtcNow();
        var made = await deliveries.ReplayAsync(account, filter, now, CancellationToken.None, audit is null ? null : count => audit(now, count)).ConfigureAwait(false);
        waker.WakeDeliveries();
        return made;
    }

    private Task ChangedAsync(string destination)
    {
        news.DestinationChanged(destination);
        return dispatcher.ChangedAsync(destination);
    }
}
