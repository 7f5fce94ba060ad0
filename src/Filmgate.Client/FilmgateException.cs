using System.Net;

namespace Filmgate.Client;

/// <summary>
/// The server refused, answered something else than the task API, or was not reached. A task that failed is not an
/// exception: it is a <see cref="VideoTask"/> whose state says so, until one asks it for a clip.
/// </summary>
public sealed class FilmgateException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, in one sentence.</param>
    /// <param name="status">The HTTP status; null when there was no answer.</param>
    /// <param name="innerException">The cause below.</param>
    public FilmgateException(string message, HttpStatusCode? status = null, Exception? innerException = null)
        : base(message, innerException) => Status = status;

    /// <summary>The HTTP status, or the envelope's code when the two differ; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The failure code, such as <c>INVALID_IMAGE_URL</c>; null when none was given.</summary>
    public string? FailCode { get; init; }

    /// <summary>Everything that was wrong with the request, one sentence each; empty when the server did not itemise.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>How long the server asks to wait before the next request; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The answer as it came; null when there was none.</summary>
    public string? RawResponse { get; init; }

    /// <summary>Whether the same read may succeed later: no answer, too many requests, or trouble inside the server.</summary>
    public bool IsTransient => Status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
