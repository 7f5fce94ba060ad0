using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Filmgate.Client;

/// <summary>A stream of events over as many connections as it takes: what one leaves off, the next goes on with.</summary>
/// <param name="connection">The server.</param>
/// <param name="path">Path and query below the server's address.</param>
internal sealed class EventStream(Connection connection, string path)
{
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(30);

    /// <summary>The id behind which the next connection goes on; null before the server named any.</summary>
    public string? LastId { get; set; }

    /// <summary>Called when a connection stands.</summary>
    public Action? Opened { get; init; }

    /// <summary>Called when a connection is lost and another will be tried after a wait.</summary>
    public Action<FilmgateException, TimeSpan>? Lost { get; init; }

    /// <summary>Whether it is to go on after an event; it ends by itself only when not.</summary>
    public Predicate<SseItem<byte[]>> GoesOnAfter { get; init; } = static _ => true;

    /// <summary>Tries in vain, one after the other, before a failure is reported.</summary>
    public int TriesMax { get; init; } = connection.Options.ReadTriesMax;

    /// <summary>The events. An id counts as heard when the event behind it is asked for, so an event in hand is told again to whoever begins anew.</summary>
    /// <exception cref="FilmgateException">The server refused, or was not reached in several tries.</exception>
    public async IAsyncEnumerable<SseItem<byte[]>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var tries = 0; ;)
        {
            FilmgateException? lost = null;
            await using (var items = connection.StreamAsync(path, LastId, Begin, cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (true)
                {
                    try
                    {
                        if (!await items.MoveNextAsync())
                        {
                            break;
                        }
                    }
                    catch (FilmgateException exception) when (exception.IsTransient)
                    {
                        lost = exception;
                        break;
                    }

                    tries = 0;
                    var item = items.Current;
                    yield return item;
                    LastId = item.EventId ?? LastId;
                    if (!GoesOnAfter(item))
                    {
                        yield break;
                    }
                }
            }

            // A server that ends a stream properly is about to stop or asks for the key again; it is not there at once, either.
            var delay = Delay(tries++, lost?.RetryAfter);
            if (lost is not null && tries >= TriesMax)
            {
                throw lost;
            }

            Lost?.Invoke(lost ?? new FilmgateException("The server ended the stream."), delay);
            await Task.Delay(delay, connection.Options.Time, cancellationToken);
        }
    }

    private void Begin(string? id)
    {
        LastId ??= id;
        Opened?.Invoke();
    }

    private TimeSpan Delay(int tries, TimeSpan? asked)
    {
        var backOff = connection.Options.RetryDelayMin * Math.Pow(2, Math.Min(tries, 10));
        return asked ?? (backOff < DelayMax ? backOff : DelayMax);
    }
}
