using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Grains;

/// <summary>
/// Desks as the provider grains keep them. A desk on a node that has just died is out of reach until the others have noticed. Whoever asks for
/// a slot must then wait and ask again; whatever a desk is only told, it finds out by itself, so that is not worth a failed step.
/// </summary>
public sealed partial class GrainDesks(IGrainFactory grains, ILogger<GrainDesks> log) : IProviderDesks
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
        TellAsync(provider, desk => desk.ReleaseAsync(task.ToString()));

    /// <inheritdoc/>
    public ValueTask NoteAsync(string provider, ProviderNews news, CancellationToken cancellationToken) =>
        TellAsync(provider, desk => desk.NoteAsync(news));

    /// <inheritdoc/>
    public async ValueTask<QueuePlace?> PlaceAsync(string provider, TaskKey task, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IProviderGrain>(provider).PlaceAsync(task.ToString());
        }
        catch (Exception error) when (error is OrleansException or TimeoutException)
        {
            LogAway(error, provider);
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<int[]> PositionsAsync(string provider, IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return grains.GetGrain<IProviderGrain>(provider).PositionsAsync([.. tasks.Select(task => task.ToString())]);
    }

    private async ValueTask TellAsync(string provider, Func<IProviderGrain, ValueTask> word)
    {
        try
        {
            await word(grains.GetGrain<IProviderGrain>(provider));
        }
        catch (Exception error) when (error is OrleansException or TimeoutException)
        {
            LogAway(error, provider);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The desk of provider {Provider} is out of reach.")]
    private partial void LogAway(Exception error, string provider);
}
