using System.Text;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// Signs in at Kling: with the plain key, or with a token of the pair that is made afresh for each request, so that none is ever old.
/// Source: Kling, authentication.
/// </summary>
internal sealed class TokenSource
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Backdating = TimeSpan.FromSeconds(5);
    private static readonly JsonWebTokenHandler Tokens = new();

    private readonly ProviderSettings _settings;
    private readonly TimeProvider _time;
    private readonly SigningCredentials? _signing;

    public TokenSource(ProviderSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _signing = settings.SecretKey is { } secret
            ? new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)), SecurityAlgorithms.HmacSha256)
            : null;
    }

    /// <summary>The header that signs one request in.</summary>
    public KeyValuePair<string, string> Header() => Credential.Bearer(_signing is null ? _settings.ApiKey : Token());

    private string Token()
    {
        var now = _time.GetUtcNow();
        var issuer = System.Text.Json.JsonEncodedText.Encode(_settings.AccessKey!);
        var claims = $$"""{"iss":"{{issuer}}","exp":{{(now + Lifetime).ToUnixTimeSeconds()}},"nbf":{{(now - Backdating).ToUnixTimeSeconds()}}}""";
        return Tokens.CreateToken(claims, _signing);
    }
}
