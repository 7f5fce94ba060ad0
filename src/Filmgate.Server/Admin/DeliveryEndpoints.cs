using System.Text.Json;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Server.Webhooks;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>
/// Deliveries of any account, below <c>/accounts/{id}/webhooks</c>: in the words, and with the answers, that the account itself has below
/// <c>/api/v1/webhooks</c>, so that both talk of the same thing. What an administrator has sent again stands in the audit log.
/// </summary>
internal sealed class DeliveryEndpoints(IAccountStore accounts, WebhookDesk desk)
{
    /// <summary>The route segment that names a delivery.</summary>
    public const string DeliverySegment = "delivery";

    private readonly DeliveryAnswers _answers = new(desk);

    /// <summary><c>GET /accounts/{id}/webhooks/deliveries</c>.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context) is { } account)
        {
            await _answers.ListAsync(context, account);
        }
    }

    /// <summary><c>GET /accounts/{id}/webhooks/deliveries/{delivery}</c>.</summary>
    public async Task ShowAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context) is { } account)
        {
            await _answers.ShowAsync(context, account, Delivery(context));
        }
    }

    /// <summary><c>POST /accounts/{id}/webhooks/deliveries/{delivery}/resend</c>.</summary>
    public async Task ResendAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context) is { } account)
        {
            var id = Delivery(context);
            await _answers.ResendAsync(context, account, id, at => new AuditEntry(
                at, caller.Key.Value, "delivery.resend", id.Value, AuditDetails.Of(json => json.WriteString("account", account.Value))));
        }
    }

    /// <summary><c>POST /accounts/{id}/webhooks/replay</c>.</summary>
    public async Task ReplayAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context) is { } account)
        {
            await _answers.ReplayAsync(context, account, (filter, at, count) => new AuditEntry(
                at, caller.Key.Value, "delivery.replay", account.Value, AuditDetails.Of(json => WriteReplay(json, filter, count))));
        }
    }

    private static void WriteReplay(Utf8JsonWriter json, DeliveryFilter filter, int count)
    {
        json.WriteString("endpoint", filter.Endpoint?.Value);
        json.WriteString("task", filter.Task?.Value);
        json.WriteMoment("from", filter.From);
        json.WriteMoment("before", filter.Before);
        json.WriteNumber("deliveries", count);
    }

    private async ValueTask<AccountId?> FindAsync(HttpContext context)
    {
        var id = AdminRoutes.Id(context);
        if (await accounts.FindAsync(new AccountId(id), CancellationToken.None) is { } account)
        {
            return account.Id;
        }

        await AdminAnswer.WriteNotFoundAsync(context, "account", id);
        return null;
    }

    private static DeliveryId Delivery(HttpContext context) => new((string)context.Request.RouteValues[DeliverySegment]!);
}
