namespace Filmgate.Engine.Egress;

/// <summary>Why an outgoing request had no usable outcome.</summary>
public enum EgressFailure
{
    /// <summary>The text of the URL is not allowed; see <see cref="OutboundUrl"/>.</summary>
    RefusedUrl = 1,
    /// <summary>The name resolves, at least in part, to an address that must not be reached.</summary>
    RefusedAddress = 2,
    /// <summary>The name has no address, or the lookup took too long.</summary>
    NameNotResolved = 3,
    /// <summary>No connection to any of the addresses.</summary>
    ConnectFailed = 4,
    /// <summary>The TLS handshake failed: wrong name, expired, not trusted, old protocol.</summary>
    TlsFailed = 5,
    /// <summary>A deadline passed: connecting, idle or total.</summary>
    Timeout = 6,
    /// <summary>The body is larger than the caller takes.</summary>
    TooLarge = 7,
    /// <summary>More redirects than allowed.</summary>
    TooManyRedirects = 8,
    /// <summary>A redirect without a target, to a target that is not allowed, or from https to http.</summary>
    RefusedRedirect = 9,
    /// <summary>A status other than 200; see <see cref="EgressException.StatusCode"/>.</summary>
    BadStatus = 10,
    /// <summary>The answer or its body broke off or was malformed.</summary>
    BrokenBody = 11,
    /// <summary>A header that was to be sent is not a valid header.</summary>
    RefusedHeader = 12,
}

/// <summary>The one exception of <see cref="GuardedHttp"/>, besides cancellation by the caller.</summary>
/// <remarks>
/// <see cref="Exception.Message"/> and the inner exception are for the operator's log: they tell closed from filtered ports,
/// though never a path or a query. Only <see cref="PublicMessage"/> may be shown to a caller.
/// </remarks>
public sealed class EgressException : Exception
{
    /// <summary>Creates an exception for one failure.</summary>
    /// <param name="failure">The kind.</param>
    /// <param name="message">For the operator; without path and query of any URL.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public EgressException(EgressFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public EgressFailure Failure { get; }

    /// <summary>The status of the answer, with <see cref="EgressFailure.BadStatus"/>; otherwise null.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The wait that the answer asks for, with <see cref="EgressFailure.BadStatus"/>; null when it asks for none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the address was refused, as opposed to tried in vain. A redirect to a refused address counts as tried in vain:
    /// the address the caller named was good.
    /// </summary>
    public bool IsRefusal => Failure is EgressFailure.RefusedUrl or EgressFailure.RefusedAddress;

    /// <summary>
    /// Whether one more try may help: name, connection, timeout, broken body, and the statuses 408, 425, 429 and 5xx.
    /// </summary>
    public bool IsTransient => Failure switch
    {
        EgressFailure.NameNotResolved or EgressFailure.ConnectFailed or EgressFailure.Timeout or EgressFailure.BrokenBody => true,
        EgressFailure.BadStatus => StatusCode is 408 or 425 or 429 or >= 500,
        _ => false,
    };

    /// <summary>
    /// What a caller may read. A closed port, a filtered one, an unknown name, a 404 and a timeout have the same words, so
    /// that nobody can scan ports through this server.
    /// </summary>
    public string PublicMessage => Failure switch
    {
        EgressFailure.RefusedUrl or EgressFailure.RefusedAddress => "is not at an address that may be fetched",
        EgressFailure.TooLarge => "is too large",
        _ => "could not be fetched",
    };
}
