using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Grains;

/// <summary>Desks as the provider grains keep them.</summary>
public sealed class GrainDesks(IGrainFactory grains) : IProviderDesks
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableDictionary<string, ProviderStanding>> StandingsAsync(
        IReadOnlyCollection<string> providers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(providers);
        var asked = providers.Select(provider => (provider, Standing: grains.GetGrain<IProviderGrain>(provider).StandingAsync().AsTask())).ToArray();
        var standings = ImmutableDictionary.CreateBuilder<string, ProviderStanding>();
        foreach (var (provider, standing) in asked)
        {
            standings[provider] = await standing;
        }

        return standings.ToImmutable();
    }

    /// <inheritdoc/>
    public ValueTask<SlotAnswer> AskAsync(string provider, SlotTicket ticket, CancellationToken cancellationToken) =>
        grains.GetGrain<IProviderGrain>(provider).AskAsync(ticket);

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string provider, TaskKey task, CancellationToken cancellationToken) =>
        grains.GetGrain<IProviderGrain>(provider).ReleaseAsync(task.ToString());

    /// <inheritdoc/>
    public ValueTask NoteAsync(string provider, ProviderNews news, CancellationToken cancellationToken) =>
        grains.GetGrain<IProviderGrain>(provider).NoteAsync(news);

    /// <inheritdoc/>
    public ValueTask<QueuePlace?> PlaceAsync(string provider, TaskKey task, CancellationToken cancellationToken) =>
        grains.GetGrain<IProviderGrain>(provider).PlaceAsync(task.ToString());
}
