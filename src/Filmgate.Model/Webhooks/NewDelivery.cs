using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Model.Webhooks;

/// <summary>A callback to be sent, written in the transaction of the state change that it tells of.</summary>
/// <param name="Id">Names the event; the same on every attempt.</param>
/// <param name="Url">Where to.</param>
/// <param name="Event">What it tells of; a task tells a receiver of each at most once.</param>
/// <param name="Body">The exact bytes of every attempt: rendered once, so that a signature never disagrees.</param>
public sealed record NewDelivery(DeliveryId Id, string Url, TaskEvents Event, ReadOnlyMemory<byte> Body);

/// <summary>
/// An event for the account's endpoints, written in the same transaction: one delivery for each endpoint that wants to hear of it at that
/// moment. The body is rendered only when there is one, because most accounts have none.
/// </summary>
/// <param name="id">Names the event; the same on every attempt and at every endpoint.</param>
/// <param name="type">What happened.</param>
/// <param name="render">Renders the exact bytes; called once at most.</param>
public sealed class NewEvent(DeliveryId id, WebhookEvents type, Func<ReadOnlyMemory<byte>> render)
{
    private readonly Lazy<ReadOnlyMemory<byte>> _body = new(render);

    /// <summary>Names the event.</summary>
    public DeliveryId Id => id;

    /// <summary>What happened.</summary>
    public WebhookEvents Type => type;

    /// <summary>The exact bytes of every attempt.</summary>
    public ReadOnlyMemory<byte> Body => _body.Value;

    /// <summary>Whether anybody wanted to hear of it.</summary>
    public bool IsTold => _body.IsValueCreated;
}
