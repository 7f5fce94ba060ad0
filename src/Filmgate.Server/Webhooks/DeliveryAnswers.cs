using System.Collections.Immutable;
using Filmgate.Dialects.Apixo;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Server.Admin;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Webhooks;

/// <summary>Deliveries of an account, callbacks among them: listed, shown with every attempt, sent again. Its owner and administrators get the same answers.</summary>
internal sealed class DeliveryAnswers(WebhookDesk desk)
{
    private const string Unknown = "There is no such delivery, or it is not one of this account.";

    private static readonly ImmutableDictionary<string, DeliveryState> States =
        Enum.GetValues<DeliveryState>().ToImmutableDictionary(Wire.Of, state => state, StringComparer.Ordinal);

    private static readonly string[] Unsent = [Wire.Of(DeliveryState.Failed), Wire.Of(DeliveryState.Missed)];

    /// <summary><c>GET /webhooks/deliveries</c>.</summary>
    public async Task ListAsync(HttpContext context, AccountId account)
    {
        var query = new AdminQuery(
            context.Request, "endpointId", "taskId", "state", Wire.CreatedFromParameter, Wire.CreatedBeforeParameter, Wire.LimitParameter, Wire.CursorParameter);
        var limit = query.Limit();
        var filter = new DeliveryFilter
        {
            Endpoint = query.Text("endpointId") is { } endpoint ? new EndpointId(endpoint) : null,
            Task = query.Text("taskId") is { } task ? new TaskId(task) : null,
            States = StatesOf(query),
            From = query.TaskTime(Wire.CreatedFromParameter),
            Before = query.TaskTime(Wire.CreatedBeforeParameter),
            After = query.Text(Wire.CursorParameter) is { } cursor ? new DeliveryId(cursor) : null,

            // One more than the page holds tells whether there is another page.
            Limit = limit + 1,
        };
        if (await query.RefuseAsync(context))
        {
            return;
        }

        var found = await desk.ListAsync(account, filter);
        var shown = found.Length > limit ? found[..limit] : found;
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("deliveries");
            foreach (var delivery in shown)
            {
                json.WriteStartObject();
                WebhookBody.Write(json, delivery);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (found.Length > limit)
            {
                json.WriteString(Wire.NextCursor, shown[^1].Id.Value);
            }
        });
    }

    /// <summary><c>GET /webhooks/deliveries/{id}</c>.</summary>
    public async Task ShowAsync(HttpContext context, AccountId account, DeliveryId id)
    {
        if (await desk.FindAsync(account, id) is not { } delivery)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, Unknown);
            return;
        }

        var attempts = await desk.AttemptsAsync(delivery);
        await AdminAnswer.WriteAsync(context, json => WebhookBody.Write(json, delivery, attempts));
    }

    /// <summary><c>POST /webhooks/deliveries/{id}/resend</c>. A body is not read.</summary>
    public async Task ResendAsync(HttpContext context, AccountId account, DeliveryId id, Func<DateTimeOffset, AuditEntry>? audit = null)
    {
        switch (await desk.ResendAsync(account, id, audit))
        {
            case ResendOutcome.Due:
                var delivery = (await desk.FindAsync(account, id))!;
                await AdminAnswer.WriteAsync(context, json => WebhookBody.Write(json, delivery));
                break;
            case ResendOutcome.Unknown:
                await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, Unknown);
                break;
            case ResendOutcome.Disabled:
                await ApixoErrors.WriteAsync(context, StatusCodes.Status409Conflict, "Its endpoint is disabled; enable that first.");
                break;
            case ResendOutcome.Deleted:
                await ApixoErrors.WriteAsync(context, StatusCodes.Status409Conflict, "Its endpoint is deleted; nothing can be sent there any more.");
                break;
            case var unknown:
                throw new InvalidOperationException($"No case is written for {unknown}.");
        }
    }

    /// <summary><c>POST /webhooks/replay</c>.</summary>
    public async Task ReplayAsync(HttpContext context, AccountId account, Func<DeliveryFilter, DateTimeOffset, int, AuditEntry>? audit = null)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "endpointId", "taskId", "from", "before", "states") is not { } fields)
        {
            return;
        }

        const int IdLengthMax = 100;
        var filter = new DeliveryFilter
        {
            Endpoint = fields.Text("endpointId", isRequired: false, 1, IdLengthMax) is { } endpoint ? new EndpointId(endpoint) : null,
            Task = fields.Text("taskId", isRequired: false, 1, IdLengthMax) is { } task ? new TaskId(task) : null,
            From = fields.TaskTime("from"),
            Before = fields.TaskTime("before"),
            States = fields.Words("states", Unsent) is { } words ? [.. words.Select(word => States[word])] : [],
            Limit = WebhookDesk.ReplayMax,
        };

        // Whoever forgot to say what is meant does not mean everything that ever failed.
        if (!fields.Has("endpointId") && !fields.Has("taskId") && !fields.Has("from"))
        {
            fields.Add("body", "must hold at least one of endpointId, taskId, from");
        }

        if (await fields.RefuseAsync(context))
        {
            return;
        }

        var made = await desk.ReplayAsync(account, filter, audit is null ? null : (at, count) => audit(filter, at, count));
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteNumber("deliveries", made);
            json.WriteBoolean("hasMore", made == WebhookDesk.ReplayMax);
        });
    }

    private static ImmutableArray<DeliveryState> StatesOf(AdminQuery query)
    {
        if (query.Text("state") is not { } text)
        {
            return [];
        }

        var words = text.Split(',');
        if (words.All(States.ContainsKey))
        {
            return [.. words.Select(word => States[word])];
        }

        query.Add("state", $"must be one or more of {string.Join(", ", Enum.GetValues<DeliveryState>().Select(Wire.Of))}, with commas between", text);
        return [];
    }
}
