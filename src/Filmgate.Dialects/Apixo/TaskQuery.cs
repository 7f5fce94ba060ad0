using System.Globalization;
using Filmgate.Dialects.Http;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Reads the query of <c>GET /tasks</c>. An unknown or repeated parameter is refused: a filter that is ignored shows tasks that
/// were not asked for. All faults are found in one go.
/// </summary>
internal sealed class TaskQuery
{
    private const string WellFormed = "must be well-formed Unicode text without U+0000";
    private static readonly string[] Names =
    [
        Wire.LimitParameter, Wire.CursorParameter, Wire.StateParameter, Wire.ModeParameter, Wire.CreatedFromParameter,
        Wire.CreatedBeforeParameter, Wire.PromptParameter, Wire.SourceParameter, Wire.MetadataParameter + "<name>",
    ];

    private readonly List<string> faults = [];
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    private TaskQuery()
    {
    }

    /// <summary>The filter, or null and everything that is wrong with the query.</summary>
    public static TaskFilter? Read(QueryString query, out string wrong)
    {
        var reading = new TaskQuery();
        var filter = reading.ReadAll(query);
        wrong = string.Join("; ", reading.faults);
        return reading.faults.Count == 0 ? filter : null;
    }

    private TaskFilter ReadAll(QueryString query)
    {
        var filter = new TaskFilter { Limit = Wire.PageDefault };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var name = pair.DecodeName().ToString();
            var value = pair.DecodeValue().ToString();
            if (!seen.Add(name))
            {
                Refuse(RequestFault.Shorten(name)!, "must be given once in the query");
            }
            else if (name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
            {
                // What no task can hold is refused here, because the store would compare it up to U+0000 only.
                Refuse(RequestFault.Shorten(name)!, WellFormed);
            }
            else
            {
                filter = Narrow(filter, name, value);
            }
        }

        if (metadata.Count > GenerationRules.MetadataEntriesMax)
        {
            Refuse("The query", $"may name at most {GenerationRules.MetadataEntriesMax} entries of metadata", $"{metadata.Count}");
        }

        return filter with { Metadata = metadata };
    }

    private TaskFilter Narrow(TaskFilter filter, string name, string value)
    {
        switch (name)
        {
            case Wire.LimitParameter:
                return filter with { Limit = Limit(value) };
            case Wire.CursorParameter:
                return filter with { Before = Cursor(value) };
            case Wire.StateParameter:
                return filter with { State = State(value) };
            case Wire.ModeParameter:
                return filter with { Modes = Mode(value) is { } mode ? [mode] : [] };
            case Wire.CreatedFromParameter:
                return filter with { CreatedFrom = Time(name, value) };
            case Wire.CreatedBeforeParameter:
                return filter with { CreatedBefore = Time(name, value) };
            case Wire.PromptParameter:
                return filter with { Prompt = Text(name, value, GenerationRules.PromptLengthMax) };
            case Wire.SourceParameter:
                return filter with { Source = Text(name, value, GenerationRules.SourceLengthMax) };
            case not null when name.Length > Wire.MetadataParameter.Length && name.StartsWith(Wire.MetadataParameter, StringComparison.Ordinal):
                metadata[name[Wire.MetadataParameter.Length..]] = value;
                return filter;
            default:
                Refuse("The query", $"may hold only {string.Join(", ", Names)}", name);
                return filter;
        }
    }

    private int Limit(string value)
    {
        if (int.TryParse(value, NumberStyles.None, null, out var limit) && limit is >= 1 and <= Wire.PageMax)
        {
            return limit;
        }

        Refuse(Wire.LimitParameter, $"must be a whole number from 1 to {Wire.PageMax}", value);
        return Wire.PageDefault;
    }

    private TaskId? Cursor(string value)
    {
        if (value.StartsWith(Wire.TaskIdPrefix, StringComparison.Ordinal) && Wire.CouldBeTaskId(value))
        {
            return new TaskId(value);
        }

        Refuse(Wire.CursorParameter, $"must be the {Wire.NextCursor.Value} of an earlier answer", value);
        return null;
    }

    private TaskState? State(string value)
    {
        foreach (var state in Enum.GetValues<TaskState>())
        {
            if (Wire.Of(state).Value == value)
            {
                return state;
            }
        }

        Refuse(Wire.StateParameter, $"must be one of {string.Join(", ", Wire.StateNames)}", value);
        return null;
    }

    private GenerationMode? Mode(string value)
    {
        if (GenerationModes.Find(value) is { } rules)
        {
            return rules.Mode;
        }

        Refuse(Wire.ModeParameter, $"must be one of {string.Join(", ", GenerationModes.All.Select(rules => rules.Name))}", value);
        return null;
    }

    private DateTimeOffset? Time(string name, string value)
    {
        if (TimeText.Read(value) is { } time)
        {
            return time;
        }

        Refuse(name, TimeText.Rule, value);
        return null;
    }

    private string? Text(string name, string value, int lengthMax)
    {
        if (value.Length > 0 && value.Length <= lengthMax)
        {
            return value;
        }

        Refuse(name, $"must be 1 to {lengthMax} characters", value.Length == 0 ? value : $"{value.Length} characters");
        return null;
    }

    private void Refuse(string name, string rule, string? value = null) => faults.Add(FieldNames.Sentence(name, rule, value));
}
