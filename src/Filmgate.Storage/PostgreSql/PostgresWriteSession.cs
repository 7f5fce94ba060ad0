using Npgsql;
using NpgsqlTypes;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// The connection of the one writer of this process. Each batch of writes is a transaction that first takes the locks of its accounts and leaves
/// its number in this writer's row of <c>writers</c>.
/// </summary>
/// <remarks>
/// A line that breaks while a transaction commits leaves open whether it did. The row tells: it is written with the batch, so it holds the batch's
/// number in every database that holds the batch, be it a standby that took over meanwhile; a transaction's number would not tell that, because
/// after a failover it may be another's. The row is read under a lock, which waits until the old transaction has ended, one way or the other.
/// </remarks>
internal sealed class PostgresWriteSession(PostgresLine line, TimeProvider time) : PostgresSession(line), IWriteSession
{
    // Its callers have been told by then that nobody knows.
    private static readonly TimeSpan ResolveMax = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WritersKept = TimeSpan.FromDays(7);

    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly ManualResetEventSlim _wait = new();
    private long _batch;

    public void Begin(IReadOnlyList<IWrite> writes)
    {
        Reconnect();
        _batch++;
        Post("BEGIN");
        var locks = new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock(number) FROM unnest($1) AS number");
        locks.Parameters.Add(new NpgsqlParameter<long[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, TypedValue = AccountLocks.For(writes) });
        Post(locks);
        Post(
            "INSERT INTO writers (id, batch, seen_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, seen_at = excluded.seen_at",
            _id, _batch, Now());

        // In a message of their own: a lock that is waited for must not be taken by a statement that already looks at the rows.
        Flush();
    }

    public void Commit()
    {
        Tills.Settle();
        Post("COMMIT");
        try
        {
            Flush();
        }
        catch (Exception error) when (PostgresErrors.IsLineLost(error) || PostgresErrors.IsTimeout(error))
        {
            Drop();
            if (!IsCommitted(error))
            {
                throw;
            }
        }
    }

    public void Rollback()
    {
        Tills.Forget();
        Forget();
        try
        {
            if (IsConnected)
            {
                Execute("ROLLBACK");
            }
            else
            {
                Drop();
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or IOException)
        {
            // A connection that cannot even be rolled back is none; the server rolls back what it was in the middle of.
            Drop();
        }
    }

    public Exception Translate(Exception error) => PostgresErrors.Wording(error);

    public NextTry After(Exception error)
    {
        if (PostgresErrors.IsReadOnly(error))
        {
            // The server that took our writes was made a standby; behind the same address there may be another by now.
            Drop();
            return NextTry.Together;
        }

        return error is StoreUnavailableException ? NextTry.None
            : PostgresErrors.IsConflict(error) || PostgresErrors.IsLineLost(error) ? NextTry.Together
            : PostgresErrors.IsUnavailable(error) ? NextTry.None
            : NextTry.EachAlone;
    }

    /// <summary>Opens the connection now instead of at the first write.</summary>
    /// <exception cref="StoreUnavailableException">The database is out of reach.</exception>
    public void Reconnect()
    {
        if (!Connect())
        {
            return;
        }

        try
        {
            // The row stands before the first batch, so that there is something to wait for when the commit of that one is in doubt.
            Execute("INSERT INTO writers (id, batch, seen_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", _id, _batch, Now());
            Execute("DELETE FROM writers WHERE seen_at < $1", (time.GetUtcNow() - WritersKept).ToUnixTimeMilliseconds());
        }
        catch (Exception error) when (PostgresErrors.IsUnavailable(error))
        {
            Drop();
            throw;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <exception cref="StoreUnavailableException">The database stayed out of reach, so nobody knows.</exception>
    private bool IsCommitted(Exception lost)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                Connect();
                return Scalar("SELECT batch FROM writers WHERE id = $1 FOR UPDATE", _id) is long batch && batch == _batch;
            }
            catch (Exception error) when (PostgresErrors.IsUnavailable(error) || error is StoreUnavailableException)
            {
                Drop();
            }

            if (time.GetElapsedTime(began) >= ResolveMax)
            {
                throw new StoreUnavailableException("The database went out of reach during a commit; nobody knows whether it took place.", lost) { IsOutcomeUnknown = true };
            }

            _wait.Wait(BetweenLooks);
        }
    }
}
