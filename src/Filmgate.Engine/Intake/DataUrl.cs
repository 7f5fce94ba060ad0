namespace Filmgate.Engine.Intake;

/// <summary>Reads <c>data:</c> URLs (RFC 2397) in their base64 form. Pure.</summary>
public static class DataUrl
{
    private const int MostHeadCharacters = 256;

    /// <summary>Whether a text is meant as a data URL.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsDataUrl(string? text) => text is not null && text.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Decodes <c>data:&lt;type&gt;;base64,&lt;data&gt;</c>. The type is not looked at; the bytes decide.</summary>
    /// <param name="text">The URL. Its length is judged before anything is decoded.</param>
    /// <param name="maxBytes">The most bytes it may decode to.</param>
    /// <param name="bytes">The bytes; empty when it is refused.</param>
    /// <param name="fault">What is wrong.</param>
    /// <returns>Whether it was decoded.</returns>
    public static bool TryDecode(string? text, int maxBytes, out byte[] bytes, out DataUrlFault fault)
    {
        bytes = [];
        if (!TryFindData(text, maxBytes, out var data, out fault))
            return false;
        // Standard base64 with padding, without line breaks: the one form every sender can write and every length rule holds for.
        if (data.Length % 4 != 0 || data.ContainsAny(" \t\r\n"))
        {
            fault = DataUrlFault.Malformed;
            return false;
        }
        var decoded = new byte[data.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(data, decoded, out var written) || written == 0)
        {
            fault = DataUrlFault.Malformed;
            return false;
        }
        if (written > maxBytes)
        {
            fault = DataUrlFault.TooLarge;
            return false;
        }
        bytes = written == decoded.Length ? decoded : decoded[..written];
        return true;
    }

    /// <summary>Checks head and length of a data URL without decoding it.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="maxBytes">The most bytes it may decode to.</param>
    /// <param name="fault">What is wrong; <see cref="DataUrlFault.None"/> when nothing is.</param>
    /// <returns>Whether it is worth decoding.</returns>
    public static bool IsPlausible(string? text, int maxBytes, out DataUrlFault fault) => TryFindData(text, maxBytes, out _, out fault);

    private static bool TryFindData(string? text, int maxBytes, out ReadOnlySpan<char> data, out DataUrlFault fault)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        data = default;
        fault = DataUrlFault.Malformed;
        if (!IsDataUrl(text))
            return false;
        var rest = text.AsSpan(5);
        var comma = rest[..Math.Min(rest.Length, MostHeadCharacters)].IndexOf(',');
        if (comma < 0)
            return false;
        if (!rest[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            fault = DataUrlFault.NotBase64;
            return false;
        }
        data = rest[(comma + 1)..];
        if (data.Length > ((long)maxBytes + 2) / 3 * 4)
        {
            fault = DataUrlFault.TooLarge;
            return false;
        }
        fault = DataUrlFault.None;
        return true;
    }
}

/// <summary>What is wrong with a data URL.</summary>
public enum DataUrlFault
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>It has no comma, or its data is no standard base64 with padding.</summary>
    Malformed = 1,
    /// <summary>It is of the percent-encoded form.</summary>
    NotBase64 = 2,
    /// <summary>It decodes to more bytes than are taken.</summary>
    TooLarge = 3,
}
