using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>Finds the API key of a request. Source: APIXO, authentication page: <c>Authorization: Bearer &lt;key&gt;</c>, nowhere else.</summary>
public static class Credentials
{
    private const string Scheme = "Bearer ";
    private const int KeyLengthMax = 256;

    /// <summary>The key; null for every request that does not carry exactly one well-formed one.</summary>
    public static string? Read(IHeaderDictionary headers)
    {
        var all = headers.Authorization;
        if (all.Count != 1 || all[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var key = header.AsSpan(Scheme.Length).Trim(' ');
        return key.Length is > 0 and <= KeyLengthMax && !key.ContainsAnyExceptInRange('!', '~') ? key.ToString() : null;
    }
}
