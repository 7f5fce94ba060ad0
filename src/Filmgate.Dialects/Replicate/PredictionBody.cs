using System.Text.Json;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// Writes a prediction: the answer to its creation, to every read, an entry of the list and the body of a webhook, which are all the same.
/// Fields that have no value yet are null, as the vendor's are, except <c>webhook</c> and its filter, which stand only where they were given.
/// </summary>
/// <param name="address">The address under which callers reach this gateway.</param>
internal sealed class PredictionBody(IPublicAddress address)
{
    /// <summary>The address of the list.</summary>
    public string ListAddress => string.Concat(address.Value, Wire.Base, Wire.Predictions);

    /// <summary>The address of a prediction.</summary>
    public string AddressOf(VideoTask task) => $"{ListAddress}/{OpaqueIds.Of(task.Key.Task)}";

    /// <summary>Writes the object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="details">The task.</param>
    /// <param name="asCreated">
    /// Whether a task that has not ended is shown as it is made. Clients that hold a creation open take every other state for its end.
    /// </param>
    public void Write(Utf8JsonWriter json, TaskDetails details, bool asCreated = false)
    {
        var task = details.Task;
        using var notes = task.Dialect == Wire.Dialect ? RequestNotes.Read(task.Notes) : null;
        json.WriteStartObject();
        json.WriteString(Wire.Id, OpaqueIds.Of(task.Key.Task));
        json.WriteString(Wire.Model, ServedModel.Of(task.Request.Mode).Path);
        WriteVersion(json, notes);
        json.WriteString(Wire.Status, asCreated && !task.State.IsTerminal() ? Wire.Starting : StatusOf(task));
        json.WriteString(Wire.Source, Wire.Api);
        WriteInput(json, task.Request, notes);
        WriteOutcome(json, details);
        WriteTimes(json, task, asCreated);
        WriteWebhook(json, task, notes);
        WriteUrls(json, AddressOf(task));
        json.WriteEndObject();
    }

    /// <summary>The state's name. Source: lifecycle page.</summary>
    public static JsonEncodedText StatusOf(VideoTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.State switch
        {
            TaskState.Pending => Wire.Starting,
            TaskState.Processing => Wire.Processing,
            TaskState.Success => Wire.Succeeded,
            TaskState.Failed when IsCanceled(task) => Wire.Canceled,
            TaskState.Failed => Wire.Failed,
            _ => throw new ArgumentOutOfRangeException(nameof(task), task.State, "Not a task state."),
        };
    }

    private static bool IsCanceled(VideoTask task) => task.Failure is { Code: FailureCode.Canceled };

    private static void WriteVersion(Utf8JsonWriter json, JsonDocument? notes)
    {
        if (notes is not null && notes.RootElement.TryGetProperty(Wire.Version.EncodedUtf8Bytes, out var version))
        {
            json.WriteString(Wire.Version, version.GetString());
        }
        else
        {
            json.WriteString(Wire.Version, Wire.HiddenVersion);
        }
    }

    private static void WriteInput(Utf8JsonWriter json, GenerationRequest request, JsonDocument? notes)
    {
        json.WriteStartObject(Wire.Input);
        json.WriteString(Wire.Prompt, request.Prompt);
        if (request.NegativePrompt is { } negative)
        {
            json.WriteString(Wire.NegativePrompt, negative);
        }

        if (notes is not null && notes.RootElement.TryGetProperty(Wire.Input.EncodedUtf8Bytes, out var input))
        {
            foreach (var member in input.EnumerateObject())
            {
                RequestNotes.Copy(json, member);
            }
        }
        else
        {
            WriteDerived(json, request);
        }

        json.WriteEndObject();
    }

    // A task of another surface, in the words in which it would have been asked here.
    private static void WriteDerived(Utf8JsonWriter json, GenerationRequest request)
    {
        foreach (var (index, source) in request.Images.Index())
        {
            if (!source.StartsWith(GenerationRequest.StoredImagePrefix, StringComparison.Ordinal))
            {
                json.WriteString(index == 0 ? Wire.StartImage : Wire.EndImage, source);
            }
        }

        if (!ServedModel.Of(request.Mode).IsMaster)
        {
            json.WriteString(Wire.Mode, request.Mode == GenerationMode.ProImageToVideo ? Wire.Pro : Wire.Standard);
        }

        json.WriteNumber(Wire.Duration, request.DurationSeconds);
        if (request.AspectRatio is { } ratio)
        {
            json.WriteString(Wire.AspectRatio, ratio.Name());
        }
    }

    private static void WriteOutcome(Utf8JsonWriter json, TaskDetails details)
    {
        var task = details.Task;
        if (task.State == TaskState.Success && details.ClipUrl is { } url)
        {
            json.WriteString(Wire.Output, url);
        }
        else
        {
            json.WriteNull(Wire.Output);
        }

        if (task is { State: TaskState.Failed, Failure: { } failure } && !IsCanceled(task))
        {
            json.WriteString(Wire.Error, failure.Message);
        }
        else
        {
            json.WriteNull(Wire.Error);
        }

        json.WriteString(Wire.Logs, string.Empty);
        json.WriteBoolean(Wire.DataRemoved, task.State == TaskState.Success && details.ClipUrl is null);
    }

    private static void WriteTimes(Utf8JsonWriter json, VideoTask task, bool asCreated)
    {
        var isOver = task.State.IsTerminal();
        var started = asCreated && !isOver ? null : task.Attempts.FirstOrDefault(attempt => attempt.SentAt is not null)?.SentAt;
        json.WriteString(Wire.CreatedAt, Wire.Time(task.CreatedAt));
        WriteTime(json, Wire.StartedAt, started);
        WriteTime(json, Wire.CompletedAt, task.CompletedAt);
        json.WriteNull(Wire.Deadline);
        json.WriteStartObject(Wire.Metrics);
        if (isOver && task.CompletedAt is { } completed)
        {
            if (started is { } begin)
            {
                json.WriteNumber(Wire.PredictTime, Seconds(completed - begin));
            }

            json.WriteNumber(Wire.TotalTime, Seconds(completed - task.CreatedAt));
        }

        json.WriteEndObject();
    }

    private static void WriteWebhook(Utf8JsonWriter json, VideoTask task, JsonDocument? notes)
    {
        // What another surface posts has another form, so it is not this prediction's webhook.
        if (task.CallbackUrl is not { } url || task.Dialect != Wire.Dialect)
        {
            return;
        }

        json.WriteString(Wire.Webhook, url);
        if (notes is not null && notes.RootElement.TryGetProperty(Wire.EventsFilter.EncodedUtf8Bytes, out var filter))
        {
            json.WritePropertyName(Wire.EventsFilter);
            filter.WriteTo(json);
        }
    }

    private static void WriteUrls(Utf8JsonWriter json, string get)
    {
        json.WriteStartObject(Wire.Urls);
        json.WriteString(Wire.Get, get);
        json.WriteString(Wire.Cancel, get + "/cancel");
        json.WriteString(Wire.WebUrl, get);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, JsonEncodedText name, DateTimeOffset? at)
    {
        if (at is { } given)
        {
            json.WriteString(name, Wire.Time(given));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static decimal Seconds(TimeSpan span) => Math.Max(0, Math.Round((decimal)span.TotalSeconds, 3));
}
