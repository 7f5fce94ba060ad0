using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Filmgate.Cli.Admin;

/// <summary>Puts options into the body of a change. What is not given is left out; the word <c>none</c> becomes null.</summary>
internal static class AdminBody
{
    /// <summary>The word that takes a limit away.</summary>
    public const string None = "none";

    /// <summary>The object whose members are written by the given function.</summary>
    public static byte[] Of(Action<Utf8JsonWriter> writeMembers)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A text, when it is given.</summary>
    public static void WriteText(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    /// <summary>A list whose entries have commas between them, when it is given.</summary>
    /// <param name="json">The body.</param>
    /// <param name="name">The field.</param>
    /// <param name="line">The command line.</param>
    /// <param name="option">The option.</param>
    /// <param name="all">The word that becomes null, as it names no entries but all there are.</param>
    public static void WriteList(this Utf8JsonWriter json, string name, ParseResult line, Option<string?> option, string? all = null)
    {
        if (line.GetValue(option) is not { } text)
        {
            return;
        }

        if (text == all)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            json.WriteStringValue(entry);
        }

        json.WriteEndArray();
    }

    /// <summary>True or false, when it is given.</summary>
    /// <exception cref="UsageException">It is neither word.</exception>
    public static void WriteFlag(this Utf8JsonWriter json, string name, ParseResult line, Option<string?> option, string yes, string no)
    {
        if (line.GetValue(option) is { } word)
        {
            json.WriteBoolean(name, word == yes || (word == no ? false : throw new UsageException($"{option.Name} must be {yes} or {no}, got '{word}'")));
        }
    }

    /// <summary>A number, when it is given.</summary>
    /// <exception cref="UsageException">It is no number.</exception>
    public static void WriteNumber(this Utf8JsonWriter json, string name, ParseResult line, Option<string?> option)
    {
        switch (line.GetValue(option))
        {
            case null:
                break;
            case None:
                json.WriteNull(name);
                break;
            case var text when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number):
                json.WriteNumber(name, number);
                break;
            case var text:
                throw new UsageException($"{option.Name} must be a number, got '{text}'");
        }
    }
}
