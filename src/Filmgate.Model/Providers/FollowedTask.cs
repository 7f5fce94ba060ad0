using Filmgate.Model.Requests;

namespace Filmgate.Model.Providers;

/// <summary>A task that is to be read at a provider.</summary>
/// <param name="UpstreamId">The provider's id for it.</param>
/// <param name="Request">What was asked: how long it takes depends on it.</param>
/// <param name="AcceptedAt">When the provider took it, by our clock.</param>
/// <param name="IsHinted">Whether somebody says that a read is worth while now; such reads go before those that are merely due.</param>
public sealed record FollowedTask(string UpstreamId, GenerationRequest Request, DateTimeOffset AcceptedAt, bool IsHinted);
