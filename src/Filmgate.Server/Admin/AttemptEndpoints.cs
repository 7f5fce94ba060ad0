using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>Attempts whose charge nobody knows: listed, and decided by somebody who has looked at the provider's bill.</summary>
internal sealed class AttemptEndpoints(IBooks books, ITaskStore tasks, IChargeStore charges, TimeProvider time)
{
    /// <summary>The largest charge of one attempt in US dollars, which is also the largest price that a provider can have.</summary>
    public const int ChargeMax = 1000;

    /// <summary>Most attempts that one request decides.</summary>
    public const int BulkMax = 1000;

    private const string Billed = "billed";
    private const string Unbilled = "unbilled";

    /// <summary><c>GET /attempts?unconfirmed</c>, oldest first.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        var query = new AdminQuery(context.Request, "unconfirmed", "provider", "before", "limit");
        if (query.Text("unconfirmed") is not (null or "" or "true"))
        {
            query.Add("unconfirmed", "must be true or stand alone; only attempts whose charge nobody knows are listed here", query.Text("unconfirmed"));
        }

        var (provider, before, limit) = (query.Text("provider"), query.Moment("before"), query.Limit());
        if (await query.RefuseAsync(context))
        {
            return;
        }

        var unconfirmed = await books.UnconfirmedAsync(provider, before, limit, CancellationToken.None);
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("attempts");
            foreach (var charge in unconfirmed)
            {
                json.WriteStartObject();
                json.WriteString("id", charge.Attempt.Value);
                json.WriteString("task_id", charge.Task.Task.Value);
                json.WriteString("account_id", charge.Task.Account.Value);
                json.WriteString("provider", charge.Provider);
                json.WriteString("upstream_id", charge.UpstreamId);
                json.WriteMoney("amount", charge.Amount);
                json.WriteString("reason", charge.Reason);
                json.WriteMoment("since", charge.Since);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("more", unconfirmed.Length == limit);
        });
    }

    /// <summary><c>POST /attempts/{id}/resolve</c>.</summary>
    public async Task ResolveAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "as", "amount") is not { } fields)
        {
            return;
        }

        var word = fields.Word("as", isRequired: true, string.Empty, Billed, Unbilled);
        var amount = fields.Money("amount", mayBeNull: false, ChargeMax);
        if (fields.Has("amount") && (word == Unbilled || amount == Usd.Zero))
        {
            fields.Add("amount", $"goes with \"as\": \"{Billed}\" and is more than 0; what cost nothing is \"{Unbilled}\"");
        }

        if (await fields.RefuseAsync(context))
        {
            return;
        }

        var id = new AttemptId(AdminRoutes.Id(context));
        var decision = await DecideAsync(id, word == Unbilled ? Usd.Zero : amount, caller);
        if (decision is not { Task: { } task, Attempt: { } attempt })
        {
            await AdminAnswer.WriteNotFoundAsync(context, "attempt", id.Value, "attempts?unconfirmed lists those whose charge nobody knows");
        }
        else if (decision.Charged is not { } charged)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status409Conflict, WhyNot(attempt));
        }
        else
        {
            await AdminAnswer.WriteAsync(context, json =>
            {
                WriteDecision(json, task, attempt, charged);
                json.WriteMoney("task_cost", task.Cost);
                json.WriteBoolean("task_settled", task.IsSettled);
            });
        }
    }

    /// <summary><c>POST /attempts/resolve</c>: all of a provider's, each as billed with what was held for it or as unbilled.</summary>
    public async Task ResolveAllAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "as", "provider", "before") is not { } fields)
        {
            return;
        }

        var word = fields.Word("as", isRequired: true, string.Empty, Billed, Unbilled);
        var (provider, before) = (fields.Provider("provider"), fields.Moment("before"));
        if (await fields.RefuseAsync(context))
        {
            return;
        }

        // Started together, they are written together; each is its own decision and stands by itself should this process end.
        var unconfirmed = await books.UnconfirmedAsync(provider, before, BulkMax, CancellationToken.None);
        var decisions = (await Task.WhenAll(unconfirmed.Select(charge => DecideAsync(charge.Attempt, word == Unbilled ? Usd.Zero : null, caller))))
            .Where(decision => decision.Charged is not null)
            .ToImmutableArray();
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("attempts");
            foreach (var decision in decisions)
            {
                json.WriteStartObject();
                WriteDecision(json, decision.Task!, decision.Attempt!, decision.Charged!.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteMoney("charged", decisions.Aggregate(Usd.Zero, (sum, decision) => sum + decision.Charged!.Value));
            json.WriteBoolean("more", unconfirmed.Length == BulkMax);
        });
    }

    // Null for the charge means what was held for the attempt. The task may move between our look and our decision; then we look again.
    private async Task<Decision> DecideAsync(AttemptId id, Usd? charge, Caller caller)
    {
        while (await tasks.FindByAttemptAsync(id, CancellationToken.None) is { } task)
        {
            var attempt = task.Attempts.First(attempt => attempt.Id == id);
            if (attempt.Unconfirmed == Usd.Zero)
            {
                return new Decision(task, attempt, null);
            }

            var now = time.GetUtcNow();
            var charged = charge ?? attempt.Unconfirmed;
            var audit = new AuditEntry(now, caller.Key.Value, "attempt.resolve", id.Value, AuditDetails.Of(json =>
            {
                json.WriteString("account", task.Key.Account.Value);
                json.WriteString("task", task.Key.Task.Value);
                json.WriteString("provider", attempt.Provider);
                json.WriteString("as", Word(charged));
                json.WriteMoney("unconfirmed", attempt.Unconfirmed);
                json.WriteMoney("charged", charged);
            }));
            var outcome = await charges.ResolveAsync(task, new TaskTransition.ResolveCharge(now, id, charged), audit, CancellationToken.None);
            if (outcome.Won)
            {
                return new Decision(outcome.Task, attempt, charged);
            }
        }

        return new Decision(null, null, null);
    }

    private static void WriteDecision(Utf8JsonWriter json, VideoTask task, Attempt attempt, Usd charged)
    {
        json.WriteString("id", attempt.Id.Value);
        json.WriteString("task_id", task.Key.Task.Value);
        json.WriteString("account_id", task.Key.Account.Value);
        json.WriteString("provider", attempt.Provider);
        json.WriteString("as", Word(charged));
        json.WriteMoney("charged", charged);
    }

    private static string WhyNot(Attempt attempt) => attempt.ResolvedAt is { } at
        ? $"What this attempt was charged was decided at {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: {attempt.Cost}. A decision is final."
        : attempt.State.IsOpen() ? "This attempt is still waited for; its charge is not open to a decision before it has ended."
        : $"It is known what this attempt was charged: {attempt.Cost}. There is nothing to decide.";

    private static string Word(Usd charged) => charged == Usd.Zero ? Unbilled : Billed;

    /// <summary>What came of a decision.</summary>
    /// <param name="Task">The task, after it; null when there is no such attempt.</param>
    /// <param name="Attempt">The attempt, before it.</param>
    /// <param name="Charged">What was decided; null when there was nothing to decide.</param>
    private sealed record Decision(VideoTask? Task, Attempt? Attempt, Usd? Charged);
}
