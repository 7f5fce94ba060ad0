using System.Text.Json;

namespace Filmgate.Client;

/// <summary>
/// The admin API of a Filmgate: reads and changes by path, with the server's own data as the result, so that whatever a newer
/// server tells is there as well.
/// </summary>
/// <example>
/// <code>
/// using var admin = new AdminClient(new Uri("http://127.0.0.1:8080"), adminKey);
/// var accounts = (await admin.ReadAsync("accounts")).GetProperty("accounts");
/// </code>
/// </example>
public sealed class AdminClient : IDisposable
{
    private const string ApiPath = "admin/v1/";

    private readonly HttpClient _http;
    private readonly Connection _connection;

    /// <summary>A client with a transport of its own.</summary>
    /// <param name="baseAddress">Where the server listens, such as <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="adminKey">The admin key.</param>
    /// <param name="options">How patient to be; null takes the defaults.</param>
    public AdminClient(Uri baseAddress, string adminKey, FilmgateClientOptions? options = null)
    {
        var root = FilmgateClient.Root(baseAddress);
        FilmgateClient.CheckKey(adminKey);
        _http = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        _connection = new Connection(_http, root, adminKey, options ?? new());
    }

    /// <summary>Reads, again and again while the failure may pass.</summary>
    /// <param name="path">Path and query below <c>/admin/v1/</c>, such as <c>audit?limit=10</c>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The answer's data.</returns>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public async Task<JsonElement> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(ApiPath + path, cancellationToken)).Json;

    /// <summary>Reads a text that is not JSON, such as the spend report as comma-separated values.</summary>
    /// <param name="path">Path and query below <c>/admin/v1/</c>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public Task<string> ReadTextAsync(string path, CancellationToken cancellationToken = default) =>
        _connection.GetTextAsync(ApiPath + path, cancellationToken);

    /// <summary>Changes something. Sent once and never repeated: a key issued twice is a key that nobody watches.</summary>
    /// <param name="method">POST or PATCH.</param>
    /// <param name="path">Path below <c>/admin/v1/</c>, such as <c>accounts</c>.</param>
    /// <param name="json">The body; null sends none.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the server may have done it all the same.</param>
    /// <returns>The answer's data.</returns>
    /// <exception cref="FilmgateException">The server refused or was not reached.</exception>
    public async Task<JsonElement> ChangeAsync(HttpMethod method, string path, byte[]? json, CancellationToken cancellationToken = default) =>
        (await _connection.SendOnceAsync(method, ApiPath + path, json, idempotencyKey: null, cancellationToken)).Json;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
