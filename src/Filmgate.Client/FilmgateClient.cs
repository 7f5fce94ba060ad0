using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Filmgate.Client;

/// <summary>
/// The task API of a Filmgate, or of any server that speaks the <c>kling-2-1</c> task API. One client serves any number
/// of tasks at once.
/// </summary>
/// <example>
/// <code>
/// var client = new FilmgateClient(new Uri("http://127.0.0.1:8080"), key);
/// var task = await client.CreateAsync(new VideoRequest { Prompt = "Slow push in on a lighthouse at dusk" });
/// await task.WaitForCompletionAsync();
/// await task.DownloadAsync("lighthouse.mp4");
/// </code>
/// </example>
public class FilmgateClient : IDisposable
{
    private const string Model = "kling-2-1";
    private const string ApiPath = "api/v1/";

    private readonly Connection _connection;
    private readonly HttpClient? _owned;

    /// <summary>A client with a transport of its own.</summary>
    /// <param name="baseAddress">Where the server listens, such as <c>http://127.0.0.1:8080</c>; with or without <c>/api/v1</c>.</param>
    /// <param name="apiKey">The API key.</param>
    /// <param name="options">How patient to be; null takes the defaults.</param>
    public FilmgateClient(Uri baseAddress, string apiKey, FilmgateClientOptions? options = null)
    {
        var root = Root(baseAddress);
        CheckKey(apiKey);

        // The time limit is the connection's own, which a long download renews as long as bytes come.
        _owned = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        _connection = new Connection(_owned, root, apiKey, options ?? new());
    }

    /// <summary>A client over a given transport, which stays the caller's to dispose.</summary>
    /// <param name="http">The transport; its <see cref="HttpClient.BaseAddress"/> is where the server listens.</param>
    /// <param name="apiKey">The API key.</param>
    /// <param name="options">How patient to be; null takes the defaults.</param>
    public FilmgateClient(HttpClient http, string apiKey, FilmgateClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        CheckKey(apiKey);
        _connection = new Connection(
            http,
            Root(http.BaseAddress ?? throw new ArgumentException("The HttpClient has no BaseAddress.", nameof(http))),
            apiKey,
            options ?? new());
    }

    /// <summary>For tests that put a double in this client's place.</summary>
    protected FilmgateClient()
        : this(new Uri("http://127.0.0.1"), "none")
    {
    }

    /// <summary>
    /// Asks for a clip. Sent once and never repeated: when no answer comes, the server may have accepted, and only a
    /// request with an <see cref="VideoRequest.IdempotencyKey"/> can be sent again without paying twice.
    /// </summary>
    /// <param name="request">What the clip is to show.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>The task, as far as a create tells: it waits for its turn.</returns>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public virtual async Task<VideoTask> CreateAsync(VideoRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = new CreateBody(
            request.CallbackUrl is null ? "async" : "callback",
            request.CallbackUrl?.AbsoluteUri,
            request.Provider,
            new CreateInput(
                (request.Mode ?? VideoMode.ForImages(request.Images.Count)).Name,
                request.Prompt,
                request.DurationSeconds,
                request.Images.Count == 0 ? null : [.. request.Images.Select(image => image.Url)],
                request.AspectRatio,
                request.NegativePrompt,
                request.CfgScale));

        var answer = await _connection.PostOnceAsync(
            $"{ApiPath}generateTask/{Model}",
            JsonSerializer.SerializeToUtf8Bytes(body, TaskApiJson.Wire.CreateBody),
            request.IdempotencyKey,
            cancellationToken);
        return answer.Data(TaskApiJson.Wire.TaskData).TaskId is { Length: > 0 } id
            ? new VideoTask(this, id, answer.Text)
            : throw new FilmgateException("The server accepted the request but named no task.", HttpStatusCode.OK) { RawResponse = answer.Text };
    }

    /// <summary>
    /// The task with that id, for a process that did not create it itself. Nothing is asked yet: the first
    /// <see cref="VideoTask.UpdateAsync"/> or <see cref="VideoTask.WaitForCompletionAsync"/> tells how it stands.
    /// </summary>
    /// <param name="taskId">The id, as <see cref="VideoTask.Id"/> gave it.</param>
    public virtual VideoTask Rehydrate(string taskId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(taskId);
        return new VideoTask(this, taskId, rawResponse: null);
    }

    /// <summary>A task after each change, until it is final: <see cref="Rehydrate"/> and <see cref="VideoTask.WatchAsync"/> in one.</summary>
    /// <param name="taskId">The id, as <see cref="VideoTask.Id"/> gave it.</param>
    /// <param name="cancellationToken">Ends it; the task goes on.</param>
    /// <exception cref="FilmgateException">The task is unknown, or the server was not reached in several tries.</exception>
    public virtual IAsyncEnumerable<VideoTask> WatchAsync(string taskId, CancellationToken cancellationToken = default) =>
        Rehydrate(taskId).WatchAsync(cancellationToken);

    /// <summary>One page of the account's tasks, newest first.</summary>
    /// <param name="query">Which tasks; null for the newest of all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FilmgateException">The server refused, has no lists, or was not reached in several tries.</exception>
    public virtual async Task<VideoTaskPage> ListAsync(VideoTaskQuery? query = null, CancellationToken cancellationToken = default)
    {
        var answer = await _connection.GetAsync($"{ApiPath}tasks{query?.ToQueryString()}", cancellationToken);
        var page = answer.Data(TaskApiJson.Wire.PageData);
        return new VideoTaskPage([.. (page.Tasks ?? []).Select(entry => Listed(answer, entry))], page.NextCursor, answer.Text);
    }

    /// <summary>All of the account's tasks, newest first; page after page is read as they are taken.</summary>
    /// <param name="query">Which tasks; null for all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FilmgateException">The server refused, has no lists, or was not reached in several tries.</exception>
    public virtual async IAsyncEnumerable<VideoTask> ListAllAsync(
        VideoTaskQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query ??= new VideoTaskQuery();
        VideoTaskPage page;
        do
        {
            page = await ListAsync(query, cancellationToken);
            foreach (var task in page.Tasks)
            {
                yield return task;
            }

            query = query with { Cursor = page.NextCursor };
        }
        while (page.NextCursor is not null);
    }

    /// <summary>What the key may still spend, in US dollars.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public virtual async Task<decimal> GetBalanceAsync(CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync($"{ApiPath}apikeys/current-balance", cancellationToken)).Amount();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The connection, for the tasks of this client.</summary>
    internal Connection Connection => _connection;

    /// <summary>The stream of a task, which ends with the event that says so.</summary>
    internal EventStream StreamTask(string taskId) =>
        new(_connection, $"{ApiPath}tasks/{Uri.EscapeDataString(taskId)}/events") { GoesOnAfter = static item => item.EventType != "end" };

    /// <summary>Reads how a task stands.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="statusOnly">Whether the server is known to lack the richer read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The answer, and whether the server lacks the richer read.</returns>
    internal async Task<(Answer Answer, bool StatusOnly)> ReadTaskAsync(string taskId, bool statusOnly, CancellationToken cancellationToken)
    {
        var id = Uri.EscapeDataString(taskId);
        if (!statusOnly)
        {
            try
            {
                return (await _connection.GetAsync($"{ApiPath}tasks/{id}", cancellationToken), false);
            }
            catch (FilmgateException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            {
                // Either the task is unknown or this server has no such address; the next read tells which.
            }
        }

        return (await _connection.GetAsync($"{ApiPath}statusTask/{Model}?taskId={id}", cancellationToken), true);
    }

    /// <summary>Wishes that a task end; safe to repeat, so it is tried as often as a read.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    internal async Task<VideoCancellation> CancelTaskAsync(string taskId, CancellationToken cancellationToken)
    {
        var answer = await _connection.RetryAsync(
            () => _connection.SendOnceAsync(
                HttpMethod.Post, $"{ApiPath}tasks/{Uri.EscapeDataString(taskId)}/cancel", json: null, idempotencyKey: null, cancellationToken),
            cancellationToken);
        return answer.Data(TaskApiJson.Wire.CancelData).Outcome is { Length: > 0 } outcome
            ? new VideoCancellation(outcome)
            : throw new FilmgateException("The server took the cancellation but named no outcome.", HttpStatusCode.OK) { RawResponse = answer.Text };
    }

    /// <summary>Releases the transport when it is the client's own.</summary>
    /// <param name="disposing">Whether called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _owned?.Dispose();
        }
    }

    private VideoTask Listed(Answer answer, JsonElement entry)
    {
        var data = answer.Within(entry, TaskApiJson.Wire.TaskData);
        var task = new VideoTask(
            this, data.TaskId ?? throw new FilmgateException("The server listed a task without its id.", HttpStatusCode.OK) { RawResponse = answer.Text }, null);
        task.Take(data, entry.GetRawText());
        return task;
    }

    /// <summary>The server's address, with a slash at the end and without the API's version.</summary>
    internal static Uri Root(Uri baseAddress)
    {
        ArgumentNullException.ThrowIfNull(baseAddress);
        if (!baseAddress.IsAbsoluteUri || baseAddress.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"'{baseAddress}' is not an absolute http or https address.", nameof(baseAddress));
        }

        // Other servers of this API publish their address with its version, ours without; both are understood.
        var text = baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var path = "/" + ApiPath.TrimEnd('/');
        return new Uri((text.EndsWith(path, StringComparison.Ordinal) ? text[..^path.Length] : text) + "/");
    }

    /// <summary>Refuses a text that cannot be a key, before it is sent anywhere.</summary>
    internal static void CheckKey(string apiKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        if (apiKey.Any(character => character is <= ' ' or > '~'))
        {
            throw new ArgumentException("An API key has neither spaces nor characters beyond ASCII.", nameof(apiKey));
        }
    }
}
