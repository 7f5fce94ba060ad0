using System.Collections.Immutable;
using Filmgate.Model.Identity;

namespace Filmgate.Storage;

/// <summary>An event of an account as its streams tell it.</summary>
/// <param name="Number">Counts the account's events; the next one has a higher number.</param>
/// <param name="Id">Names the event, as at every webhook endpoint.</param>
/// <param name="Type">What happened, such as <c>video.completed</c>.</param>
/// <param name="Body">The exact bytes that webhook endpoints get.</param>
public sealed record LoggedEvent(long Number, DeliveryId Id, string Type, ReadOnlyMemory<byte> Body);

/// <summary>What is kept of an account's events: everything after <paramref name="Before"/> up to <paramref name="Last"/>.</summary>
/// <param name="Before">The number before the oldest one that is kept. Whoever has heard of this one misses nothing.</param>
/// <param name="Last">The number of the newest event; the same as <paramref name="Before"/> when none is kept.</param>
public readonly record struct EventLogSpan(long Before, long Last);

/// <summary>
/// Keeps the events of accounts for those who listen, in order. New ones come with the step of the task that they tell of, and only while the
/// account has an audience: whoever never listens costs nothing.
/// </summary>
public interface IEventLog
{
    /// <summary>
    /// Has an account's events kept until then, and says which are. After a time without an audience the log begins anew, behind a number that
    /// nobody has heard of, so that the gap shows.
    /// </summary>
    /// <param name="account">Whose.</param>
    /// <param name="now">The present.</param>
    /// <param name="until">How long events are to be kept; never brings an earlier call's time forward.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    ValueTask<EventLogSpan> OpenAsync(AccountId account, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Events after a number, in order.</summary>
    ValueTask<ImmutableArray<LoggedEvent>> ReadAsync(AccountId account, long after, int limit, CancellationToken cancellationToken);

    /// <summary>The number of an event; null when the account has none of that id, or has it no more.</summary>
    ValueTask<long?> FindAsync(AccountId account, DeliveryId id, CancellationToken cancellationToken);

    /// <summary>Forgets events that happened before a time, oldest first; the newest of each account stays, for whoever has heard of it last.</summary>
    /// <param name="before">The time.</param>
    /// <param name="limit">Most events at a time, so that no other write waits long.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were forgotten.</returns>
    ValueTask<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);
}
