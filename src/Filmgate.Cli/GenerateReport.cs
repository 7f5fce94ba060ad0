using System.Text.Json;
using System.Text.Json.Serialization;
using Filmgate.Client;

namespace Filmgate.Cli;

/// <summary>What <c>filmgate generate</c> says at the end. What the server does not tell is left out.</summary>
internal sealed record GenerateReport
{
    /// <summary>Names the task.</summary>
    public required string TaskId { get; init; }

    /// <summary>How it ended.</summary>
    public required string State { get; init; }

    /// <summary>The clip.</summary>
    public string? File { get; init; }

    /// <summary>Bytes of the clip.</summary>
    public long? Bytes { get; init; }

    /// <summary>Length in time.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>Pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Seconds that the work took.</summary>
    public double? CostSeconds { get; init; }

    /// <summary>Where the clip can be fetched again; not for a gateway that has ended with the command.</summary>
    public string? ResultUrl { get; init; }

    /// <summary>Why it failed, as a code.</summary>
    public string? FailCode { get; init; }

    /// <summary>Why it failed, as a sentence.</summary>
    public string? FailMessage { get; init; }

    /// <summary>The report about a final task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="arguments">What was asked.</param>
    /// <param name="length">Bytes written; null when it failed.</param>
    public static GenerateReport Of(VideoTask task, GenerateArguments arguments, long? length) => new()
    {
        TaskId = task.Id,
        State = task.State.Value,
        File = length is null ? null : arguments.Out,
        Bytes = length,
        DurationSeconds = task.Clip?.DurationSeconds,
        Width = task.Clip?.Width,
        Height = task.Clip?.Height,
        CostSeconds = task.CostTime?.TotalSeconds,
        ResultUrl = arguments.Server is not null && task.ResultUrls is [var url, ..] ? url : null,
        FailCode = task.FailCode,
        FailMessage = task.FailMessage,
    };

    /// <summary>Writes it, for a program or for a person.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="json">Whether for a program: one object on one line.</param>
    public async Task WriteAsync(TextWriter output, bool json)
    {
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(this, GenerateReportJson.Default.GenerateReport));
            return;
        }

        await output.WriteLineAsync($"file        {File}");
        await output.WriteLineAsync($"size        {Bytes / 1048576.0:0.00} MB ({Bytes} bytes)");
        if (DurationSeconds is { } seconds)
        {
            await output.WriteLineAsync($"duration    {seconds:0.0##} s");
        }

        if (Width is { } width && Height is { } height)
        {
            await output.WriteLineAsync($"resolution  {width}x{height}");
        }

        await output.WriteLineAsync($"task        {TaskId}");
    }
}

/// <summary>Serializer of <see cref="GenerateReport"/>, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GenerateReport))]
internal sealed partial class GenerateReportJson : JsonSerializerContext;
