using System.Text;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Filmgate.Dialects.Kling;

/// <summary>Why nobody was signed in, for the error form to say. Source of the codes: Kling, error codes.</summary>
/// <param name="Code">1000 to 1004.</param>
/// <param name="Message">In a sentence.</param>
internal sealed record SignInFault(int Code, string Message)
{
    /// <summary>No key at all.</summary>
    public static readonly SignInFault Empty = new(
        1001, $"Authorization is empty. Send Authorization: Bearer with an API key or a token that is signed with a key pair, or an API key as {Wire.ApiKeyHeader}.");

    /// <summary>The header is not one that could be right.</summary>
    public static readonly SignInFault Malformed = new(1002, "Authorization must be given once, as Bearer and an API key or a token in visible ASCII characters.");

    /// <summary>The token cannot be read, or nobody has signed it that is known here.</summary>
    public static readonly SignInFault BadToken = new(
        1002, "The token must be signed with HS256 by the secret key that belongs to its iss, which is the access key.");

    /// <summary>The token's time has not come.</summary>
    public static readonly SignInFault NotYet = new(1003, "The token is not yet valid: its nbf lies in the future. Compare the clocks, or sign a new one.");

    /// <summary>The token's time is over.</summary>
    public static readonly SignInFault Expired = new(1004, "The token is expired: its exp lies in the past. Sign a new one.");

    /// <summary>The token would be good for ever, or nearly.</summary>
    public static readonly SignInFault Unbounded = new(
        1000, $"Authentication failed: the token must have an exp, as a number of seconds, at most {SignIn.LifetimeMax.TotalHours:0} hours from now.");

    /// <summary>The key is not known here.</summary>
    public static readonly SignInFault UnknownKey = new(1000, "Authentication failed: the API key is mistyped, unknown, expired, revoked or not for this address.");
}

/// <summary>
/// Finds the caller of a request: by a plain key, or by a token that is signed with the key's pair. Source: Kling, authentication.
/// </summary>
/// <param name="keys">Checks keys.</param>
/// <param name="time">The clock that tokens are judged by.</param>
internal sealed class SignIn(IKeyRing keys, TimeProvider time)
{
    /// <summary>How far a token's <c>exp</c> may lie ahead. Kling's sample signs for 30 minutes; one that lives for ever would be a key that nobody can revoke alone.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromHours(24);

    /// <summary>How far the clocks of caller and gateway may differ.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(60);

    private const string Scheme = "Bearer";
    private const int TokenLengthMax = 4096;
    private static readonly JsonWebTokenHandler Tokens = new();

    // The library's own factory keeps the keys that it has met, which is for issuers that are few.
    private static readonly CryptoProviderFactory Forgetful = new() { CacheSignatureProviders = false };

    /// <summary>The caller, or null; then the request carries the reason.</summary>
    public async ValueTask<Caller?> AuthenticateAsync(HttpContext context)
    {
        var (credential, fault) = Read(context.Request.Headers);
        (Caller? caller, SignInFault? reason) = fault is not null ? (null, fault)
            : IsToken(credential!) ? await JudgeAsync(context, credential!)
            : (await CallerDoor.AuthenticateAsync(keys, context, credential), SignInFault.UnknownKey);
        if (caller is null)
        {
            context.Features.Set(reason!);
        }

        return caller;
    }

    private static bool IsToken(string credential) => credential.AsSpan().Count('.') == 2;

    private static (string? Credential, SignInFault? Fault) Read(IHeaderDictionary headers)
    {
        var all = headers.Authorization;
        if (all.Count > 1)
        {
            return (null, SignInFault.Malformed);
        }

        var header = all.ToString().Trim(' ');
        if (header.Length == 0)
        {
            var plain = headers[Wire.ApiKeyHeader];
            return plain.Count > 1 ? (null, SignInFault.Malformed) : Checked(plain.ToString());
        }

        if (header.Equals(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (null, SignInFault.Empty);
        }

        return header.StartsWith(Scheme + " ", StringComparison.OrdinalIgnoreCase) ? Checked(header[(Scheme.Length + 1)..]) : (null, SignInFault.Malformed);
    }

    private static (string? Credential, SignInFault? Fault) Checked(string text)
    {
        var credential = text.Trim(' ');
        return credential.Length == 0 ? (null, SignInFault.Empty)
            : credential.Length > TokenLengthMax || credential.AsSpan().ContainsAnyExceptInRange('!', '~') ? (null, SignInFault.Malformed)
            : (credential, null);
    }

    // The order is Kling's: signature, then beginning, then end. Only the algorithm named here is taken, whatever the token's head says.
    private async ValueTask<(Caller? Caller, SignInFault? Fault)> JudgeAsync(HttpContext context, string text)
    {
        if (!TryRead(text, out var token, out var issuer)
            || await keys.FindPairAsync(issuer, context.Connection.RemoteIpAddress, CancellationToken.None) is not { } pair)
        {
            return (null, SignInFault.BadToken);
        }

        var result = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(pair.SecretKey)) { CryptoProviderFactory = Forgetful },
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            RequireSignedTokens = true,

            // The issuer is the pair that was found, there is no audience, and times are judged below by this house's clock, in Kling's order.
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        if (!result.IsValid)
        {
            return (null, SignInFault.BadToken);
        }

        return TimeFault(token) is { } fault ? (null, fault) : (pair.Caller, null);
    }

    private SignInFault? TimeFault(JsonWebToken token)
    {
        var now = time.GetUtcNow();
        if (!TryReadSeconds(token, JwtRegisteredClaimNames.Nbf, out var begin) || !TryReadSeconds(token, JwtRegisteredClaimNames.Exp, out var end) || end is null)
        {
            return SignInFault.Unbounded;
        }

        var seconds = now.ToUnixTimeMilliseconds() / 1000.0;
        return begin > seconds + Leeway.TotalSeconds ? SignInFault.NotYet
            : end <= seconds - Leeway.TotalSeconds ? SignInFault.Expired
            : end > seconds + (LifetimeMax + Leeway).TotalSeconds ? SignInFault.Unbounded
            : null;
    }

    private static bool TryRead(string text, out JsonWebToken token, out string issuer)
    {
        token = null!;
        issuer = string.Empty;
        try
        {
            token = Tokens.ReadJsonWebToken(text);
            issuer = token.Issuer ?? string.Empty;
            return issuer.Length > 0;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or System.Text.Json.JsonException or FormatException or InvalidOperationException)
        {
            // Whatever is not a token has many ways to say so, and to the caller all of them mean the same.
            return false;
        }
    }

    /// <summary>The seconds of a claim, which some libraries write with a fraction; null when it is absent. False when it is no number.</summary>
    private static bool TryReadSeconds(JsonWebToken token, string name, out double? seconds)
    {
        seconds = null;
        if (!token.TryGetPayloadValue<object>(name, out var value))
        {
            return true;
        }

        seconds = value switch
        {
            int whole => whole,
            long whole => whole,
            double fraction => fraction,
            decimal fraction => (double)fraction,
            _ => null,
        };
        return seconds is not null && double.IsFinite(seconds.Value);
    }
}
