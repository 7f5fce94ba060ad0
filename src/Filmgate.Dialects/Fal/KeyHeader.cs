using System.Security.Cryptography;
using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Finds the caller by <c>Authorization: Key …</c>: a key of this gateway, or the two halves of its pair as <c>id:secret</c>, which is what
/// clients make of <c>FAL_KEY_ID</c> and <c>FAL_KEY_SECRET</c>. Source: <c>@fal-ai/client</c> 1.10.1, config.ts.
/// </summary>
internal static class KeyHeader
{
    private const string Scheme = "Key ";
    private const int LengthMax = 512;

    /// <summary>The caller; null for every request that does not carry exactly one well-formed and known key.</summary>
    public static async ValueTask<Caller?> AuthenticateAsync(IKeyRing keys, HttpContext context)
    {
        if (Read(context.Request.Headers) is not { } key)
        {
            return null;
        }

        var colon = key.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return await CallerDoor.AuthenticateAsync(keys, context, key);
        }

        var pair = await keys.FindPairAsync(key[..colon], context.Connection.RemoteIpAddress, CancellationToken.None);
        return pair is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key[(colon + 1)..]), Encoding.UTF8.GetBytes(pair.SecretKey))
            ? pair.Caller
            : null;
    }

    private static string? Read(IHeaderDictionary headers)
    {
        var all = headers.Authorization;
        if (all.Count != 1 || all[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var key = header.AsSpan(Scheme.Length).Trim(' ');
        return key.Length is > 0 and <= LengthMax && !key.ContainsAnyExceptInRange('!', '~') ? key.ToString() : null;
    }
}
