using Filmgate.Engine.Artifacts;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Addresses to which a provider may post that an attempt has moved on. The token names account, task and attempt and carries a signature
/// over them, so only the provider that was given it can use it, and only for that attempt.
/// </summary>
/// <param name="key">The signing key.</param>
/// <param name="address">The address under which this gateway is reached.</param>
public sealed class CallbackLinks(SigningKey key, PublicAddressHolder address)
{
    /// <summary>Where hints are taken.</summary>
    public const string PathPrefix = "/callbacks/";

    private const char Separator = '.';
    private const int TokenLengthMax = 512;

    private readonly HmacSigner _signer = new(key.Derive("callbacks", ""));

    /// <summary>The address for one attempt; null for a provider that would not reach it.</summary>
    public string? Of(TaskKey task, AttemptId attempt, ProviderFacts provider) =>
        address.For(provider) is { } origin ? string.Concat(origin, PathPrefix, Token(task, attempt)) : null;

    /// <summary>The token for one attempt.</summary>
    public string Token(TaskKey task, AttemptId attempt)
    {
        var names = string.Join(Separator, task.Account.Value, task.Task.Value, attempt.Value);
        return string.Concat(names, ".", _signer.Sign(names));
    }

    /// <summary>Reads a token; false for one that is not ours.</summary>
    public bool TryRead(string token, out TaskKey task, out AttemptId attempt)
    {
        ArgumentNullException.ThrowIfNull(token);
        task = default;
        attempt = default;
        var end = token.LastIndexOf(Separator);
        if (token.Length > TokenLengthMax || end < 0)
        {
            return false;
        }

        var names = token[..end];
        if (!_signer.IsSigned(names, token[(end + 1)..]) || names.Split(Separator) is not [var account, var id, var submission])
        {
            return false;
        }

        task = new TaskKey(new AccountId(account), new TaskId(id));
        attempt = new AttemptId(submission);
        return true;
    }
}
