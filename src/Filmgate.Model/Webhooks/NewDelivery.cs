using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Model.Webhooks;

/// <summary>A webhook event to be sent, written in the transaction of the state change that it tells of.</summary>
/// <param name="Id">Names the event; the same on every attempt.</param>
/// <param name="Url">Where to.</param>
/// <param name="Event">What it tells of; a task tells a receiver of each at most once.</param>
/// <param name="Body">The exact bytes of every attempt: rendered once, so that a signature never disagrees.</param>
public sealed record NewDelivery(DeliveryId Id, string Url, TaskEvents Event, ReadOnlyMemory<byte> Body);
