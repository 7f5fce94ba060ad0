using Filmgate.Engine.Admission;

namespace Filmgate.Engine.Grains;

/// <summary>The home of one account's request count. Its key is the account's id.</summary>
[Alias("filmgate.account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Takes permits out of the present minute.</summary>
    [Alias("lease-requests")]
    ValueTask<RateLease> LeaseRequestsAsync(int wanted);
}
