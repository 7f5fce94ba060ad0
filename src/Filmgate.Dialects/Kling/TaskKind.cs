using System.Collections.Immutable;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// The two kinds of task that Kling keeps apart: each has its own address, and a task is found only under the address that would have
/// created it. Source: Kling, query task.
/// </summary>
/// <param name="Name">The segment of the address.</param>
/// <param name="TakesImages">Whether it begins with pictures.</param>
/// <param name="Fields">The fields that its creation reads.</param>
internal sealed record TaskKind(string Name, bool TakesImages, ImmutableArray<(string Name, RequestField Field)> Fields)
{
    /// <summary>Words become a clip.</summary>
    public static TaskKind Text { get; } = new("text2video", false, [.. Wire.BodyFields, .. Wire.TextFields]);

    /// <summary>Pictures become a clip.</summary>
    public static TaskKind Image { get; } = new("image2video", true, [.. Wire.BodyFields, .. Wire.ImageFields]);

    /// <summary>Both.</summary>
    public static ImmutableArray<TaskKind> All { get; } = [Text, Image];

    /// <summary>The modes of its tasks, through whichever surface they came.</summary>
    public ImmutableArray<GenerationMode> Modes { get; } =
        [.. GenerationModes.All.Where(rules => rules.MaxImages > 0 == TakesImages).Select(rules => rules.Mode)];

    /// <summary>The kind of a mode.</summary>
    public static TaskKind Of(GenerationMode mode) => mode.Rules().MaxImages > 0 ? Image : Text;
}
