using System.Text.Json;

namespace Filmgate.Client;

/// <summary>Which events of an account are listened to, and from where on.</summary>
public sealed record AccountEventQuery
{
    /// <summary>Only these types, such as <c>video.completed</c>; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>
    /// The <see cref="AccountEvent.Id"/> behind which to go on, from this process or an earlier one; null begins with what happens from now on.
    /// </summary>
    public string? LastId { get; init; }

    /// <summary>Called each time a connection stands; null for nobody.</summary>
    public Action? Opened { get; init; }

    /// <summary>Called when a connection is lost, with the reason and the wait before the next try; null for nobody.</summary>
    public Action<FilmgateException, TimeSpan>? Lost { get; init; }

    /// <summary>Tries in vain, one after the other, before the failure is reported; null takes <see cref="FilmgateClientOptions.ReadTriesMax"/>.</summary>
    public int? TriesMax { get; init; }
}

/// <summary>An event of an account.</summary>
/// <param name="Id">Names the event; the same that a webhook endpoint gets as <c>webhook-id</c>, and the place to go on from.</param>
/// <param name="Type">What happened, such as <c>video.completed</c>. New types may come.</param>
/// <param name="Body">The exact bytes that a webhook endpoint gets.</param>
public sealed record AccountEvent(string Id, string Type, ReadOnlyMemory<byte> Body)
{
    /// <summary>What it happened to, read from the body: the task as <c>GET /api/v1/tasks/{id}</c> shows it.</summary>
    /// <exception cref="FilmgateException">The body is no event.</exception>
    public JsonElement Data
    {
        get
        {
            try
            {
                return JsonElement.Parse(Body.Span).GetProperty("data");
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new FilmgateException("The event has no data.", null, exception);
            }
        }
    }
}
