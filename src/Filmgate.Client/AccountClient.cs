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
    : PathClient(baseAddress, apiKey, "api/v1/", options);
