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

    private const int SearchedMax = 4 * LengthMax;

    // A part of a key that is shorter than that may be any word.
    private const int PartLengthMin = 8;
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

        // Our own credentials are hidden before anything is cut: half of a key would not be found.
        var shown = text;
        foreach (var secret in SecretsOf(settings))
        {
            shown = shown.Replace(secret, Hidden, StringComparison.OrdinalIgnoreCase);
        }

        shown = shown.Length > SearchedMax ? shown[..SearchedMax] : shown;
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

    // As they are, as they stand in an address, and the halves of a key that has two: an id and a secret. The longest first.
    private static IEnumerable<string> SecretsOf(ProviderSettings settings) =>
        new[] { settings.ApiKey, settings.SecretKey, settings.AccessKey }
            .Where(secret => !string.IsNullOrEmpty(secret))
            .SelectMany(secret => secret!.Split(':').Where(part => part.Length >= PartLengthMin).Append(secret))
            .SelectMany(secret => new[] { secret, Uri.EscapeDataString(secret) })
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(secret => secret.Length);

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
