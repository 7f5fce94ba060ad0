using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Webhook endpoints in a database.</summary>
public sealed class EndpointStore(SqlDatabase database) : IEndpointStore
{
    private const string Columns = """
        id, account_id, number, url, description, events, created_at, disabled_at, disabled_reason, failing_since, last_failure_at, last_success_at
        FROM webhook_endpoints
        """;

    /// <inheritdoc/>
    public async ValueTask<WebhookEndpoint?> AddAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return await database.WriteAsync(endpoint.Account, session =>
        {
            // Numbers of deleted endpoints are not used again, because ids of deliveries hold them.
            var added = session.Execute(
                """
                INSERT INTO webhook_endpoints (id, account_id, number, url, description, events, created_at)
                SELECT $1, $2, COALESCE((SELECT MAX(number) FROM webhook_endpoints WHERE account_id = $2), 0) + 1, $3, $4, $5, $6
                WHERE (SELECT COUNT(*) FROM webhook_endpoints WHERE account_id = $2 AND deleted_at IS NULL) < $7
                """,
                endpoint.Id.Value, endpoint.Account.Value, endpoint.Url, endpoint.Description, (int)endpoint.Events, endpoint.CreatedAt.Milliseconds(),
                WebhookEndpoint.PerAccountMax);
            if (added != 1)
            {
                return null;
            }

            AddSecret(session, endpoint.Id, 1, endpoint.CreatedAt);
            return Find(session, endpoint.Account, endpoint.Id);
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<WebhookEndpoint>> ListAsync(AccountId account, CancellationToken cancellationToken) =>
        database.ReadMomentAsync(account, static (session, account) =>
        {
            var endpoints = new List<WebhookEndpoint>();
            using (var row = session.Query($"SELECT {Columns} WHERE account_id = $1 AND deleted_at IS NULL ORDER BY number", account.Value))
            {
                while (row.Read())
                {
                    endpoints.Add(Endpoint(row));
                }
            }

            return endpoints.Select(endpoint => endpoint with { Secrets = Secrets(session, endpoint.Id) }).ToImmutableArray();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WebhookEndpoint?> FindAsync(AccountId account, EndpointId id, CancellationToken cancellationToken) =>
        database.ReadMomentAsync((account, id), static (session, asked) => Find(session, asked.account, asked.id), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<WebhookEndpoint?> UpdateAsync(
        AccountId account, EndpointId id, EndpointChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return await database.WriteAsync(account, session =>
        {
            if (Find(session, account, id) is not { } before)
            {
                return null;
            }

            session.Post(
                """
                UPDATE webhook_endpoints SET url = COALESCE($1, url), description = CASE WHEN $2 = '' THEN NULL ELSE COALESCE($2, description) END, events = COALESCE($3, events)
                WHERE id = $4
                """,
                change.Url, change.Description, (int?)change.Events, id.Value);
            if (change.IsEnabled == true && before.DisabledAt is not null)
            {
                session.Post("UPDATE webhook_endpoints SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL WHERE id = $1", id.Value);
            }
            else if (change.IsEnabled == false && before.DisabledAt is null)
            {
                Disable(session, id, DisabledReason.ByOwner, now);
            }

            return Find(session, account, id);
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(AccountId account, EndpointId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.WriteAsync(account, session =>
        {
            if (session.Execute(
                "UPDATE webhook_endpoints SET deleted_at = $3 WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL", id.Value, account.Value, now.Milliseconds()) != 1)
            {
                return false;
            }

            Withdraw(session, id, DeliveryState.Canceled, now);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<WebhookEndpoint?> RotateAsync(AccountId account, EndpointId id, TimeSpan grace, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.WriteAsync(account, session =>
        {
            if (Find(session, account, id) is not { } before || before.SecretsAt(now).Count() >= EndpointSecret.PerEndpointMax)
            {
                return Find(session, account, id);
            }

            session.Post(
                "UPDATE webhook_secrets SET expires_at = CASE WHEN expires_at < $2 THEN expires_at ELSE $2 END WHERE endpoint_id = $1", id.Value, (now + grace).Milliseconds());
            AddSecret(session, id, before.Secrets[0].Number + 1, now);
            return Find(session, account, id);
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<DeliveryId?> SendAsync(AccountId account, EndpointId id, NewEvent happened, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return await database.WriteAsync(account, session =>
        {
            if (Find(session, account, id) is not { DisabledAt: null } endpoint)
            {
                return (DeliveryId?)null;
            }

            DeliveryStore.Insert(session, account, task: null, happened, now, events: 0, id);
            return new DeliveryId($"{happened.Id}_{endpoint.Number}");
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One endpoint with its secrets; null when the account has no such.</summary>
    internal static WebhookEndpoint? Find(SqlSession session, AccountId account, EndpointId id)
    {
        WebhookEndpoint endpoint;
        using (var row = session.Query($"SELECT {Columns} WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL", id.Value, account.Value))
        {
            if (!row.Read())
            {
                return null;
            }

            endpoint = Endpoint(row);
        }

        return endpoint with { Secrets = Secrets(session, id) };
    }

    /// <summary>Keeps how an endpoint fares.</summary>
    internal static void Write(SqlSession session, EndpointId id, EndpointHealth health) => session.Post(
        "UPDATE webhook_endpoints SET failing_since = $2, last_failure_at = $3, last_success_at = $4 WHERE id = $1",
        id.Value, health.FailingSince?.Milliseconds(), health.LastFailureAt?.Milliseconds(), health.LastSuccessAt?.Milliseconds());

    /// <summary>Disables an endpoint; what waits for it is missed.</summary>
    internal static void Disable(SqlSession session, EndpointId id, DisabledReason reason, DateTimeOffset at)
    {
        session.Post("UPDATE webhook_endpoints SET disabled_at = $2, disabled_reason = $3 WHERE id = $1", id.Value, at.Milliseconds(), reason.Word());
        Withdraw(session, id, DeliveryState.Missed, at);
    }

    private static void Withdraw(SqlSession session, EndpointId id, DeliveryState state, DateTimeOffset at) => session.Post(
        "UPDATE deliveries SET state = $2, due_at = NULL, completed_at = $3 WHERE destination = $1 AND due_at IS NOT NULL", id.Value, state.Word(), at.Milliseconds());

    private static void AddSecret(SqlSession session, EndpointId id, int number, DateTimeOffset at) => session.Post(
        "INSERT INTO webhook_secrets (endpoint_id, number, created_at) VALUES ($1, $2, $3)", id.Value, number, at.Milliseconds());

    private static ImmutableArray<EndpointSecret> Secrets(SqlSession session, EndpointId id)
    {
        var secrets = ImmutableArray.CreateBuilder<EndpointSecret>();
        using var row = session.Query("SELECT number, created_at, expires_at FROM webhook_secrets WHERE endpoint_id = $1 ORDER BY number DESC", id.Value);
        while (row.Read())
        {
            secrets.Add(new EndpointSecret(row.GetInt32(0), Time(row.GetInt64(1)), OptionalTime(row, 2)));
        }

        return secrets.ToImmutable();
    }

    private static WebhookEndpoint Endpoint(SqlRow row) => new()
    {
        Id = new EndpointId(row.GetString(0)),
        Account = new AccountId(row.GetString(1)),
        Number = row.GetInt32(2),
        Url = row.GetString(3),
        Description = Text(row, 4),
        Events = (WebhookEvents)row.GetInt32(5),
        CreatedAt = Time(row.GetInt64(6)),
        DisabledAt = OptionalTime(row, 7),
        DisabledReason = Text(row, 8) is { } reason ? StoredWords.Parse<DisabledReason>(reason) : null,
        Health = new EndpointHealth(OptionalTime(row, 9), OptionalTime(row, 10), OptionalTime(row, 11)),
    };
}
