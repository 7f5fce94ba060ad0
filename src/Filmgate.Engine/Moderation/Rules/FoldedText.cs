using System.Text;

namespace Filmgate.Engine.Moderation.Rules;

/// <summary>
/// Reduces a text to its words, so that terms are found whatever the case, the accents and the signs between the words. Pure.
/// </summary>
/// <remarks>
/// The process runs without Unicode's normalisation data (InvariantGlobalization), so accents are taken off by a table of our own: it
/// covers the Latin letters of Europe and Vietnam. Other scripts are compared without case but with their accents. Full-width letters
/// count as plain ones, invisible characters as nothing. A letter of a script that is written without spaces (Chinese, Japanese, Thai,
/// Lao, Burmese, Khmer) is a word of its own, so that a term in it is found within a sentence.
/// </remarks>
internal static class FoldedText
{
    private const char Between = ' ';

    // The plain letters for U+00C0 to U+024F and U+1E00 to U+1EFF; a dot stands for a letter that has none.
    private const int FirstLatin = 0xC0, FirstLatinAdditional = 0x1E00;

    private const string PlainLatin =
        "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.lllllll"
        + "lllnnnnnn...oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz."
        + "b...............................oo.............uu..............."
        + ".............aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa...."
        + "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
        + "................";

    private const string PlainLatinAdditional =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
        + "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
        + "wwwwwwwwwwxxxxyyzzzzzzhtwy......aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
        + "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

    /// <summary>The words of a text with one space before, between and after them; a single space when it has none.</summary>
    public static string Of(string text)
    {
        var folded = new StringBuilder(text.Length + 2).Append(Between);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsInvisible(rune.Value))
            {
                continue;
            }

            var standsAlone = IsWrittenWithoutSpaces(rune.Value);
            var isWord = standsAlone || Rune.IsLetterOrDigit(rune);
            if (inWord && (!isWord || standsAlone))
            {
                folded.Append(Between);
            }

            if (isWord)
            {
                Append(folded, rune);
            }

            if (standsAlone)
            {
                folded.Append(Between);
            }

            inWord = isWord && !standsAlone;
        }

        if (inWord)
        {
            folded.Append(Between);
        }

        return folded.ToString();
    }

    private static void Append(StringBuilder folded, Rune rune)
    {
        // Full-width forms stand in the order of ASCII.
        var plain = rune.Value is >= 0xFF01 and <= 0xFF5E ? new Rune(rune.Value - 0xFF01 + '!') : rune;
        _ = plain.Value switch
        {
            0xDF or 0x1E9E => folded.Append("ss"),
            0xC6 or 0xE6 => folded.Append("ae"),
            0x152 or 0x153 => folded.Append("oe"),
            0x132 or 0x133 => folded.Append("ij"),
            0xDE or 0xFE => folded.Append("th"),
            var value and >= FirstLatin and < FirstLatin + 400 when PlainLatin[value - FirstLatin] is not '.' and var letter => folded.Append(letter),
            var value and >= FirstLatinAdditional and < FirstLatinAdditional + 256
                when PlainLatinAdditional[value - FirstLatinAdditional] is not '.' and var letter => folded.Append(letter),
            _ => folded.Append(Rune.ToLowerInvariant(plain).ToString()),
        };
    }

    // Combining accents, soft hyphen, zero-width characters, direction marks, variation selectors.
    private static bool IsInvisible(int value) => value
        is (>= 0x300 and <= 0x36F) or 0xAD or 0x34F or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E)
        or (>= 0x2060 and <= 0x2064) or (>= 0x2066 and <= 0x2069) or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF;

    private static bool IsWrittenWithoutSpaces(int value) => value
        is (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) or (>= 0x3041 and <= 0x30FF)
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);
}
