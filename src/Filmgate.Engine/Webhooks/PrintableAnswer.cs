using System.Globalization;
using System.Text;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>The beginning of a receiver's answer as text that can be shown anywhere: nothing in it moves a cursor, ends a line or turns the direction of writing.</summary>
public static class PrintableAnswer
{
    // Of the bytes of a character that is cut at the end, three at most are left over.
    private const int BytesPerCharacterMax = 4;

    /// <summary>The text, at most <see cref="DeliveryAttempt.AnswerLengthMax"/> characters; null when there is nothing to show.</summary>
    /// <param name="answer">The bytes, in no promised encoding; what is no UTF-8 is shown as U+FFFD.</param>
    public static string? Of(ReadOnlyMemory<byte> answer)
    {
        var bytes = answer.Span[..Math.Min(answer.Length, DeliveryAttempt.AnswerLengthMax * BytesPerCharacterMax)];
        var shown = new StringBuilder();
        foreach (var rune in Encoding.UTF8.GetString(bytes).EnumerateRunes())
        {
            var fit = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => new Rune(' '),
                UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned => Rune.ReplacementChar,
                _ => rune,
            };
            if (shown.Length + fit.Utf16SequenceLength > DeliveryAttempt.AnswerLengthMax)
            {
                break;
            }

            shown.Append(fit.ToString());
        }

        var text = shown.ToString().Trim();
        return text.Length == 0 ? null : text;
    }
}
