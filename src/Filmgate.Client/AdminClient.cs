namespace Filmgate.Client;

/// <summary>The admin API, below <c>/admin/v1/</c>.</summary>
/// <example>
/// <code>
/// using var admin = new AdminClient(new Uri("http://127.0.0.1:8080"), adminKey);
/// var accounts = (await admin.ReadAsync("accounts")).GetProperty("accounts");
/// </code>
/// </example>
/// <param name="baseAddress">Where the server listens, such as <c>http://127.0.0.1:8080</c>.</param>
/// <param name="adminKey">The admin key.</param>
/// <param name="options">How patient to be; null takes the defaults.</param>
public sealed class AdminClient(Uri baseAddress, string adminKey, FilmgateClientOptions? options = null)
    : PathClient(baseAddress, adminKey, "admin/v1/", options);
