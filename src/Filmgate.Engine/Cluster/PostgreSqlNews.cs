using System.Threading.Channels;
using Filmgate.Model.Identity;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Filmgate.Engine.Cluster;

/// <summary>
/// News over <c>NOTIFY</c> of the database that the nodes share: nothing more to install, and no node need know the others. Words are gathered
/// for a moment and each is said once, so a burst of steps costs one statement.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="ears">Who is told on this node.</param>
/// <param name="time">Runs the pauses.</param>
/// <param name="log">The log.</param>
public sealed partial class PostgreSqlNews(NpgsqlDataSource source, Func<INodeEars> ears, TimeProvider time, ILogger<PostgreSqlNews> log) : BackgroundService, INodeNews
{
    private const string Channel = "filmgate_news";
    private const int WaitingMax = 10_000;
    private const int AtOnceMax = 500;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A server that went away without a word is noticed by asking it.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(10);

    private readonly string _node = Guid.NewGuid().ToString("N")[..12];
    private readonly Channel<NodeWord> _waiting = System.Threading.Channels.Channel.CreateBounded<NodeWord>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <inheritdoc/>
    public void TaskChanged(TaskKey task) => _waiting.Writer.TryWrite(new NodeWord(NodeWordKind.Task, task.ToString()));

    /// <inheritdoc/>
    public void DeliveriesDue() => _waiting.Writer.TryWrite(new NodeWord(NodeWordKind.Deliveries, ""));

    /// <inheritdoc/>
    public void DestinationChanged(string destination) => _waiting.Writer.TryWrite(new NodeWord(NodeWordKind.Destination, destination));

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(TellAsync, stoppingToken), RepeatAsync(ListenAsync, stoppingToken));

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        var isLogged = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await work(stopping).ConfigureAwait(false);
                isLogged = false;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // News are a convenience: whatever went wrong, they are tried again.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!isLogged)
                {
                    LogAway(error);
                    isLogged = true;
                }

                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TellAsync(CancellationToken stopping)
    {
        while (await _waiting.Reader.WaitToReadAsync(stopping).ConfigureAwait(false))
        {
            await Task.Delay(Gathering, time, stopping).ConfigureAwait(false);
            var words = new HashSet<NodeWord>();
            while (words.Count < AtOnceMax && _waiting.Reader.TryRead(out var word))
            {
                words.Add(word);
            }

            var command = source.CreateCommand("SELECT pg_notify($1, word) FROM unnest($2) AS word");
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Channel });
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. words.Select(word => word.Write(_node))] });
                await command.ExecuteNonQueryAsync(stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var connection = await source.OpenConnectionAsync(stopping).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, heard) => Hear(heard.Payload);
            var listen = new NpgsqlCommand($"LISTEN {Channel}", connection);
            await using (listen.ConfigureAwait(false))
            {
                await listen.ExecuteNonQueryAsync(stopping).ConfigureAwait(false);
            }

            // What was said while nobody listened is not known, so whoever cares looks for himself.
            ears().Missed();
            while (true)
            {
                if (!await connection.WaitAsync(SilenceMax, stopping).ConfigureAwait(false))
                {
                    var ping = new NpgsqlCommand("SELECT 1", connection);
                    await using (ping.ConfigureAwait(false))
                    {
                        await ping.ExecuteNonQueryAsync(stopping).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private void Hear(string payload)
    {
        if (NodeWord.Read(payload, out var node) is { } word && node != _node)
        {
            ears().Hear(word);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "News of the other nodes cannot be exchanged now; until then each node looks for itself.")]
    private partial void LogAway(Exception error);
}
