using System.Globalization;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>Reads the query of one request and collects what is wrong with it.</summary>
internal sealed class AdminQuery
{
    /// <summary>Entries of a page, unless asked otherwise, and at most.</summary>
    public const int PageDefault = 100, PageMax = 1000;

    private const string DayForm = "yyyy-MM-dd";

    private static readonly DateOnly FirstDay = new(2000, 1, 1);
    private static readonly DateOnly LastDay = new(9998, 12, 31);

    private readonly IQueryCollection _query;
    private readonly List<FieldError> _errors = [];

    /// <summary>Takes the query of a request; a parameter that is not known, or stands there twice, is an error.</summary>
    public AdminQuery(HttpRequest request, params string[] known)
    {
        _query = request.Query;
        foreach (var (name, values) in _query)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                _errors.Add(new FieldError("query", known.Length == 0 ? "takes no parameters" : $"has only the parameters {string.Join(", ", known)}", name));
            }
            else if (values.Count > 1)
            {
                _errors.Add(new FieldError(name, "must be given once", values.ToString()));
            }
        }
    }

    /// <summary>Answers with all errors, if there are any.</summary>
    /// <returns>Whether there were.</returns>
    public async ValueTask<bool> RefuseAsync(HttpContext context)
    {
        if (_errors.Count == 0)
        {
            return false;
        }

        await ApixoErrors.WriteAsync(context, _errors);
        return true;
    }

    /// <summary>Notes an error.</summary>
    public void Add(string name, string rule, string? value = null) => _errors.Add(new FieldError(name, rule, value));

    /// <summary>A parameter as it is; null when it is not given.</summary>
    public string? Text(string name) => _query.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>The number of the entry before which a page begins; null for the newest.</summary>
    public long? Before()
    {
        const string Name = "before";
        return Text(Name) is not { } text ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : Refused<long>(Name, "must be the number of an entry, such as next_before of the page before", text);
    }

    /// <summary>How many entries a page has.</summary>
    public int Limit()
    {
        const string Name = "limit";
        return Text(Name) is not { } text ? PageDefault
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= PageMax ? number
            : Refused<int>(Name, $"must be a whole number from 1 to {PageMax}", text) ?? PageDefault;
    }

    /// <summary>A time as callers of the task API write it: Unix milliseconds or ISO 8601; null when it is not given or wrong.</summary>
    public DateTimeOffset? TaskTime(string name) => Text(name) is not { } text ? null : TimeText.Read(text) ?? Refused<DateTimeOffset>(name, TimeText.Rule, text);

    /// <summary>A day; null when it is not given or wrong.</summary>
    public DateOnly? Day(string name) =>
        Text(name) is not { } text ? null
        : DateOnly.TryParseExact(text, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= FirstDay && day <= LastDay ? day
        : Refused<DateOnly>(name, "must be a day such as 2026-01-31", text);

    /// <summary>A time; null when it is not given or wrong.</summary>
    public DateTimeOffset? Moment(string name) =>
        Text(name) is not { } text ? null
        : AdminMoment.Read(text) ?? Refused<DateTimeOffset>(name, "must be a time with its offset, such as 2026-01-31T12:00:00Z", text);

    private T? Refused<T>(string name, string rule, string value) where T : struct
    {
        Add(name, rule, value);
        return null;
    }
}
