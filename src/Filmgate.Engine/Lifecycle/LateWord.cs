using System.Text.Json.Nodes;
using Filmgate.Engine.Routing;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Hears what a provider says of an attempt that was given up. What has been told of its task stands, and a clip that comes now is not taken in; but
/// what the attempt was charged is known then, and is booked like any decision about an unconfirmed charge. The provider's own API says it, read
/// with our own key, never what was posted.
/// </summary>
/// <param name="charges">Where decisions about charges are kept.</param>
/// <param name="providers">The configured providers.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed partial class LateWord(IChargeStore charges, ProviderDirectory providers, TimeProvider time, ILogger<LateWord> log)
{
    /// <summary>Who decided, in the audit log.</summary>
    public const string Actor = "provider";

    /// <summary>Whether it matters what a provider says of an attempt.</summary>
    public static bool Matters(Attempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return attempt.State == AttemptState.Abandoned && attempt.Unconfirmed > Usd.Zero;
    }

    /// <summary>Reads the provider and books what it has charged, if it says so.</summary>
    /// <param name="task">The task, as it was seen; when it moves meanwhile, nothing is booked.</param>
    /// <param name="attempt">An attempt of it that <see cref="Matters"/>.</param>
    /// <param name="heardId">The provider's id that a post has named; null for none. Counts where the attempt has no id of its own.</param>
    /// <param name="cancellationToken">Ends it without a decision.</param>
    public async ValueTask HearAsync(VideoTask task, Attempt attempt, string? heardId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        if ((attempt.UpstreamId ?? attempt.CandidateId ?? heardId) is not { } id || !providers.TryGet(attempt.Provider, out var provider)
            || ProviderCharge.In(await provider.ReadAsync(id, cancellationToken).ConfigureAwait(false), provider.Facts, attempt.Unconfirmed) is not { } charged)
        {
            return;
        }

        var now = time.GetRowNow();
        var details = new JsonObject
        {
            ["account"] = task.Key.Account.Value,
            ["task"] = task.Key.Task.Value,
            ["provider"] = attempt.Provider,
            ["unconfirmed"] = attempt.Unconfirmed.Dollars,
            ["charged"] = charged.Dollars,
        };
        var audit = new AuditEntry(now, Actor, "attempt.resolve", attempt.Id.Value, details.ToJsonString());
        if ((await charges.ResolveAsync(task, new TaskTransition.ResolveCharge(now, attempt.Id, charged), audit, cancellationToken).ConfigureAwait(false)).Won)
        {
            LogBooked(attempt.Provider, attempt.Id.Value, task.Key.Task.Value, charged.Dollars);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Provider {Provider} says after all what it charged for attempt {Attempt} of task {Task}, which was given up: {Dollars} USD.")]
    private partial void LogBooked(string provider, string attempt, string task, decimal dollars);
}
