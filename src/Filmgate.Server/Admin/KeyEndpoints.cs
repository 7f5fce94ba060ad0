using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Admission;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>Keys: issued, listed, revoked, replaced. A key's secrets stand in the answer that issues it and nowhere else.</summary>
internal sealed class KeyEndpoints(
    IAccountStore accounts, KeyRing ring, KeyPairs pairs, ICallbackSecrets callbackSecrets, IdSource ids, TimeProvider time)
{
    // Source: the Standard Webhooks specification, secret format.
    private const string WebhookSecretPrefix = "whsec_";

    private const int OverlapDefault = 86_400;
    private const int OverlapMax = 604_800;
    private const string LastAdminKey = "This is the last admin key that works; without it nobody could administer. Create another one first.";

    // Two administrators who revoke each other's key at the same time would each see that one is left.
    private static readonly SemaphoreSlim Revoking = new(1, 1);

    /// <summary><c>GET /accounts/{id}/keys</c>.</summary>
    public async Task ListOfAccountAsync(HttpContext context, Caller caller)
    {
        var id = AdminRoutes.Id(context);
        if (await accounts.FindAsync(new AccountId(id), CancellationToken.None) is { } account)
        {
            await AnswerAsync(context, await accounts.ListKeysAsync(account.Id, CancellationToken.None));
        }
        else
        {
            await AdminAnswer.WriteNotFoundAsync(context, "account", id);
        }
    }

    /// <summary><c>GET /keys?kind=admin</c>.</summary>
    public async Task ListAdminAsync(HttpContext context, Caller caller)
    {
        var query = new AdminQuery(context.Request, "kind");
        if (query.Text("kind") is not (null or "admin"))
        {
            query.Add("kind", $"must be admin; the keys of an account are listed at {AdminRoutes.Base}/accounts/ID/keys", query.Text("kind"));
        }

        if (!await query.RefuseAsync(context))
        {
            await AnswerAsync(context, await accounts.ListKeysAsync(null, CancellationToken.None));
        }
    }

    /// <summary><c>GET /keys/{id}</c>.</summary>
    public async Task ShowAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context) is { } key)
        {
            await AnswerAsync(context, key);
        }
    }

    /// <summary><c>POST /accounts/{id}/keys</c>.</summary>
    public async Task CreateForAccountAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "name", "kind", "expires_at", "allowed_networks") is not { } fields)
        {
            return;
        }

        var id = AdminRoutes.Id(context);
        if (await accounts.FindAsync(new AccountId(id), CancellationToken.None) is not { } account)
        {
            await AdminAnswer.WriteNotFoundAsync(context, "account", id);
            return;
        }

        var kind = fields.Word("kind", isRequired: true, $"; admin keys are made at POST {AdminRoutes.Base}/keys", "live", "test");
        await CreateAsync(context, caller, fields, kind == "live" ? KeyKind.Live : KeyKind.Test, account.Id);
    }

    /// <summary><c>POST /keys</c>.</summary>
    public async Task CreateAdminAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: false, "name", "kind", "expires_at", "allowed_networks") is not { } fields)
        {
            return;
        }

        fields.Word("kind", isRequired: false, $"; live and test keys are made at POST {AdminRoutes.Base}/accounts/ID/keys", "admin");
        await CreateAsync(context, caller, fields, KeyKind.Admin, null);
    }

    /// <summary><c>POST /keys/{id}/revoke</c>; a key that is revoked already stays as it is.</summary>
    public async Task RevokeAsync(HttpContext context, Caller caller)
    {
        await Revoking.WaitAsync();
        try
        {
            if (await FindAsync(context) is not { } key)
            {
                return;
            }

            var now = time.GetUtcNow();
            if (key.RevokedAt is null)
            {
                if (await IsLastAdminAsync(key, now))
                {
                    await ApixoErrors.WriteAsync(context, StatusCodes.Status409Conflict, LastAdminKey);
                    return;
                }

                await accounts.RevokeKeyAsync(key.Id, now, new AuditEntry(now, caller.Key.Value, "key.revoke", key.Id.Value), CancellationToken.None);
                ring.Forget(key.Prefix);
            }

            await AnswerAsync(context, (await accounts.FindKeyAsync(key.Id, CancellationToken.None))!);
        }
        finally
        {
            Revoking.Release();
        }
    }

    /// <summary><c>POST /keys/{id}/rotate</c>: a successor for the same use; the key itself works on for the overlap.</summary>
    public async Task RotateAsync(HttpContext context, Caller caller)
    {
        if (await AdminFields.ReadAsync(context, isOptional: true, "overlap_seconds", "expires_at") is not { } fields || await FindAsync(context) is not { } key)
        {
            return;
        }

        var now = time.GetUtcNow();
        var overlap = fields.Whole("overlap_seconds", 0, OverlapMax) ?? OverlapDefault;
        var expiresAt = fields.FutureMoment("expires_at", now);
        if (await fields.RefuseAsync(context))
        {
            return;
        }

        var (successor, secret) = Issue(key.Kind, key.Account, key.Name, expiresAt, key.AllowedNetworks, now);
        var endsAt = now.AddSeconds(overlap);
        var details = AuditDetails.Of(json =>
        {
            json.WriteString("successor", successor.Id.Value);
            json.WriteMoment("works_until", endsAt);
            json.WriteMoment("successor_expires_at", expiresAt);
        });
        var audit = new AuditEntry(now, caller.Key.Value, "key.rotate", key.Id.Value, details);

        // A key that works no more is not replaced: whoever lost it must not get another one by the way.
        if (key.RevokedAt is not null || key.ExpiresAt <= now || !await accounts.RotateKeyAsync(key.Id, endsAt, successor, audit, CancellationToken.None))
        {
            await ApixoErrors.WriteAsync(
                context, StatusCodes.Status409Conflict, "This key is revoked or expired and has no successor. Create a new key instead.");
            return;
        }

        ring.Forget(key.Prefix);
        var predecessor = (await accounts.FindKeyAsync(key.Id, CancellationToken.None))!;
        await AdminAnswer.WriteAsync(context, json =>
        {
            WriteMembers(json, successor);
            WriteSecrets(json, successor, secret);
            json.WriteStartObject("predecessor");
            WriteMembers(json, predecessor);
            json.WriteEndObject();
        });
    }

    private async Task CreateAsync(HttpContext context, Caller caller, AdminFields fields, KeyKind kind, AccountId? account)
    {
        var now = time.GetUtcNow();
        var name = fields.Name("name", isRequired: true);
        var expiresAt = fields.FutureMoment("expires_at", now);
        var networks = fields.Networks("allowed_networks");
        if (await fields.RefuseAsync(context))
        {
            return;
        }

        var (key, secret) = Issue(kind, account, name!, expiresAt, networks, now);
        var details = AuditDetails.Of(json =>
        {
            json.WriteString("account", account?.Value);
            json.WriteString("kind", KindName(kind));
            json.WriteString("name", name);
            json.WriteMoment("expires_at", expiresAt);
            json.WriteString("allowed_networks", networks);
        });
        await accounts.AddKeyAsync(key, new AuditEntry(now, caller.Key.Value, "key.create", key.Id.Value, details), CancellationToken.None);
        await AdminAnswer.WriteAsync(context, json =>
        {
            WriteMembers(json, key);
            WriteSecrets(json, key, secret);
        });
    }

    private (StoredKey Key, string Secret) Issue(
        KeyKind kind, AccountId? account, string name, DateTimeOffset? expiresAt, string? networks, DateTimeOffset now)
    {
        var secret = KeyText.New(kind);
        return (
            new StoredKey
            {
                Id = ids.NewKey(),
                Account = account,
                Kind = kind,
                Name = name,
                Prefix = KeyText.VisiblePart(secret)!,
                Hash = [.. KeyText.Hash(secret)],
                CreatedAt = now,
                ExpiresAt = expiresAt,
                AllowedNetworks = networks,
            },
            secret);
    }

    private async ValueTask<StoredKey?> FindAsync(HttpContext context)
    {
        var id = AdminRoutes.Id(context);
        var key = await accounts.FindKeyAsync(new KeyId(id), CancellationToken.None);
        if (key is null)
        {
            await AdminAnswer.WriteNotFoundAsync(context, "key", id);
        }

        return key;
    }

    private async ValueTask<bool> IsLastAdminAsync(StoredKey key, DateTimeOffset now) =>
        key.Kind == KeyKind.Admin
        && !(await accounts.ListKeysAsync(null, CancellationToken.None))
            .Any(other => other.Id != key.Id && other.RevokedAt is null && !(other.ExpiresAt <= now));

    private static Task AnswerAsync(HttpContext context, StoredKey key) => AdminAnswer.WriteAsync(context, json => WriteMembers(json, key));

    private static Task AnswerAsync(HttpContext context, IReadOnlyCollection<StoredKey> keys) => AdminAnswer.WriteAsync(context, json =>
    {
        json.WriteStartArray("keys");
        foreach (var key in keys)
        {
            json.WriteStartObject();
            WriteMembers(json, key);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteMembers(Utf8JsonWriter json, StoredKey key)
    {
        json.WriteString("id", key.Id.Value);
        json.WriteString("account_id", key.Account?.Value);
        json.WriteString("kind", KindName(key.Kind));
        json.WriteString("name", key.Name);
        json.WriteString("prefix", key.Prefix);
        json.WriteMoment("created_at", key.CreatedAt);
        json.WriteMoment("last_used_at", key.LastUsedAt);
        json.WriteMoment("expires_at", key.ExpiresAt);
        json.WriteMoment("revoked_at", key.RevokedAt);
        if (key.AllowedNetworks is { } networks)
        {
            json.WriteStartArray("allowed_networks");
            foreach (var network in networks.Split(','))
            {
                json.WriteStringValue(network);
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("allowed_networks");
        }
    }

    // The other two forms of the key and the account's secret for callbacks are derived, so they could be shown again; but whoever may see
    // them may act for the account, and that is decided when a key is made.
    private void WriteSecrets(Utf8JsonWriter json, StoredKey key, string secret)
    {
        json.WriteString("secret", secret);
        if (key.Account is { } account)
        {
            json.WriteString("access_key", key.Id.Value);
            json.WriteString("secret_key", pairs.SecretOf(key.Id));
            json.WriteString("webhook_secret", WebhookSecretPrefix + Convert.ToBase64String(callbackSecrets.Of(account).Span));
        }
    }

    private static string KindName(KeyKind kind) => kind switch
    {
        KeyKind.Live => "live",
        KeyKind.Test => "test",
        KeyKind.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of key."),
    };
}
