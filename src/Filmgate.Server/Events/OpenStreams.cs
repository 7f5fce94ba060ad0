using System.Net;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server.Events;

/// <summary>
/// The event streams that are open on this node: how many there may be, and whether the key of each still opens its account. A key is asked
/// about once for all streams that it opened from one address, so that thousands of quiet ones cost one look.
/// </summary>
internal sealed partial class OpenStreams(IKeyRing keys, StreamLimits limits, TimeProvider time, ILogger<OpenStreams> log) : BackgroundService
{
    /// <summary>How often keys are looked at; one that is revoked opens a stream for so long and as long as the key ring remembers it.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // Streams end when a tab is closed or a listener comes back; nobody knows when, so nobody need ask often.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, int> _ofAccounts = [];
    private readonly Dictionary<Opener, HashSet<Place>> _places = [];
    private int _count;

    /// <summary>Those that are open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place for a stream; dispose it when the stream has ended.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Whose stream.</param>
    /// <param name="refusal">Why there is no place; null when there is one.</param>
    /// <returns>The place; null when there is none.</returns>
    public Place? TryEnter(HttpContext context, Caller caller, out Refusal? refusal)
    {
        lock (_gate)
        {
            var own = _ofAccounts.GetValueOrDefault(caller.Account);
            refusal = own >= limits.PerAccount
                ? Full($"The account has its {limits.PerAccount} event streams open here; close one, or listen to all tasks by one stream.", limits.PerAccount)
                : _count >= limits.PerNode ? Full("All event streams that may be open here are; try again soon.", limit: null)
                : null;
            if (refusal is not null)
            {
                return null;
            }

            var opener = new Opener(caller, Credentials.Read(context.Request.Headers)!, context.Connection.RemoteIpAddress);
            var place = new Place(this, opener);
            if (!_places.TryGetValue(opener, out var places))
            {
                _places.Add(opener, places = []);
            }

            places.Add(place);
            _ofAccounts[caller.Account] = own + 1;
            _count++;
            return place;
        }
    }

    /// <summary>Ends the streams whose key opens their account no more.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        Opener[] openers;
        lock (_gate)
        {
            openers = [.. _places.Keys];
        }

        foreach (var opener in openers)
        {
            if (await keys.AuthenticateAsync(opener.Key, opener.Source, cancellationToken) == opener.Caller)
            {
                continue;
            }

            Place[] ended;
            lock (_gate)
            {
                ended = _places.TryGetValue(opener, out var places) ? [.. places] : [];
            }

            foreach (var place in ended)
            {
                await place.EndAsync();
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A store that is out of reach says nothing about a key.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFault(error);
            }
        }
    }

    private static Refusal Full(string message, int? limit) => new(RefusalKind.TooManyInFlight, message) { RetryAfter = RetryAfter, Limit = limit };

    private void Leave(Place place, Opener opener)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(opener, out var places) || !places.Remove(place))
            {
                return;
            }

            if (places.Count == 0)
            {
                _places.Remove(opener);
            }

            _count--;
            var account = opener.Caller.Account;
            if (--_ofAccounts[account] == 0)
            {
                _ofAccounts.Remove(account);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of open streams could not be looked at; they are looked at again soon.")]
    private partial void LogFault(Exception error);

    /// <summary>Who opened a stream, and how. It is compared often and never printed, as it holds the key.</summary>
    internal sealed record Opener(Caller Caller, string Key, IPAddress? Source)
    {
        /// <inheritdoc/>
        public override string ToString() => Caller.Key.Value;
    }

    /// <summary>The place of one stream.</summary>
    internal sealed class Place(OpenStreams streams, Opener opener) : IDisposable
    {
        // Nothing waits for its handle, so it is left to the collector: whoever ends the stream may hold it at the very moment of its end.
        private readonly CancellationTokenSource _end = new();

        /// <summary>Set when the key opens the account no more.</summary>
        public CancellationToken Ended => _end.Token;

        /// <summary>Ends the stream.</summary>
        public Task EndAsync() => _end.CancelAsync();

        /// <inheritdoc/>
        public void Dispose() => streams.Leave(this, opener);
    }
}
