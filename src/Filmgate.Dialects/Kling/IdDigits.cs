using System.Globalization;
using System.Numerics;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// Our ids as Kling's clients know them: strings of digits. The 36 characters behind the prefix are a number in base 32 and the digits are
/// the same number in base 10, so nothing has to be remembered to go back.
/// </summary>
internal static class IdDigits
{
    private const string TaskPrefix = "task_";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Characters = 36;
    private const int BitsPerCharacter = 5;

    // The largest number of 180 bits has 55 digits.
    private const int DigitsMax = 55;

    /// <summary>The digits of a task's id.</summary>
    public static string Of(TaskId id) => Of(id.Value);

    /// <summary>The digits of an id with any prefix; an id that is not made as ours are stays as it is.</summary>
    public static string Of(string id)
    {
        var characters = id.AsSpan(id.IndexOf('_', StringComparison.Ordinal) + 1);
        if (characters.Length != Characters)
        {
            return id;
        }

        var number = BigInteger.Zero;
        foreach (var character in characters)
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
            {
                return id;
            }

            number = (number << BitsPerCharacter) | value;
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The task of those digits; null for a text that stands for none.</summary>
    public static TaskId? Task(string digits)
    {
        // Zeros in front would give one task many names.
        if (digits.Length is 0 or > DigitsMax || digits.AsSpan().ContainsAnyExceptInRange('0', '9') || (digits[0] == '0' && digits.Length > 1))
        {
            return null;
        }

        var number = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (number >> (Characters * BitsPerCharacter) != 0)
        {
            return null;
        }

        Span<char> characters = stackalloc char[Characters];
        for (var i = Characters - 1; i >= 0; i--)
        {
            characters[i] = Alphabet[(int)(number & 31)];
            number >>= BitsPerCharacter;
        }

        return new TaskId(string.Concat(TaskPrefix, characters));
    }
}
