using System.Collections.Immutable;

namespace Filmgate.Model.Rehearsal;

/// <summary>
/// What is to happen at the first, second, third … time, in the order in which a prompt asks for it: <c>@busy(2) @lost-answer</c> is busy
/// twice and then loses the answer each time.
/// </summary>
/// <typeparam name="T">What happens.</typeparam>
/// <param name="Acts">What happens and how often; null for ever.</param>
public readonly record struct Script<T>(ImmutableArray<(T Act, int? Times)> Acts)
    where T : struct
{
    /// <summary>Whether nothing ever happens.</summary>
    public bool IsEmpty => Acts.IsDefaultOrEmpty;

    /// <summary>What happens at a time; null once the script is over.</summary>
    /// <param name="before">How many times were before.</param>
    public T? At(int before)
    {
        foreach (var (act, times) in IsEmpty ? [] : Acts)
        {
            if (times is not { } count || before < count)
            {
                return act;
            }

            before -= count;
        }

        return null;
    }
}
