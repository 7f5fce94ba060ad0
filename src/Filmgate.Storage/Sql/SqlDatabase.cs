using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Sql;

/// <summary>A database as the stores see it. What is asked of it is the same for every database; how it is done is not.</summary>
public abstract class SqlDatabase : IAsyncDisposable
{
    private protected SqlDatabase()
    {
    }

    internal abstract SqlDialect Dialect { get; }

    /// <summary>What status reads found; null where other processes write, too, of whose writes it would not hear.</summary>
    internal virtual StatusCache? Statuses => null;

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Reads; each statement for itself sees what is committed.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be read now.</exception>
    internal abstract ValueTask<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken);

    /// <summary>Reads with several statements that all see the same moment.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be read now.</exception>
    internal abstract ValueTask<TResult> ReadMomentAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken);

    /// <summary>Reads everything there is, which may take minutes, at one moment and without keeping shorter reads waiting.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be read now.</exception>
    internal abstract ValueTask<TResult> InspectAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken);

    /// <summary>Runs any write but an admission; it finds the accounts' rows as they are to be.</summary>
    /// <param name="account">
    /// The account whose rows it writes; null when it writes no account's, or rows of many that it takes only where nobody else is at them.
    /// Writes for one account happen one after the other, in whatever process.
    /// </param>
    /// <param name="write">The write. It may run again after its transaction was undone.</param>
    internal Task<TResult> WriteAsync<TResult>(AccountId? account, Func<SqlSession, TResult> write) => RunAsync(account, session =>
    {
        session.Tills.Settle();
        return write(session);
    });

    internal Task<AdmissionOutcome> AdmitAsync(Admission admission, string request) =>
        RunAsync(admission.Task.Key.Account, session => SqlAdmission.Admit(session, admission, request));

    private protected abstract Task<TResult> RunAsync<TResult>(AccountId? account, Func<SqlSession, TResult> write);
}
