using Filmgate.Engine.Admission;
using Orleans.CodeGeneration;

namespace Filmgate.Engine.Grains;

/// <summary>The home of one account's request count. Its key is the account's id.</summary>
[Alias("filmgate.account"), Version(1)]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Takes permits out of the present minute.</summary>
    [Alias("lease-requests")]
    ValueTask<RateLease> LeaseRequestsAsync(int wanted);
}
