using Filmgate.Engine.Admission;
using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Storage;

namespace Filmgate.Engine.Grains;

/// <summary>Counts an account's requests over all nodes. A restart begins the minute anew, which errs for the caller's good.</summary>
public sealed class AccountGrain(IAccountStore accounts, TimeProvider time) : Grain, IAccountGrain
{
    private readonly RateWindow _window = new();

    /// <inheritdoc/>
    public async ValueTask<RateLease> LeaseRequestsAsync(int wanted)
    {
        // Read at every lease, so that a changed limit holds within a twentieth of the old one.
        var account = await accounts.FindAsync(new AccountId(this.GetPrimaryKeyString()), CancellationToken.None);
        return _window.Lease(wanted, (account?.Limits ?? AccountLimits.Default).RequestsPerMinute, time.GetUtcNow());
    }
}
