using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>What a caller wants of fal.</summary>
internal enum CallKind
{
    /// <summary><c>POST queue.fal.run/{app}</c>.</summary>
    Submit,

    /// <summary><c>GET …/requests/{id}/status</c>.</summary>
    Status,

    /// <summary><c>GET …/requests/{id}/status/stream</c>.</summary>
    Stream,

    /// <summary><c>GET …/requests/{id}</c>, also with <c>/response</c>.</summary>
    Result,

    /// <summary><c>PUT …/requests/{id}/cancel</c>.</summary>
    Cancel,

    /// <summary><c>POST fal.run/{app}</c>.</summary>
    Run,

    /// <summary><c>POST rest.fal.ai/storage/upload/initiate</c>.</summary>
    InitiateUpload,

    /// <summary><c>POST rest.fal.ai/storage/upload/initiate-multipart</c>.</summary>
    InitiateParts,

    /// <summary><c>GET rest.fal.ai/.well-known/jwks.json</c>.</summary>
    Keys,
}

/// <summary>
/// A call as fal's hosts understand it, whether it came under our mounts or through the proxy: the full app id and the short root are both
/// taken, and what is left of <c>/requests/</c> decides nothing.
/// </summary>
/// <param name="Kind">What is wanted.</param>
/// <param name="App">The app as the caller wrote it; empty when the call has none.</param>
/// <param name="RequestId">The request as the caller wrote it; empty when the call has none.</param>
/// <param name="Query">The query.</param>
/// <param name="Target">Where the caller believes to be: the scheme and host of fal's queue; null for this gateway itself.</param>
internal sealed record Call(CallKind Kind, string App, string RequestId, QueryString Query, string? Target)
{
    private const string Https = "https";

    /// <summary>The call of a request under one of our mounts; null for one that fal does not have.</summary>
    public static Call? Read(HttpRequest request, string mount)
    {
        // A client that only swaps hosts may say in the proxy's header where it believes to be, and gets addresses there.
        var target = TargetOf(request, out var url) && url.Host == Wire.QueueHost || request.Host.Host == Wire.QueueHost ? Origin(Wire.QueueHost) : null;
        return Read(HostOf(mount), request.Path.Value![mount.Length..], request.QueryString, target);
    }

    /// <summary>Whether a request to the proxy names an address on fal's hosts.</summary>
    public static bool HasTarget(HttpRequest request) => TargetOf(request, out _);

    /// <summary>The call that a request to the proxy stands for; null when the header names none on fal's hosts.</summary>
    public static Call? ReadProxied(HttpRequest request) =>
        TargetOf(request, out var url) ? Read(url.Host, Uri.UnescapeDataString(url.AbsolutePath), new QueryString(url.Query), Origin(Wire.QueueHost)) : null;

    private static Call? Read(string host, string path, QueryString query, string? target)
    {
        var parts = path.Trim('/');
        return host switch
        {
            Wire.QueueHost => ReadQueue(parts, query, target),
            Wire.RunHost when parts.Length > 0 => new Call(CallKind.Run, parts, string.Empty, query, target),
            Wire.RestHost => parts switch
            {
                Wire.InitiatePath => new Call(CallKind.InitiateUpload, string.Empty, string.Empty, query, target),
                Wire.InitiatePartsPath => new Call(CallKind.InitiateParts, string.Empty, string.Empty, query, target),
                _ when "/" + parts == Wire.JwksPath => new Call(CallKind.Keys, string.Empty, string.Empty, query, target),
                _ => null,
            },
            _ => null,
        };
    }

    private static Call? ReadQueue(string path, QueryString query, string? target)
    {
        var parts = path.Split('/');
        var at = Array.LastIndexOf(parts, Wire.Requests);
        if (at < 0)
        {
            return path.Length > 0 ? new Call(CallKind.Submit, path, string.Empty, query, target) : null;
        }

        CallKind? kind = at + 1 >= parts.Length ? null : parts[(at + 2)..] switch
        {
            [] or [Wire.ResponsePart] => CallKind.Result,
            [Wire.StatusPart] => CallKind.Status,
            [Wire.StatusPart, Wire.StreamPart] => CallKind.Stream,
            [Wire.CancelPart] => CallKind.Cancel,
            _ => null,
        };
        return kind is { } known ? new Call(known, string.Join('/', parts[..at]), parts[at + 1], query, target) : null;
    }

    // Only fal's own hosts, only with TLS, and never with another port or a user name: what is written here is given back to the caller.
    private static bool TargetOf(HttpRequest request, out Uri url)
    {
        var header = request.Headers[Wire.TargetUrl];
        return Uri.TryCreate(header.Count == 1 ? header[0] : null, UriKind.Absolute, out url!)
            && url is { Scheme: Https, IsDefaultPort: true, UserInfo.Length: 0, Host: Wire.QueueHost or Wire.RunHost or Wire.RestHost };
    }

    private static string HostOf(string mount) => mount switch
    {
        Wire.QueueMount => Wire.QueueHost,
        Wire.RunMount => Wire.RunHost,
        _ => Wire.RestHost,
    };

    private static string Origin(string host) => $"{Https}://{host}";
}
