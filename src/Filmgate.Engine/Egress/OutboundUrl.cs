using System.Globalization;
using System.Net;
using System.Text;

namespace Filmgate.Engine.Egress;

/// <summary>The outcome of <see cref="OutboundUrl.Check"/>: a URL that may be tried, or the reason why not.</summary>
public readonly record struct OutboundUrlResult
{
    private OutboundUrlResult(Uri? url, string? refusal)
    {
        Url = url;
        Refusal = refusal;
    }

    /// <summary>The checked URL; null when refused. Its path and query are sent byte for byte as they were given.</summary>
    public Uri? Url { get; }

    /// <summary>What is wrong, to be read after "it is refused": <c>it carries a user name or password</c>. Repeats nothing of the URL; null when allowed.</summary>
    public string? Refusal { get; }

    /// <summary>Whether the URL may be tried. The address it resolves to is judged later, when it is dialled.</summary>
    public bool IsAllowed => Url is not null;

    internal static OutboundUrlResult Allowed(Uri url) => new(url, null);

    internal static OutboundUrlResult Refused(string reason) => new(null, reason);
}

/// <summary>
/// Judges the text of a URL that a caller or a provider names. Pure: nothing is resolved. Its reading of the text does not
/// lean on <see cref="Uri"/>, which repairs what ought to be refused.
/// </summary>
public static class OutboundUrl
{
    /// <summary>
    /// Checks a URL: absolute http or https, no user and password, a canonical address literal or a plain host name, an
    /// open port, no control character, space or backslash. A literal must be public or lie in the allowed networks.
    /// </summary>
    /// <param name="text">The URL. A fragment is dropped; non-ASCII in path and query is percent-encoded as UTF-8.</param>
    /// <param name="rules">What is allowed.</param>
    /// <returns>The checked URL or the reason; never an exception, whatever the text is.</returns>
    public static OutboundUrlResult Check(string? text, OutboundUrlRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);

        // 1. The text as a whole.
        if (string.IsNullOrEmpty(text))
            return OutboundUrlResult.Refused("it is empty");
        if (text.Length > rules.MaxLength)
            return OutboundUrlResult.Refused($"it is longer than {rules.MaxLength} characters");
        foreach (var c in text)
        {
            if (c <= ' ' || c == '\\' || char.IsControl(c))
                return OutboundUrlResult.Refused("it has a space, a backslash or a control character in it");
        }

        // 2. The scheme.
        var isHttps = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isHttps && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            return OutboundUrlResult.Refused("it does not begin with http:// or https://");
        var rest = text.AsSpan(isHttps ? 8 : 7);

        // 3. Host and port.
        var end = rest.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        if (authority.Contains('@'))
            return OutboundUrlResult.Refused("it carries a user name or password");
        if (SplitPort(authority, isHttps ? 443 : 80, out var hostText, out var port) is { } portFault)
            return OutboundUrlResult.Refused(portFault);
        if (HostName.Read(hostText, out var host, out var literal) is { } hostFault)
            return OutboundUrlResult.Refused(hostFault);
        if (Forbidden(rules, host, literal, isHttps, port) is { } rule)
            return OutboundUrlResult.Refused(rule);

        // 4. Path and query as they are.
        if (!TryEncodeTarget(end < 0 ? [] : rest[end..], out var target))
            return OutboundUrlResult.Refused("it has half a surrogate pair in it");
        var url = string.Concat(isHttps ? "https://" : "http://", host, port == (isHttps ? 443 : 80) ? "" : $":{port}", target);
        return Uri.TryCreate(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri)
            ? OutboundUrlResult.Allowed(uri)
            : OutboundUrlResult.Refused("it is malformed");
    }

    /// <summary>
    /// Resolves the <c>Location</c> of a redirect against the URL that answered with it, by RFC 3986 section 5.2, and checks
    /// the outcome. An absolute location keeps its bytes. From https to http is refused.
    /// </summary>
    /// <param name="from">The checked URL that was asked.</param>
    /// <param name="location">The raw header value, one character per byte.</param>
    /// <param name="rules">What is allowed.</param>
    /// <returns>As <see cref="Check"/>.</returns>
    public static OutboundUrlResult CheckRedirect(Uri from, string location, OutboundUrlRules rules)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(location);
        var text = EscapeBytes(location);
        var original = from.OriginalString;
        var pathStart = original.IndexOf('/', original.IndexOf("://", StringComparison.Ordinal) + 3);
        var origin = original[..pathStart];
        var target = original[pathStart..];
        var path = target.Split('?', 2)[0];

        string absolute;
        if (text.Length == 0 || text[0] == '#')
            absolute = original;
        else if (text.StartsWith("//", StringComparison.Ordinal))
            absolute = from.Scheme + ":" + text;
        else if (text[0] == '/')
            absolute = origin + text;
        else if (text[0] == '?')
            absolute = origin + path + text;
        else if (text.AsSpan().IndexOf(':') is var colon and > 0 && text.AsSpan().IndexOfAny('/', '?', '#') is var other && (other < 0 || colon < other))
            absolute = text;
        else
            absolute = origin + MergePath(path, text);
        var result = Check(absolute, rules);
        return from.Scheme == Uri.UriSchemeHttps && result.Url is { } next && next.Scheme != Uri.UriSchemeHttps
            ? OutboundUrlResult.Refused("it leads from https to http")
            : result;
    }

    private static string? SplitPort(ReadOnlySpan<char> authority, int defaultPort, out ReadOnlySpan<char> host, out int port)
    {
        host = authority;
        port = defaultPort;
        var colon = authority.LastIndexOf(':');
        if (colon < authority.LastIndexOf(']') || colon < 0)
            return null;
        host = authority[..colon];
        var digits = authority[(colon + 1)..];
        if (digits.IsEmpty)
            return null;
        if (digits.Length > 5 || digits.ContainsAnyExceptInRange('0', '9')
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
            return "its port is not a number from 1 to 65535";
        return null;
    }

    private static string? Forbidden(OutboundUrlRules rules, string host, IPAddress? literal, bool isHttps, int port)
    {
        var needsAllowed = rules.NeedsAllowedNetwork(literal is null ? host : literal.ToString(), isHttps, port);
        if (literal is not null)
        {
            if (PublicAddress.IsIn(literal, rules.AllowNetworks))
                return null;
            if (!PublicAddress.IsPublic(literal))
                return "its address is not on the public internet";
        }
        else
        {
            if (HostName.IsLocalhost(host) && !rules.AllowsLoopback)
                return "its host name stands for this machine";
            if (rules.AllowNetworks.Count > 0)
                return null;
            if (HostName.IsPrivate(host))
                return "its host name has no meaning on the public internet";
        }
        if (!needsAllowed)
            return null;
        return rules.RequireHttps && !isHttps ? "it is not https" : "its port is not one of the open ones";
    }

    private static bool TryEncodeTarget(ReadOnlySpan<char> text, out string target)
    {
        var fragment = text.IndexOf('#');
        if (fragment >= 0)
            text = text[..fragment];
        var slash = text.IsEmpty || text[0] != '/' ? "/" : "";
        if (Ascii.IsValid(text))
        {
            target = string.Concat(slash, text);
            return true;
        }

        target = "";
        var encoded = new StringBuilder(slash, text.Length + 32);
        Span<byte> utf8 = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var used) != System.Buffers.OperationStatus.Done)
                return false;
            text = text[used..];
            if (rune.IsAscii)
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
        target = encoded.ToString();
        return true;
    }

    // Header bytes above 0x7F arrive as Latin-1 characters. Whatever encoding they were meant in, sending the same bytes
    // back is the only faithful answer.
    private static string EscapeBytes(string location)
    {
        if (Ascii.IsValid(location))
            return location;
        var escaped = new StringBuilder(location.Length + 32);
        foreach (var c in location)
        {
            if (c < 0x80)
                escaped.Append(c);
            else
                escaped.Append('%').Append(((byte)c).ToString("X2", CultureInfo.InvariantCulture));
        }
        return escaped.ToString();
    }

    private static string MergePath(string basePath, string reference)
    {
        var tail = reference.IndexOfAny(['?', '#']);
        var merged = string.Concat(basePath.AsSpan(0, basePath.LastIndexOf('/') + 1), tail < 0 ? reference : reference.AsSpan(0, tail));
        var kept = new List<string>();
        var segments = merged.Split('/')[1..];
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] == ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            else if (segments[i] is not ("." or ".."))
                kept.Add(segments[i]);
            if (isLast && segments[i] is "." or "..")
                kept.Add("");
        }
        return "/" + string.Join('/', kept) + (tail < 0 ? "" : reference[tail..]);
    }
}
