using System.Collections.Concurrent;
using System.Net;
using Filmgate.Engine.Grains;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Admission;

/// <summary>
/// Counts requests from this node's leases; the account's grain is asked only when a lease is spent. While the grain is out of reach, because its
/// node has just died, this node counts by itself: a limit may then be exceeded for seconds, and nobody who pays is turned away. Administrators and wrong keys are
/// counted on this node alone: what they may do does not depend on it.
/// </summary>
public sealed class RateGate(IGrainFactory grains, WrongKeyGate wrongKeys, TimeProvider time) : IRateGate
{
    /// <summary>Requests that an admin key has in a minute.</summary>
    public const int AdminRequestsMax = 1200;

    // No house has so many administrators; it is a bound, as everything has one.
    private const int AdminKeysMax = 10_000;

    // A twentieth of the limit: twenty calls a minute at full load, and at most a twentieth lost per idle node.
    private const int LeasesPerWindow = 20;

    private static readonly TimeSpan HomePatience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<AccountId, Allowance> _accounts = new();
    private readonly MinuteCounter<KeyId> _adminKeys = new(AdminRequestsMax, AdminKeysMax, time);

    /// <inheritdoc/>
    public ValueTask<RateVerdict> TakeAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.Kind == KeyKind.Admin ? ValueTask.FromResult(_adminKeys.Take(caller.Key, out _)) : TakeAsync(caller.Account, cancellationToken);
    }

    /// <inheritdoc/>
    public RateVerdict NoteWrongKey(IPAddress? source) => wrongKeys.Note(source);

    private ValueTask<RateVerdict> TakeAsync(AccountId account, CancellationToken cancellationToken)
    {
        var allowance = _accounts.GetOrAdd(account, static _ => new Allowance());
        var now = time.GetUtcNow();
        return allowance.TrySpend(now, out var verdict) ? ValueTask.FromResult(verdict) : LeaseAsync(account, allowance, cancellationToken);
    }

    private async ValueTask<RateVerdict> LeaseAsync(AccountId account, Allowance allowance, CancellationToken cancellationToken)
    {
        await allowance.Leasing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Whoever waited may find what the one before has leased; and a minute may end between a lease and its use.
            RateVerdict verdict;
            while (!allowance.TrySpend(time.GetUtcNow(), out verdict))
            {
                allowance.Add(await LeaseAsync(account, allowance).ConfigureAwait(false));
            }

            return verdict;
        }
        finally
        {
            allowance.Leasing.Release();
        }
    }

    private async ValueTask<RateLease> LeaseAsync(AccountId account, Allowance allowance)
    {
        var wanted = allowance.LeaseSize(LeasesPerWindow);
        try
        {
            return await grains.GetGrain<IAccountGrain>(account.Value).LeaseRequestsAsync(wanted).AsTask().WaitAsync(HomePatience, time).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OrleansException or TimeoutException)
        {
            return allowance.Alone.Lease(wanted, allowance.Limit, time.GetUtcNow());
        }
    }

    /// <summary>What this node may still let pass for one account.</summary>
    private sealed class Allowance
    {
        private readonly Lock _gate = new();
        private int _permits;
        private RateLease _lease;

        public SemaphoreSlim Leasing { get; } = new(1, 1);

        /// <summary>Counts while the account's grain is out of reach. Used by the one who is leasing.</summary>
        public RateWindow Alone { get; } = new();

        /// <summary>Requests a minute, as far as this node has heard of it.</summary>
        public int Limit => _lease.Limit > 0 ? _lease.Limit : AccountLimits.Default.RequestsPerMinute;

        public int LeaseSize(int leasesPerWindow) => Math.Max(_lease.Limit / leasesPerWindow, 1);

        public void Add(RateLease lease)
        {
            lock (_gate)
            {
                _permits = lease.Until == _lease.Until ? _permits + lease.Permits : lease.Permits;
                _lease = lease;
            }
        }

        /// <summary>False when the grain must be asked; a minute that is used up is known to be so without asking again.</summary>
        public bool TrySpend(DateTimeOffset now, out RateVerdict verdict)
        {
            lock (_gate)
            {
                verdict = new RateVerdict(IsAllowed: false, _lease.Limit, _lease.Until > now ? _lease.Until - now : TimeSpan.Zero);
                if (now >= _lease.Until)
                {
                    return false;
                }

                if (_permits > 0)
                {
                    _permits--;
                    verdict = verdict with { IsAllowed = true };
                    return true;
                }

                return _lease.Permits == 0;
            }
        }
    }
}
