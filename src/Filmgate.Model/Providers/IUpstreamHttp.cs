using System.Collections.Immutable;

namespace Filmgate.Model.Providers;

/// <summary>
/// The one client for provider APIs. It decides, for all dialects alike, which failures prove that nothing was sent; it sends credentials
/// to the host that was named and to no other, follows no redirect, and bounds time and bytes.
/// </summary>
public interface IUpstreamHttp
{
    /// <summary>Sends one request once. Every outcome is a value.</summary>
    ValueTask<UpstreamAnswer> SendAsync(UpstreamRequest request, CancellationToken cancellationToken);

    /// <summary>Copies the body of a 200 answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Gets the bytes.</param>
    /// <param name="lengthMax">Most bytes that are taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpstreamException">There was no such answer, or it broke off or was too long.</exception>
    ValueTask CopyAsync(UpstreamRequest request, Stream target, long lengthMax, CancellationToken cancellationToken);
}

/// <summary>A request to a provider's API.</summary>
/// <param name="Method"><c>GET</c>, <c>POST</c>, <c>PUT</c> or <c>DELETE</c>.</param>
/// <param name="Url">Absolute address below the provider's base address.</param>
public sealed record UpstreamRequest(string Method, Uri Url)
{
    /// <summary>Headers, credentials among them. They never reach a log.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's media type. Default: <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Longest time until the answer is read. Default: 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Names method and host; the rest may hold a secret.</summary>
    public override string ToString() => $"{Method} {Url.Host}";
}

/// <summary>What came of a request: a closed set.</summary>
public abstract record UpstreamAnswer
{
    private UpstreamAnswer()
    {
    }

    /// <summary>A whole answer was read.</summary>
    /// <param name="Status">HTTP status, whatever it is; a redirect is not followed.</param>
    /// <param name="Body">The body, as it came.</param>
    /// <param name="RetryAfter">The wait that it asks for, clamped to a sane range; null when it asks for none.</param>
    public sealed record Answered(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter) : UpstreamAnswer
    {
        /// <summary>Headers by name, ignoring case; the first value of each.</summary>
        public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

        /// <summary>Whether the status is 2xx.</summary>
        public bool IsSuccess => Status is >= 200 and < 300;
    }

    /// <summary>Proved: no byte of the request left the house.</summary>
    /// <param name="Reason">Why, in a sentence that may be shown to the account.</param>
    public sealed record NotSent(string Reason) : UpstreamAnswer;

    /// <summary>Something was sent, and no whole answer came.</summary>
    /// <param name="Reason">What happened, in a sentence that may be shown to the account.</param>
    public sealed record Lost(string Reason) : UpstreamAnswer;
}

/// <summary>A provider could not give what was asked of it. The message may be shown to the account.</summary>
public sealed class UpstreamException : Exception
{
    /// <inheritdoc/>
    public UpstreamException()
    {
    }

    /// <inheritdoc/>
    public UpstreamException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public UpstreamException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>The status of an answer that did not bring what was asked for; null when there was no answer, or when it broke off.</summary>
    public int? Status { get; init; }

    /// <summary>The wait that the answer asks for; null when it asks for none.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
