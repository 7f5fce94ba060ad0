using System.Text;
using System.Text.Json;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Storage;

namespace Filmgate.Server.Admin;

/// <summary>What was spent, in two forms: an object with totals for programs, lines without totals for spreadsheets, which sum by themselves.</summary>
/// <param name="Lines">One for each day, account, key, provider and mode.</param>
/// <param name="AccountNames">Names by account id.</param>
/// <param name="KeyNames">Names by key id.</param>
internal sealed record SpendReport(
    IReadOnlyCollection<SpendLine> Lines, IReadOnlyDictionary<string, string> AccountNames, IReadOnlyDictionary<string, string> KeyNames)
{
    private const string DayForm = "yyyy-MM-dd";

    /// <summary>Writes lines and totals into an open object.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("lines");
        foreach (var line in Lines)
        {
            json.WriteStartObject();
            json.WriteString("day", line.Day.ToString(DayForm));
            json.WriteString("account_id", line.Account.Value);
            json.WriteString("account_name", AccountNames.GetValueOrDefault(line.Account.Value));
            json.WriteString("key_id", line.Key.Value);
            json.WriteString("key_name", KeyNames.GetValueOrDefault(line.Key.Value));
            json.WriteString("provider", line.Provider);
            json.WriteString("mode", line.Mode.Rules().Name);
            json.WriteNumber("tasks", line.Tasks);
            json.WriteMoney("cost", line.Cost);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("totals");
        json.WriteNumber("tasks", Lines.Sum(line => line.Tasks));
        json.WriteMoney("cost", Lines.Aggregate(Usd.Zero, (sum, line) => sum + line.Cost));
        json.WriteEndObject();
    }

    /// <summary>The lines as comma-separated values (RFC 4180) below one line of names.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder("day,account_id,account_name,key_id,key_name,provider,mode,tasks,cost_usd\r\n");
        foreach (var line in Lines)
        {
            csv.AppendJoin(',', [
                line.Day.ToString(DayForm), Cell(line.Account.Value), Cell(AccountNames.GetValueOrDefault(line.Account.Value, "")),
                Cell(line.Key.Value), Cell(KeyNames.GetValueOrDefault(line.Key.Value, "")), Cell(line.Provider), Cell(line.Mode.Rules().Name),
                line.Tasks.ToString(), line.Cost.Dollars.ToString("0.00####")]).Append("\r\n");
        }

        return csv.ToString();
    }

    /// <summary>
    /// One cell. A spreadsheet takes a text that begins like a formula for one, quotation marks or not, so such a text gets an
    /// apostrophe in front, which spreadsheets show as plain text.
    /// </summary>
    internal static string Cell(string text)
    {
        var isFormula = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r';
        return isFormula || text.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{(isFormula ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}
