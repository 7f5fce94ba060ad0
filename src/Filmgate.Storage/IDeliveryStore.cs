using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage;

/// <summary>Keeps webhook events until their receivers have them. New ones come with the task's final step.</summary>
public interface IDeliveryStore
{
    /// <summary>Deliveries whose due time has come, longest overdue first.</summary>
    ValueTask<IReadOnlyList<Delivery>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>The earliest due time of any pending delivery; null when none is pending.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>Records an attempt and what follows from it, if nobody recorded one since the delivery was seen.</summary>
    /// <param name="seen">The delivery before the attempt.</param>
    /// <param name="attempt">What happened.</param>
    /// <param name="nextAt">When to try again; null when the delivery is final.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it was recorded.</returns>
    ValueTask<bool> RecordAsync(Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt, CancellationToken cancellationToken);

    /// <summary>All deliveries of a task, with the number of attempts made.</summary>
    ValueTask<IReadOnlyList<Delivery>> FindOfTaskAsync(TaskKey task, CancellationToken cancellationToken);
}
