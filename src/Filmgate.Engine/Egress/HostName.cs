using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Filmgate.Engine.Egress;

/// <summary>Reads the host of a URL from outside into the one form that is checked, resolved and sent. Pure.</summary>
/// <remarks>
/// <see cref="Uri"/> is not asked: it turns 2130706433, 0x7f.1 and circled digits into 127.0.0.1 and reads
/// 00000000127.0.0.1 as octal. Here every spelling but the canonical one is refused instead of repaired.
/// </remarks>
internal static class HostName
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> IPv6Text = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly SearchValues<char> LabelText = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Reads a host. On success exactly one of the two is meaningful: a literal, or a lower-case A-label name.</summary>
    /// <param name="text">The host as it stands between the scheme and the port, brackets included.</param>
    /// <param name="host">The canonical text for the URL: an IPv4 literal, a bracketed IPv6 literal or a name.</param>
    /// <param name="literal">The address, when the host is a literal; otherwise null.</param>
    /// <returns>Null on success, otherwise the reason for the refusal.</returns>
    public static string? Read(ReadOnlySpan<char> text, out string host, out IPAddress? literal)
    {
        host = "";
        literal = null;
        if (text.IsEmpty)
            return "it has no host";
        if (text[0] == '[')
            return ReadIPv6(text, out host, out literal);

        var ascii = Ascii.IsValid(text) ? text.ToString() : ToALabels(text);
        if (ascii is null)
            return "its host has characters that do not belong in a host name";
        ascii = ascii.ToLowerInvariant();

        if (!ascii.AsSpan().ContainsAnyExcept(DigitsAndDots))
            return ReadIPv4(ascii, out host, out literal);
        if (NameFault(ascii) is { } fault)
            return fault;
        host = ascii;
        return null;
    }

    /// <summary>
    /// Whether a name can only mean something inside a network: a single label, or one under <c>localhost</c>,
    /// <c>internal</c> or <c>local</c>. A literal is not a name.
    /// </summary>
    public static bool IsPrivate(string host)
    {
        if (IPAddress.TryParse(host, out _))
            return false;
        var name = host.EndsWith('.') ? host[..^1] : host;
        return !name.Contains('.')
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".internal", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".local", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a name stands for this machine: <c>localhost</c> or a name below it.</summary>
    public static bool IsLocalhost(string host)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static string? ReadIPv6(ReadOnlySpan<char> text, out string host, out IPAddress? literal)
    {
        host = "";
        literal = null;
        if (text.Length < 4 || text[^1] != ']')
            return "its IPv6 address is malformed";
        var inner = text[1..^1];
        // A scope names an interface of this machine, so a caller cannot mean anything by it.
        if (inner.ContainsAnyExcept(IPv6Text)
            || !IPAddress.TryParse(inner, out var address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
            return "its IPv6 address is malformed";
        var canonical = address.ToString();
        if (!inner.Equals(canonical, StringComparison.OrdinalIgnoreCase))
            return "its IPv6 address is not in canonical form";
        literal = address;
        host = $"[{canonical}]";
        return null;
    }

    private static string? ReadIPv4(string text, out string host, out IPAddress? literal)
    {
        host = "";
        literal = null;
        if (!IPAddress.TryParse(text, out var address)
            || address.AddressFamily != AddressFamily.InterNetwork
            || address.ToString() != text)
            return "its IPv4 address is not in canonical form (four decimal numbers)";
        literal = address;
        host = text;
        return null;
    }

    private static string? NameFault(string name)
    {
        // One trailing dot makes a name absolute and is legal; it is judged without it, so "localhost." gains nothing.
        var judged = name.EndsWith('.') ? name[..^1] : name;
        if (judged.Length is 0 or > 253)
            return "its host name is empty or longer than 253 characters";

        var labels = judged.Split('.');
        foreach (var label in labels)
        {
            if (label.Length is 0 or > 63)
                return "its host name has an empty label or one longer than 63 characters";
            if (label.AsSpan().ContainsAnyExcept(LabelText))
                return "its host has characters that do not belong in a host name";
            if (label[0] == '-' || label[^1] == '-')
                return "its host name has a label that begins or ends with a hyphen";
        }

        // No top-level domain is a number; parsers that read one there take the whole name for an IPv4 address.
        var last = labels[^1];
        if (!last.AsSpan().ContainsAnyExcept(Digits) || IsHexNumber(last))
            return "its host name ends in a number";
        return null;
    }

    private static bool IsHexNumber(string label) =>
        label.StartsWith("0x", StringComparison.Ordinal) && !label.AsSpan(2).ContainsAnyExcept(HexDigits);

    private static string? ToALabels(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!rune.IsAscii && !IsPlainLetter(rune))
                return null;
        }
        try
        {
            var unicode = text.ToString().ToLowerInvariant();
            var ascii = Idn.GetAscii(unicode);
            // The way back must lead to the same name; otherwise some character meant something else to the converter.
            return Ascii.IsValid(ascii) && Idn.GetUnicode(ascii) == unicode ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Letters and marks of living scripts. Compatibility characters (full width, circled, mathematical, ligatures),
    // which normalisation turns into other characters, and everything invisible are left out.
    private static bool IsPlainLetter(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.ModifierLetter
        && rune.Value is not (0xAA or 0xBA or 0x17F or 0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F))
        && rune.Value is not ((>= 0x2B0 and <= 0x2FF) or (>= 0x1D00 and <= 0x1DBF) or (>= 0x2000 and <= 0x2BFF)
            or (>= 0x3130 and <= 0x318F) or (>= 0x3200 and <= 0x33FF) or (>= 0xF900 and <= 0xFFFF)
            or (>= 0x1D400 and <= 0x1D7FF) or (>= 0x1EE00 and <= 0x1EEFF) or (>= 0x1F000 and <= 0x1FBFF)
            or (>= 0x2F800 and <= 0x2FA1F) or >= 0xE0000);
}
