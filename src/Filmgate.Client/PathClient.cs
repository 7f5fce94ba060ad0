using System.Text.Json;

namespace Filmgate.Client;

/// <summary>
/// One API of a Filmgate by path: reads and changes with the server's own data as the result, so that whatever a newer server tells is there
/// as well.
/// </summary>
public abstract class PathClient : IDisposable
{
    private readonly string _apiPath;
    private readonly HttpClient _http;

    /// <summary>A client with a transport of its own.</summary>
    /// <param name="baseAddress">Where the server listens, such as <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="key">The key.</param>
    /// <param name="apiPath">The path of the API below the address, with a slash at its end.</param>
    /// <param name="options">How patient to be; null takes the defaults.</param>
    private protected PathClient(Uri baseAddress, string key, string apiPath, FilmgateClientOptions? options)
    {
        var root = FilmgateClient.Root(baseAddress);
        FilmgateClient.CheckKey(key);
        _apiPath = apiPath;
        _http = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        Connection = new Connection(_http, root, key, options ?? new());
    }

    private protected Connection Connection { get; }

    /// <summary>Reads, again and again while the failure may pass.</summary>
    /// <param name="path">Path and query below the API's, such as <c>audit?limit=10</c>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The answer's data.</returns>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public async Task<JsonElement> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        (await Connection.GetAsync(_apiPath + path, cancellationToken)).Json;

    /// <summary>Reads a text that is not JSON, such as the spend report as comma-separated values.</summary>
    /// <param name="path">Path and query below the API's.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public Task<string> ReadTextAsync(string path, CancellationToken cancellationToken = default) =>
        Connection.GetTextAsync(_apiPath + path, cancellationToken);

    /// <summary>Changes something. Sent once and never repeated: a key issued twice is a key that nobody watches.</summary>
    /// <param name="method">POST, PATCH or DELETE.</param>
    /// <param name="path">Path below the API's, such as <c>accounts</c>.</param>
    /// <param name="json">The body; null sends none.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the server may have done it all the same.</param>
    /// <returns>The answer's data.</returns>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public async Task<JsonElement> ChangeAsync(HttpMethod method, string path, byte[]? json, CancellationToken cancellationToken = default) =>
        (await Connection.SendOnceAsync(method, _apiPath + path, json, idempotencyKey: null, cancellationToken)).Json;

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        GC.SuppressFinalize(this);
    }
}
