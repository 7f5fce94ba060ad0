using System.Runtime.CompilerServices;

namespace Filmgate.Client;

/// <summary>What an account's key reads and changes below <c>/api/v1/</c> beside tasks, such as its webhooks.</summary>
/// <example>
/// <code>
/// using var account = new AccountClient(new Uri("http://127.0.0.1:8080"), apiKey);
/// var endpoints = (await account.ReadAsync("webhooks/endpoints")).GetProperty("endpoints");
/// </code>
/// </example>
/// <param name="baseAddress">Where the server listens, such as <c>http://127.0.0.1:8080</c>.</param>
/// <param name="apiKey">A key that begins with <c>fg_live_</c> or <c>fg_test_</c>.</param>
/// <param name="options">How patient to be; null takes the defaults.</param>
public sealed class AccountClient(Uri baseAddress, string apiKey, FilmgateClientOptions? options = null)
    : PathClient(baseAddress, apiKey, Api, options)
{
    private const string Api = "api/v1/";

    /// <summary>
    /// The account's events as they happen, each once and in order, over broken connections and restarts of the server. It ends only by the token.
    /// </summary>
    /// <example>
    /// <code>
    /// await foreach (var happened in account.EventsAsync(new() { Types = ["video.completed"], LastId = stored }))
    /// {
    ///     Console.WriteLine(happened.Data.GetProperty("taskId"));
    ///     stored = happened.Id;
    /// }
    /// </code>
    /// </example>
    /// <param name="query">Which, and from where on; null for all from now on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FilmgateException">
    /// The server refused, or was not reached in several tries. Status 410 says that events after <see cref="AccountEventQuery.LastId"/> are kept
    /// no longer: read the tasks and begin anew.
    /// </exception>
    public async IAsyncEnumerable<AccountEvent> EventsAsync(
        AccountEventQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query ??= new AccountEventQuery();
        var path = query.Types.Count == 0 ? Api + "events" : $"{Api}events?events={string.Join(',', query.Types.Select(Uri.EscapeDataString))}";
        var stream = new EventStream(Connection, path)
        {
            LastId = query.LastId, Opened = query.Opened, Lost = query.Lost, TriesMax = query.TriesMax ?? Connection.Options.ReadTriesMax,
        };
        await foreach (var item in stream.ReadAsync(cancellationToken))
        {
            yield return new AccountEvent(item.EventId ?? "", item.EventType, item.Data);
        }
    }
}
