using Filmgate.Model.Identity;

namespace Filmgate.Model.Webhooks;

/// <summary>
/// A queue of deliveries that stand or fall together: those of one endpoint, or the callbacks of one account to one server. No destination
/// waits for another, so one that is dead or slow delays nobody else.
/// </summary>
public static class Destination
{
    /// <summary>The queue of an endpoint; it stays the same when the endpoint moves.</summary>
    public static string Of(EndpointId endpoint) => endpoint.Value;

    /// <summary>The queue of an account's callbacks to the server that a URL names.</summary>
    public static string Of(AccountId account, string url) => $"{account.Value}|{ServerOf(url)}";

    /// <summary>Scheme, host and port of a URL; the URL itself when it is none.</summary>
    public static string ServerOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Host.Length > 0 ? $"{parsed.Scheme}://{parsed.IdnHost}:{parsed.Port}" : url;
}
