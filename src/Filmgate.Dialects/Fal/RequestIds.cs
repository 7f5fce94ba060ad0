using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Request ids are task ids without their prefix: 36 characters, as long as the UUIDs that fal gives, so that columns made for those hold
/// them. No table is needed, and a task of any surface has one.
/// </summary>
internal static class RequestIds
{
    private const string Prefix = "task_";
    private const int Length = 36;

    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdefghjkmnpqrstvwxyz");

    /// <summary>The request id of a task.</summary>
    public static string Of(TaskId id) => id.Value.StartsWith(Prefix, StringComparison.Ordinal) ? id.Value[Prefix.Length..] : id.Value;

    /// <summary>Reads one; false for what can be nobody's.</summary>
    public static bool TryRead([NotNullWhen(true)] string? text, out TaskId id)
    {
        var couldBe = text is { Length: Length } && !text.AsSpan().ContainsAnyExcept(Characters);
        id = couldBe ? new TaskId(Prefix + text) : default;
        return couldBe;
    }
}
