using System.Text.Json;
using Filmgate.Engine.Routing;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>Accounts: made, listed, shown with what they have spent, changed.</summary>
internal sealed class AccountEndpoints(IAccountStore accounts, ProviderDirectory providers, IdSource ids, TimeProvider time)
{
    private const int RequestsPerMinuteMax = 10_000_000;
    private const int TasksInFlightMax = 1_000_000;

    private static readonly string[] Settings = ["name", "limits", "budget", "routing"];

    // Two changes of one account that read it at the same time would each undo the other's.
    private static readonly SemaphoreSlim Changing = new(1, 1);

    /// <summary><c>GET /accounts</c>.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        var shown = new List<(Account Account, AccountTotals Totals)>();
        foreach (var account in await accounts.ListAsync(CancellationToken.None))
        {
            shown.Add((account, (await accounts.TotalsAsync(account.Id, time.GetUtcNow(), CancellationToken.None))!));
        }

        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("accounts");
            foreach (var (account, totals) in shown)
            {
                json.WriteStartObject();
                WriteMembers(json, account, totals);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary><c>GET /accounts/{id}</c>.</summary>
    public async Task ShowAsync(HttpContext context, Caller caller)
    {
        var id = AdminRoutes.Id(context);
        if (await accounts.FindAsync(new AccountId(id), CancellationToken.None) is { } account)
        {
            await AnswerAsync(context, account);
        }
        else
        {
            await AdminAnswer.WriteNotFoundAsync(context, "account", id);
        }
    }

    /// <summary><c>POST /accounts</c>.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, Settings) is not { } fields)
        {
            return;
        }

        var now = time.GetUtcNow();
        var name = fields.Name("name", isRequired: true);
        var account = Read(fields, new Account(ids.NewAccount(), name ?? string.Empty, AccountLimits.Default, FirstStart.Budget, now));
        if (await fields.RefuseAsync(context))
        {
            return;
        }

        var details = AuditDetails.Of(json => WriteSettings(json, account));
        await accounts.AddAsync(account, [], new AuditEntry(now, caller.Key.Value, "account.create", account.Id.Value, details), CancellationToken.None);
        await AnswerAsync(context, account);
    }

    /// <summary><c>PATCH /accounts/{id}</c>: what is not given stays as it is.</summary>
    public async Task UpdateAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, Settings) is not { } fields)
        {
            return;
        }

        if (fields.IsEmpty)
        {
            fields.Add("body", $"must hold at least one of {string.Join(", ", Settings)}");
        }

        await Changing.WaitAsync();
        try
        {
            var id = AdminRoutes.Id(context);
            if (await accounts.FindAsync(new AccountId(id), CancellationToken.None) is not { } before)
            {
                await AdminAnswer.WriteNotFoundAsync(context, "account", id);
                return;
            }

            var after = Read(fields, before with { Name = fields.Name("name", isRequired: false) ?? before.Name });
            if (await fields.RefuseAsync(context))
            {
                return;
            }

            if (after != before)
            {
                var audit = new AuditEntry(time.GetUtcNow(), caller.Key.Value, "account.update", id, Changes(before, after));
                await accounts.UpdateAsync(after, audit, CancellationToken.None);
            }

            await AnswerAsync(context, after);
        }
        finally
        {
            Changing.Release();
        }
    }

    private Account Read(AdminFields fields, Account account)
    {
        var limits = fields.Object("limits", "requests_per_minute", "tasks_in_flight");
        var budget = fields.Object("budget", "total", "per_day", "per_month");
        var routing = fields.Object("routing", "allowed_providers", "price_ceiling", "failover_on_policy", "queue_weight");
        return account with
        {
            Limits = new AccountLimits(
                limits.Whole("requests_per_minute", 1, RequestsPerMinuteMax) ?? account.Limits.RequestsPerMinute,
                limits.Whole("tasks_in_flight", 0, TasksInFlightMax) ?? account.Limits.TasksInFlight),
            Budget = new Budget(
                budget.Money("total", mayBeNull: false) ?? account.Budget.Total,
                budget.Has("per_day") ? budget.Money("per_day", mayBeNull: true) : account.Budget.PerDay,
                budget.Has("per_month") ? budget.Money("per_month", mayBeNull: true) : account.Budget.PerMonth),
            Routing = new RoutingPolicy
            {
                AllowedProviders = routing.Has("allowed_providers") ? routing.Providers("allowed_providers", providers.Names) : account.Routing.AllowedProviders,
                PriceCeiling = routing.Has("price_ceiling") ? routing.Money("price_ceiling", mayBeNull: true) : account.Routing.PriceCeiling,
                FailsOverOnPolicy = routing.Switch("failover_on_policy") ?? account.Routing.FailsOverOnPolicy,
                QueueWeight = routing.Whole("queue_weight", 1, RoutingPolicy.QueueWeightMax) ?? account.Routing.QueueWeight,
            },
        };
    }

    private async Task AnswerAsync(HttpContext context, Account account)
    {
        var totals = (await accounts.TotalsAsync(account.Id, time.GetUtcNow(), CancellationToken.None))!;
        await AdminAnswer.WriteAsync(context, json => WriteMembers(json, account, totals));
    }

    private static void WriteMembers(Utf8JsonWriter json, Account account, AccountTotals totals)
    {
        json.WriteString("id", account.Id.Value);
        WriteSettings(json, account);
        json.WriteStartObject("totals");
        json.WriteMoney("spent", totals.Spent.Total);
        json.WriteMoney("spent_today", totals.Spent.Today);
        json.WriteMoney("spent_this_month", totals.Spent.ThisMonth);
        json.WriteMoney("held", totals.Held);
        json.WriteMoney("left", account.Budget.Left(totals.Spent));
        json.WriteNumber("tasks_in_flight", totals.TasksInFlight);
        json.WriteEndObject();
        json.WriteMoment("created_at", account.CreatedAt);
    }

    private static void WriteSettings(Utf8JsonWriter json, Account account)
    {
        json.WriteString("name", account.Name);
        json.WriteStartObject("limits");
        json.WriteNumber("requests_per_minute", account.Limits.RequestsPerMinute);
        json.WriteNumber("tasks_in_flight", account.Limits.TasksInFlight);
        json.WriteEndObject();
        json.WriteStartObject("budget");
        json.WriteMoney("total", account.Budget.Total);
        json.WriteMoney("per_day", account.Budget.PerDay);
        json.WriteMoney("per_month", account.Budget.PerMonth);
        json.WriteEndObject();
        json.WriteStartObject("routing");
        WriteProviders(json, "allowed_providers", account.Routing);
        json.WriteMoney("price_ceiling", account.Routing.PriceCeiling);
        json.WriteBoolean("failover_on_policy", account.Routing.FailsOverOnPolicy);
        json.WriteNumber("queue_weight", account.Routing.QueueWeight);
        json.WriteEndObject();
    }

    private static void WriteProviders(Utf8JsonWriter json, string name, RoutingPolicy policy)
    {
        if (policy.AllowedProviders.IsEmpty)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var provider in policy.AllowedProviders)
        {
            json.WriteStringValue(provider);
        }

        json.WriteEndArray();
    }

    private static string Changes(Account before, Account after) => AuditDetails.Of(json =>
    {
        WriteChange(json, "name", before.Name, after.Name, json.WriteString);
        WriteChange(json, "limits.requests_per_minute", before.Limits.RequestsPerMinute, after.Limits.RequestsPerMinute, json.WriteNumber);
        WriteChange(json, "limits.tasks_in_flight", before.Limits.TasksInFlight, after.Limits.TasksInFlight, json.WriteNumber);
        WriteChange<Usd?>(json, "budget.total", before.Budget.Total, after.Budget.Total, json.WriteMoney);
        WriteChange(json, "budget.per_day", before.Budget.PerDay, after.Budget.PerDay, json.WriteMoney);
        WriteChange(json, "budget.per_month", before.Budget.PerMonth, after.Budget.PerMonth, json.WriteMoney);

        // Two policies that are alike in all else differ when their lists do; lists themselves do not compare by what they hold.
        var elsewhere = before.Routing with { AllowedProviders = after.Routing.AllowedProviders };
        WriteChange(json, "routing.allowed_providers", before.Routing, elsewhere, (name, policy) => WriteProviders(json, name, policy));
        WriteChange(json, "routing.price_ceiling", before.Routing.PriceCeiling, after.Routing.PriceCeiling, json.WriteMoney);
        WriteChange(json, "routing.failover_on_policy", before.Routing.FailsOverOnPolicy, after.Routing.FailsOverOnPolicy, json.WriteBoolean);
        WriteChange(json, "routing.queue_weight", before.Routing.QueueWeight, after.Routing.QueueWeight, json.WriteNumber);
    });

    private static void WriteChange<T>(Utf8JsonWriter json, string name, T before, T after, Action<string, T> write)
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
        {
            json.WriteStartObject(name);
            write("from", before);
            write("to", after);
            json.WriteEndObject();
        }
    }
}
