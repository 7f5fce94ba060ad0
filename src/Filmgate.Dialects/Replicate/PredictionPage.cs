using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// One page of <c>GET /predictions</c>: newest first, at most 100. Its cursors name a prediction and the direction from it, so that a page
/// does not move when new predictions come.
/// </summary>
internal sealed class PredictionPage
{
    // Older than, newer than: what follows is the id of a prediction.
    private const char Older = 'o', Newer = 'n';
    private const string TimeRule = "must be an ISO 8601 time such as 2026-01-31T12:00:00Z";

    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    private readonly List<string> faults = [];
    private readonly List<KeyValuePair<string, string?>> kept = [];

    private PredictionPage()
    {
    }

    /// <summary>What to ask the house for: one more than the page holds, which tells whether there is another page.</summary>
    public TaskFilter Filter { get; private set; } = new() { Limit = Wire.PageLength + 1 };

    /// <summary>Whether the page is known to be empty: nothing here is made on the vendor's web site.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Reads the query. An unknown parameter is passed over, as a client may send one against caches.</summary>
    /// <returns>The page, or null and everything that is wrong.</returns>
    public static PredictionPage? Read(QueryString query, out string wrong)
    {
        var page = new PredictionPage();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var name = pair.DecodeName().ToString();
            if (name is Wire.CursorParameter or Wire.CreatedAfterParameter or Wire.CreatedBeforeParameter or Wire.SourceParameter)
            {
                if (seen.Add(name))
                {
                    page.Narrow(name, pair.DecodeValue().ToString());
                }
                else
                {
                    page.Refuse(name, "must be given once in the query");
                }
            }
        }

        wrong = string.Join("; ", page.faults);
        return page.faults.Count == 0 ? page : null;
    }

    /// <summary>Writes the page.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="found">What the house found for <see cref="Filter"/>.</param>
    /// <param name="body">Writes each prediction.</param>
    public void Write(Utf8JsonWriter json, ImmutableArray<TaskDetails> found, PredictionBody body)
    {
        var hasMore = found.Length > Wire.PageLength;
        var shown = hasMore ? found[..Wire.PageLength] : found;
        if (Filter.OldestFirst)
        {
            shown = [.. shown.Reverse()];
        }

        // Where a cursor led to there is something on the side that it came from.
        var hasNewer = Filter.OldestFirst ? hasMore : Filter.Before is not null;
        var hasOlder = Filter.OldestFirst || hasMore;
        json.WriteStartObject();
        WriteLink(json, Wire.Previous, hasNewer && !shown.IsEmpty ? Newer : null, shown.IsEmpty ? null : shown[0], body);
        WriteLink(json, Wire.Next, hasOlder && !shown.IsEmpty ? Older : null, shown.IsEmpty ? null : shown[^1], body);
        json.WriteStartArray(Wire.Results);
        foreach (var task in shown)
        {
            body.Write(json, task);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteLink(Utf8JsonWriter json, JsonEncodedText name, char? direction, TaskDetails? from, PredictionBody body)
    {
        if (direction is null || from is null)
        {
            json.WriteNull(name);
            return;
        }

        var cursor = KeyValuePair.Create(Wire.CursorParameter, (string?)$"{direction}{OpaqueIds.Of(from.Task.Key.Task)}");
        json.WriteString(name, QueryHelpers.AddQueryString(body.ListAddress, [cursor, .. kept]));
    }

    private void Narrow(string name, string value)
    {
        switch (name)
        {
            case Wire.CursorParameter:
                NarrowByCursor(value);
                return;
            case Wire.CreatedAfterParameter:
                Filter = Filter with { CreatedFrom = Time(name, value) };
                break;
            case Wire.CreatedBeforeParameter:
                Filter = Filter with { CreatedBefore = Time(name, value) };
                break;
            default:
                IsEmpty = value == Wire.Web;
                if (value is not (Wire.Web or Wire.Api))
                {
                    Refuse(name, $"must be {Wire.Web} or {Wire.Api}", value);
                }

                break;
        }

        kept.Add(new(name, value));
    }

    private void NarrowByCursor(string value)
    {
        var task = value.Length > 0 ? OpaqueIds.Task(value[1..]) : null;
        switch (task is null ? default : value[0])
        {
            case Older:
                Filter = Filter with { Before = task };
                break;
            case Newer:
                Filter = Filter with { After = task, OldestFirst = true };
                break;
            default:
                Refuse(Wire.CursorParameter, "must be that of next or previous of an earlier answer", value);
                break;
        }
    }

    private DateTimeOffset? Time(string name, string value)
    {
        if (DateTimeOffset.TryParseExact(value, TimeForms, null, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        Refuse(name, TimeRule, value);
        return null;
    }

    private void Refuse(string name, string rule, string? value = null) => faults.Add(FieldNames.Sentence(name, rule, value));
}
