using System.Globalization;
using Filmgate.Dialects.Http;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>The query of a list. Unknown parameters are ignored, as clients add some of their own.</summary>
/// <param name="Limit">Videos on the page, 0 to <see cref="Wire.PageMax"/>.</param>
/// <param name="Filter">What to ask the desk for: one more than the page holds.</param>
internal sealed record ListQuery(int Limit, TaskFilter Filter)
{
    /// <summary>The query; null when a parameter is wrong.</summary>
    public static ListQuery? Read(QueryString query, out (string Param, string Message) wrong)
    {
        var limit = Wire.PageDefault;
        var filter = new TaskFilter();
        TaskId? after = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        wrong = default;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var name = pair.DecodeName().ToString();
            var value = pair.DecodeValue().ToString();
            if (name is not (Wire.LimitParameter or Wire.OrderParameter or Wire.AfterParameter))
            {
                continue;
            }

            if (!seen.Add(name))
            {
                wrong = (name, $"{name} must be given once");
                return null;
            }

            switch (name)
            {
                case Wire.LimitParameter when int.TryParse(value, NumberStyles.None, null, out limit) && limit <= Wire.PageMax:
                    break;
                case Wire.LimitParameter:
                    wrong = Wrong(name, $"must be a whole number from 0 to {Wire.PageMax}", value);
                    return null;
                case Wire.OrderParameter when value is Wire.Ascending or Wire.Descending:
                    filter = filter with { OldestFirst = value == Wire.Ascending };
                    break;
                case Wire.OrderParameter:
                    wrong = Wrong(name, "must be asc or desc", value);
                    return null;
                default:
                    after = VideoId.Read(value);
                    if (after is null)
                    {
                        wrong = Wrong(name, "must be the id of a video, such as the last_id of the page before", value);
                        return null;
                    }

                    break;
            }
        }

        // What comes after a video is newer only where the oldest come first.
        filter = filter with { Limit = limit + 1, After = filter.OldestFirst ? after : null, Before = filter.OldestFirst ? null : after };
        return new ListQuery(limit, filter);
    }

    private static (string Param, string Message) Wrong(string name, string rule, string value) => (name, FieldNames.Sentence(name, rule, value));
}
