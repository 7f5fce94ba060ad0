using System.Globalization;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Kling;

/// <summary>Reads which page of a list is asked for. Other parameters are ignored. Source: Kling, query task list.</summary>
internal static class TaskPage
{
    /// <summary>The tasks of that page, newest first; null when it cannot be asked for, and then <paramref name="refusal"/> says why.</summary>
    public static TaskFilter? Read(QueryString query, TaskKind kind, out Refusal? refusal)
    {
        var (number, size) = (1, Wire.PageSizeDefault);
        var faults = new List<string>();
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            switch (pair.DecodeName().Span)
            {
                case Wire.PageNum:
                    number = Number(Wire.PageNum, pair.DecodeValue().ToString(), Wire.PageNumMax, faults);
                    break;
                case Wire.PageSize:
                    size = Number(Wire.PageSize, pair.DecodeValue().ToString(), Wire.PageSizeMax, faults);
                    break;
            }
        }

        refusal = faults.Count == 0 ? null : new Refusal(RefusalKind.Input, string.Join("; ", faults));
        return refusal is not null ? null : new TaskFilter { Modes = kind.Modes, Skip = (number - 1) * size, Limit = size };
    }

    private static int Number(string name, string value, int most, List<string> faults)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
        {
            return number;
        }

        faults.Add(FieldNames.Sentence(name, $"must be a whole number from 1 to {most}", value));
        return 1;
    }
}
