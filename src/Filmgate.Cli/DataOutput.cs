using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Filmgate.Cli;

/// <summary>Shows what a server answered: tables for people, JSON for programs.</summary>
internal static class DataOutput
{
    // Wider than any table: an id that is cut off is of no use, so the terminal wraps and nothing is cut.
    private const int WidthMax = 2000;

    private static readonly JsonWriterOptions Writing = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What stands where there is nothing.</summary>
    public const string Nothing = "-";

    /// <summary>Prints data as JSON.</summary>
    public static void WriteJson(CliTerminal terminal, JsonElement data) => WriteJson(terminal, data.WriteTo);

    /// <summary>Prints what the given function writes as JSON.</summary>
    public static void WriteJson(CliTerminal terminal, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Writing))
        {
            write(json);
        }

        terminal.Out.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
    }

    /// <summary>Prints a table: with lines on a terminal, bare columns into a pipe.</summary>
    public static void WriteTable(CliTerminal terminal, IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Out) });
        var table = new Table { Border = console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None };
        console.Profile.Width = WidthMax;
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        console.Write(table);
    }

    /// <summary>Prints names and values, one pair a line.</summary>
    public static void WritePairs(CliTerminal terminal, params (string Name, string Value)[] pairs)
    {
        var width = pairs.Max(pair => pair.Name.Length);
        foreach (var (name, value) in pairs)
        {
            terminal.Out.WriteLine($"{name.PadRight(width)}  {value}".TrimEnd());
        }
    }

    /// <summary>The entries of a list within the data; none when a server leaves it out.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    /// <summary>A value within the data, as text; a dash when there is none.</summary>
    /// <param name="data">The data.</param>
    /// <param name="path">Names of members, one within the other.</param>
    public static string Cell(this JsonElement data, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out data))
            {
                return Nothing;
            }
        }

        return data.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => Nothing,
            JsonValueKind.String => data.GetString()!,
            JsonValueKind.Array => string.Join(", ", data.EnumerateArray().Select(entry => entry.Cell())),
            _ => data.GetRawText(),
        };
    }

    /// <summary>A time within the data, to the second; a dash when there is none.</summary>
    public static string Moment(this JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at)
            ? Moment(at)
            : data.Cell(name);

    /// <summary>A time, to the second; a dash when there is none.</summary>
    public static string Moment(this DateTimeOffset? at) =>
        at is { } given ? given.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : Nothing;

    /// <summary>A time within the data that stands there as Unix milliseconds; a dash when there is none.</summary>
    public static string UnixMoment(this JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var milliseconds)
            && milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? Moment(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : data.Cell(name);

    /// <summary>An amount within the data, with cents at least; a dash when there is none.</summary>
    public static string Money(this JsonElement data, params ReadOnlySpan<string> path) =>
        (decimal.TryParse(data.Cell(path), NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : default(decimal?)).Money();

    /// <summary>An amount, with cents at least; a dash when there is none.</summary>
    public static string Money(this decimal? amount) => amount is { } given ? given.ToString("0.00####", CultureInfo.InvariantCulture) : Nothing;

    /// <summary>A text of somebody else's on one line, without what would command the terminal.</summary>
    public static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(sign => char.IsControl(sign) ? ' ' : sign)) : text;
}
