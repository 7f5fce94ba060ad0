using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>The books: ledger, spend report, audit log, and the check that they agree with one another.</summary>
internal sealed class BookEndpoints(IAccountStore accounts, IBooks books, IArtifactStore artifacts, TimeProvider time)
{
    /// <summary><c>GET /accounts/{id}/ledger</c>.</summary>
    public async Task ReadLedgerAsync(HttpContext context, Caller caller)
    {
        var query = new AdminQuery(context.Request, "before", "limit");
        var (before, limit) = (query.Before(), query.Limit());
        if (await query.RefuseAsync(context))
        {
            return;
        }

        var id = AdminRoutes.Id(context);
        if (await accounts.FindAsync(new AccountId(id), CancellationToken.None) is not { } account)
        {
            await AdminAnswer.WriteNotFoundAsync(context, "account", id);
            return;
        }

        var records = await books.ReadLedgerAsync(account.Id, before, limit, CancellationToken.None);
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("entries");
            foreach (var record in records)
            {
                json.WriteStartObject();
                json.WriteNumber("number", record.Number);
                json.WriteMoment("at", record.At);
                json.WriteString("task_id", record.Task.Value);
                json.WriteString("kind", record.Kind switch
                {
                    LedgerKind.Hold => "hold",
                    LedgerKind.Settle => "settle",
                    LedgerKind.Release => "release",
                    _ => throw new InvalidOperationException($"No word is written for {record.Kind}."),
                });
                json.WriteMoney("amount", record.Amount);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteNext(json, records.Length == limit ? records[^1].Number : null);
        });
    }

    /// <summary><c>GET /spend</c>: of the present month unless told otherwise.</summary>
    public async Task ReadSpendAsync(HttpContext context, Caller caller)
    {
        var query = new AdminQuery(context.Request, "account", "from", "to", "format");
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var to = query.Day("to") ?? today;
        var from = query.Day("from") ?? new DateOnly(to.Year, to.Month, 1);
        if (from > to)
        {
            query.Add("from", "must not lie after to", query.Text("from"));
        }

        var format = query.Text("format") ?? "json";
        if (format is not ("json" or "csv"))
        {
            query.Add("format", "must be json or csv", format);
        }

        var names = (await accounts.ListAsync(CancellationToken.None)).ToDictionary(account => account.Id.Value, account => account.Name);
        var asked = query.Text("account");
        if (asked is not null && !names.ContainsKey(asked))
        {
            query.Add("account", $"must be the id of an account; GET {AdminRoutes.Base}/accounts lists them", asked);
        }

        if (await query.RefuseAsync(context))
        {
            return;
        }

        var lines = await books.SpendAsync(asked is null ? null : new AccountId(asked), from, to, CancellationToken.None);
        var report = new SpendReport(lines, names, await KeyNamesAsync(lines));
        if (format == "csv")
        {
            context.Response.ContentType = "text/csv; charset=utf-8";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"filmgate-spend-{from:yyyy-MM-dd}-{to:yyyy-MM-dd}.csv\"";
            await context.Response.WriteAsync(report.ToCsv());
            return;
        }

        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteString("from", from.ToString("yyyy-MM-dd"));
            json.WriteString("to", to.ToString("yyyy-MM-dd"));
            json.WriteString("account", asked);
            report.WriteMembers(json);
        });
    }

    /// <summary><c>GET /audit</c>.</summary>
    public async Task ReadAuditAsync(HttpContext context, Caller caller)
    {
        var query = new AdminQuery(context.Request, "before", "limit");
        var (before, limit) = (query.Before(), query.Limit());
        if (await query.RefuseAsync(context))
        {
            return;
        }

        var records = await accounts.ReadAuditAsync(before, limit, CancellationToken.None);
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray("entries");
            foreach (var (number, entry) in records)
            {
                json.WriteStartObject();
                json.WriteNumber("number", number);
                json.WriteMoment("at", entry.At);
                json.WriteString("actor", entry.Actor);
                json.WriteString("action", entry.Action);
                json.WriteString("subject", entry.Subject);
                json.WritePropertyName("details");
                json.WriteRawValue(entry.Details);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteNext(json, records.Length == limit ? records[^1].Number : null);
        });
    }

    /// <summary><c>GET /doctor</c>.</summary>
    public async Task CheckAsync(HttpContext context, Caller caller)
    {
        ImmutableArray<string> findings =
            [.. await books.CheckAsync(CancellationToken.None), .. await ArtifactCheck.RunAsync(artifacts, time, context.RequestAborted)];
        await AdminAnswer.WriteAsync(context, json =>
        {
            json.WriteBoolean("ok", findings.IsEmpty);
            json.WriteStartArray("findings");
            foreach (var finding in findings)
            {
                json.WriteStringValue(finding);
            }

            json.WriteEndArray();
        });
    }

    private async ValueTask<Dictionary<string, string>> KeyNamesAsync(IEnumerable<SpendLine> lines)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in lines.Select(line => line.Key).Distinct())
        {
            names.Add(id.Value, (await accounts.FindKeyAsync(id, CancellationToken.None))?.Name ?? string.Empty);
        }

        return names;
    }

    private static void WriteNext(Utf8JsonWriter json, long? before)
    {
        if (before is { } number)
        {
            json.WriteNumber("next_before", number);
        }
        else
        {
            json.WriteNull("next_before");
        }
    }
}
