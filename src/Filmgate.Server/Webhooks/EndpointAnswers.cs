using Filmgate.Dialects.Apixo;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Server.Admin;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Webhooks;

/// <summary>Webhook endpoints of the caller's account: made, listed, changed, deleted, tested, and given new secrets.</summary>
internal sealed class EndpointAnswers(WebhookDesk desk)
{
    private const int UrlLengthMax = 2048;
    private const int DescriptionLengthMax = 200;
    private const string Unknown = "There is no such endpoint, or it is not one of this account.";

    /// <summary><c>GET /webhooks/secret</c>.</summary>
    public Task ReadSecretAsync(HttpContext context, Caller caller) =>
        AdminAnswer.WriteAsync(context, json => json.WriteString("secret", desk.CallbackSecretText(caller.Account)));

    /// <summary><c>GET /webhooks/endpoints</c>.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        var endpoints = await desk.ListAsync(caller.Account);
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("endpoints");
            foreach (var endpoint in endpoints)
            {
                json.WriteStartObject();
                WebhookBody.Write(json, endpoint);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary><c>POST /webhooks/endpoints</c>.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "url", "description", "events") is not { } fields)
        {
            return;
        }

        var (url, description, events) = Read(fields, isNew: true);
        if (await fields.RefuseAsync(context))
        {
            return;
        }

        if (await desk.AddAsync(caller.Account, url!, description, events ?? WebhookEventNames.Default) is { } endpoint)
        {
            await AnswerWithSecretAsync(context, endpoint);
        }
        else
        {
            await ApixoErrors.WriteAsync(
                context, StatusCodes.Status409Conflict, $"The account has {WebhookEndpoint.PerAccountMax} endpoints, which is all that it may have; delete one first.");
        }
    }

    /// <summary><c>GET /webhooks/endpoints/{id}</c>.</summary>
    public async Task ShowAsync(HttpContext context, Caller caller) => await AnswerAsync(context, await desk.FindAsync(caller.Account, Id(context)));

    /// <summary><c>PATCH /webhooks/endpoints/{id}</c>: what is not given stays as it is.</summary>
    public async Task UpdateAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "url", "description", "events", "enabled") is not { } fields)
        {
            return;
        }

        if (fields.IsEmpty)
        {
            fields.Add("body", "must hold at least one of url, description, events, enabled");
        }

        var (url, description, events) = Read(fields, isNew: false);
        var isEnabled = fields.Switch("enabled");
        if (!await fields.RefuseAsync(context))
        {
            await AnswerAsync(context, await desk.UpdateAsync(caller.Account, Id(context), new EndpointChange(url, description, events, isEnabled)));
        }
    }

    /// <summary><c>DELETE /webhooks/endpoints/{id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context, Caller caller)
    {
        var id = Id(context);
        if (await desk.DeleteAsync(caller.Account, id))
        {
            await AdminAnswer.WriteAsync(context, json => json.WriteString("endpointId", id.Value));
        }
        else
        {
            await RefuseAsync(context);
        }
    }

    /// <summary><c>POST /webhooks/endpoints/{id}/rotate</c>.</summary>
    public async Task RotateAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: true, "graceSeconds") is not { } fields)
        {
            return;
        }

        var grace = fields.Whole("graceSeconds", 0, (int)EndpointSecret.GraceMax.TotalSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : EndpointSecret.GraceDefault;
        if (await fields.RefuseAsync(context))
        {
            return;
        }

        switch (await desk.RotateAsync(caller.Account, Id(context), grace))
        {
            case (var endpoint, true):
                await AnswerWithSecretAsync(context, endpoint);
                break;
            case (_, false):
                await ApixoErrors.WriteAsync(
                    context,
                    StatusCodes.Status409Conflict,
                    $"{EndpointSecret.PerEndpointMax} secrets of this endpoint still sign, which is the most; wait until one has expired (secrets[].expireTime).");
                break;
            default:
                await RefuseAsync(context);
                break;
        }
    }

    /// <summary><c>POST /webhooks/endpoints/{id}/test</c>.</summary>
    public async Task TestAsync(HttpContext context, Caller caller)
    {
        if (await desk.FindAsync(caller.Account, Id(context)) is not { } endpoint)
        {
            await RefuseAsync(context);
        }
        else if (await desk.TestAsync(endpoint) is { } sent)
        {
            await AdminAnswer.WriteAsync(context, json =>
            {
                json.WriteString("deliveryId", sent.Delivery.Value);
                json.WriteString("eventId", sent.Event.Value);
            });
        }
        else
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status409Conflict, "The endpoint is disabled; enable it first.");
        }
    }

    private (string? Url, string? Description, WebhookEvents? Events) Read(AdminFields fields, bool isNew)
    {
        var url = fields.Text("url", isRequired: isNew, 1, UrlLengthMax);
        if (url is not null && desk.WhyRefused(url) is { } why)
        {
            fields.Add("url", $"must be an https URL of a public address; this one is refused: {why}", url);
        }

        var description = fields.Text("description", isRequired: false, 0, DescriptionLengthMax);
        var events = fields.Words("events", WebhookEventNames.Choices) is { } names
            ? names.Aggregate(WebhookEvents.None, (all, name) => all | WebhookEventNames.Find(name)!.Value)
            : (WebhookEvents?)null;
        return (url, description, events);
    }

    private Task AnswerWithSecretAsync(HttpContext context, WebhookEndpoint endpoint) => AdminAnswer.WriteAsync(context, json =>
    {
        WebhookBody.Write(json, endpoint);
        json.WriteString("secret", desk.SecretText(endpoint));
    });

    private static Task AnswerAsync(HttpContext context, WebhookEndpoint? endpoint) => endpoint is null
        ? RefuseAsync(context)
        : AdminAnswer.WriteAsync(context, json => WebhookBody.Write(json, endpoint));

    private static Task RefuseAsync(HttpContext context) => ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, Unknown);

    private static EndpointId Id(HttpContext context) => new(AdminRoutes.Id(context));
}
