using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Model.Requests;

/// <summary>
/// What a caller's <c>Idempotency-Key</c> claims: this key stands for this request, until then. Recorded in the transaction that
/// accepts the task, so that a key and its task exist together or not at all.
/// </summary>
/// <param name="Key">The caller's key.</param>
/// <param name="Fingerprint">Lower-case hex SHA-256 of the request's meaning.</param>
/// <param name="ExpiresAt">From when on the key may stand for something else.</param>
public sealed record IdempotencyClaim(string Key, string Fingerprint, DateTimeOffset ExpiresAt)
{
    /// <summary>Longest key, in characters.</summary>
    public const int KeyLengthMax = 255;

    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Whether a text may be a key: 1 to 255 visible ASCII characters.</summary>
    public static bool IsKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= KeyLengthMax && text.All(character => character is > ' ' and < '\x7f');
    }

    /// <summary>
    /// The fingerprint of a draft: of what is asked, not of how it is spelled, so that white space, the order of fields and unknown
    /// fields make no difference. Each part is preceded by its length, and
    /// the list by its count, so that no two drafts run into one another.
    /// </summary>
    public static string FingerprintOf(GenerationDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string?[] parts =
        [
            draft.Mode, draft.Prompt, draft.NegativePrompt, Number(draft.Duration), draft.AspectRatio, Number(draft.CfgScale),
            draft.Provider, draft.CallbackUrl, draft.CallbackEvents.ToString(), draft.Source, draft.ExternalId, Number(draft.ImageUrls.Length), .. draft.ImageUrls,
            .. draft.Metadata.SelectMany(pair => new[] { pair.Key, pair.Value }),
            .. draft.Priority is null or 0 ? [] : new[] { null, Number(draft.Priority) },
        ];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? string.Empty);
            hash.AppendData(BitConverter.GetBytes(part is null ? -1 : bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // 5, 5.0 and "5" mean the same.
    private static string? Number(decimal? value) => value?.ToString("0.############################");
}
