using System.Globalization;

namespace Filmgate.Client;

/// <summary>Which tasks of the account to list. What is left null narrows nothing; what is given must all hold.</summary>
public sealed record VideoTaskQuery
{
    /// <summary>Only tasks in this state.</summary>
    public VideoTaskState? State { get; init; }

    /// <summary>Only tasks of this mode.</summary>
    public VideoMode? Mode { get; init; }

    /// <summary>Only tasks accepted at this time or later; whole milliseconds count.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Only tasks accepted before this time; whole milliseconds count.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only tasks whose prompt holds this text, whatever the case of its letters.</summary>
    public string? Prompt { get; init; }

    /// <summary>Only tasks created with this source.</summary>
    public string? Source { get; init; }

    /// <summary>Only tasks whose metadata has all of these entries.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Tasks on a page, 1 to 100. Default: 20.</summary>
    public int? Limit { get; init; }

    /// <summary>Goes on where an earlier page ended: its <see cref="VideoTaskPage.NextCursor"/>.</summary>
    public string? Cursor { get; init; }

    /// <summary>The query as it is sent, with its question mark; empty when nothing is asked for.</summary>
    internal string ToQueryString()
    {
        (string Name, string? Value)[] parameters =
        [
            ("limit", Limit?.ToString(CultureInfo.InvariantCulture)),
            ("cursor", Cursor),
            ("state", State?.Value),
            ("mode", Mode?.Name),
            ("created_from", Milliseconds(CreatedFrom)),
            ("created_before", Milliseconds(CreatedBefore)),
            ("prompt", Prompt),
            ("source", Source),
            .. Metadata.Select(entry => ("metadata." + entry.Key, (string?)entry.Value)),
        ];
        var given = parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{Uri.EscapeDataString(parameter.Name)}={Uri.EscapeDataString(parameter.Value!)}");
        return string.Join('&', given) is { Length: > 0 } query ? "?" + query : "";
    }

    private static string? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
