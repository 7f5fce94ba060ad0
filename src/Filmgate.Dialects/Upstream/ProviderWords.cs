using System.Text.RegularExpressions;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Upstream;

/// <summary>
/// Makes a provider's text fit to be shown to an account: one line, at most <see cref="LengthMax"/> characters, without anything that
/// looks like a key. Providers echo what they were sent.
/// </summary>
public static partial class ProviderWords
{
    /// <summary>Longest text that is shown, in characters.</summary>
    public const int LengthMax = 2048;

    // What is cut off before the search cannot hold the half of a key that would be shown.
    private const int SearchedMax = 4 * LengthMax;
    private const string Hidden = "***";

    /// <summary>The text as it may be shown; <paramref name="ifNone"/> when there is none.</summary>
    /// <param name="text">What the provider said.</param>
    /// <param name="settings">The provider's settings, whose credentials are looked for letter by letter.</param>
    /// <param name="ifNone">A sentence of ours.</param>
    public static string Shown(string? text, ProviderSettings settings, string ifNone)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (string.IsNullOrWhiteSpace(text))
        {
            return ifNone;
        }

        var shown = text.Length > SearchedMax ? text[..SearchedMax] : text;
        foreach (var secret in new[] { settings.ApiKey, settings.SecretKey, settings.AccessKey })
        {
            if (!string.IsNullOrEmpty(secret))
            {
                shown = shown.Replace(secret, Hidden, StringComparison.OrdinalIgnoreCase);
            }
        }

        shown = Bearer().Replace(shown, "$1" + Hidden);
        shown = Named().Replace(shown, "$1" + Hidden);
        shown = Token().Replace(shown, Hidden);
        shown = Unprintable().Replace(shown, " ").Trim();
        if (shown.Length > LengthMax)
        {
            var end = char.IsHighSurrogate(shown[LengthMax - 2]) ? LengthMax - 2 : LengthMax - 1;
            shown = shown[..end] + "…";
        }

        return shown.Length > 0 ? shown : ifNone;
    }

    [GeneratedRegex(@"\b(bearer\s+)[^\s""',;]{6,}", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Bearer();

    [GeneratedRegex(@"((?:api[-_ ]?key|access[-_ ]?key|secret[-_ ]?key|secret|token|password|passwd|authorization|signature)[""']?\s*[:=]\s*[""']?)[^\s""',;&]+", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Named();

    // Keys by their usual beginnings, web tokens, and any run that is too long to be a word or an id.
    [GeneratedRegex(@"\b(?:sk|pk|rk|r8|fg|fal|kie|key|whsec)[-_][A-Za-z0-9_\-]{8,}|\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)?|[A-Za-z0-9_\-+/=:]{48,}", RegexOptions.NonBacktracking)]
    private static partial Regex Token();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}\s]+", RegexOptions.NonBacktracking)]
    private static partial Regex Unprintable();
}
