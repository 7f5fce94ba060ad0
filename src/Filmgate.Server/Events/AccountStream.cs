using System.Globalization;
using System.Runtime.CompilerServices;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Events;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Events;

/// <summary>
/// <c>GET /events</c>: what webhook endpoints are told, to whoever listens, in order. A client goes on behind the last event that it names;
/// nothing is left out in silence, so one that names an event that is kept no longer is told so.
/// </summary>
internal sealed class AccountStream(EventFeeds feeds, OpenStreams open, EventStream stream)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public async Task AnswerAsync(HttpContext context, Caller caller)
    {
        if (!TryReadEvents(context.Request.Query, out var wanted, out var wrong))
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, wrong);
            return;
        }

        using var place = open.TryEnter(context, caller, out var full);
        if (place is null)
        {
            await ApixoErrorForm.Instance.WriteAsync(context, full!);
            return;
        }

        var given = EventStreamRoutes.LastId(context);
        EventStart start;
        try
        {
            start = await feeds.FindStartAsync(caller.Account, given, context.RequestAborted);
        }
        catch (StoreUnavailableException)
        {
            await ApixoErrorForm.Instance.WriteAsync(
                context, new Refusal(RefusalKind.Unavailable, "The store cannot begin a stream now; try again soon.") { RetryAfter = RetryAfter });
            return;
        }

        switch (start)
        {
            case EventStart.After(var number):
                // For clients that read headers; the stream begins with the same for those that do not.
                context.Response.Headers[EventStream.LastId] = number.ToString(CultureInfo.InvariantCulture);
                await stream.WriteAsync(context, end => ListenAsync(caller, number, wanted, end), place.Ended);
                break;
            case EventStart.Forgotten:
                await ApixoErrors.WriteAsync(
                    context, StatusCodes.Status410Gone,
                    $"Events after {RequestFault.Shorten(given)} are kept no longer: they are kept {EventFeeds.Kept.TotalDays:0} days, and only while somebody listens. Read the tasks, and open the stream without {EventStream.LastId} to go on from now.");
                break;
            default:
                await ApixoErrors.WriteAsync(
                    context, StatusCodes.Status400BadRequest,
                    $"{EventStream.LastId} must be an id that a stream of this account gave; got {RequestFault.Shorten(given)}. Leave it out to begin with the present.");
                break;
        }
    }

    private async IAsyncEnumerable<StreamedEvent> ListenAsync(Caller caller, long number, WebhookEvents wanted, [EnumeratorCancellation] CancellationToken end)
    {
        // Whoever is cut off before the first event knows where to go on.
        yield return new StreamedEvent(number.ToString(CultureInfo.InvariantCulture), null, default);
        await foreach (var happened in feeds.ListenAsync(caller.Account, number, end).ConfigureAwait(false))
        {
            if (WebhookEventNames.Find(happened.Type) is { } type && wanted.HasFlag(type))
            {
                yield return new StreamedEvent(happened.Id.Value, happened.Type, happened.Body);
            }
        }
    }

    private static bool TryReadEvents(IQueryCollection query, out WebhookEvents wanted, out string wrong)
    {
        wanted = WebhookEvents.None;
        wrong = string.Empty;
        foreach (var name in query[StreamOperations.EventsParameter].SelectMany(list => list!.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (WebhookEventNames.Find(name) is not { } type)
            {
                wrong = $"{StreamOperations.EventsParameter} must name events with commas between: {string.Join(", ", WebhookEventNames.Choices)}; got {RequestFault.Shorten(name)}";
                return false;
            }

            wanted |= type;
        }

        wanted = wanted == WebhookEvents.None ? (WebhookEvents)~0 : wanted;
        return true;
    }
}
