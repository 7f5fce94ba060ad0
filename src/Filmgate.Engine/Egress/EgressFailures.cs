using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Filmgate.Engine.Egress;

/// <summary>Turns whatever the HTTP stack throws into an <see cref="EgressException"/>.</summary>
internal static class EgressFailures
{
    /// <summary>
    /// Maps an exception. When the caller's own token is cancelled, that wins: the exception becomes an
    /// <see cref="OperationCanceledException"/> of that token.
    /// </summary>
    public static Exception Map(Exception exception, string doing, CancellationToken caller)
    {
        if (caller.IsCancellationRequested)
            return new OperationCanceledException("The caller cancelled.", exception, caller);

        // The dialler's own verdict travels inside the handler's exceptions, which call it a connection error.
        if (Find<EgressException>(exception) is { } own)
            return new EgressException(own.Failure, own.Message, exception) { StatusCode = own.StatusCode, RetryAfter = own.RetryAfter };
        if (Find<OperationCanceledException>(exception) is not null || Find<TimeoutException>(exception) is not null)
            return new EgressException(EgressFailure.Timeout, $"A deadline passed while {doing}.", exception);
        if (Find<AuthenticationException>(exception) is not null)
            return new EgressException(EgressFailure.TlsFailed, "The TLS handshake failed.", exception);
        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                new EgressException(EgressFailure.TlsFailed, "The TLS handshake failed.", exception),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
                new EgressException(EgressFailure.ConnectFailed, "The connection failed.", exception),
            HttpRequestException or IOException or SocketException =>
                new EgressException(EgressFailure.BrokenBody, $"The answer broke off or was malformed while {doing}.", exception),
            UriFormatException or FormatException or InvalidOperationException or NotSupportedException or ArgumentException =>
                new EgressException(EgressFailure.BrokenBody, $"The answer could not be understood while {doing}.", exception),
            _ => exception,
        };
    }

    private static T? Find<T>(Exception exception) where T : Exception
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is T found)
                return found;
        }
        return null;
    }
}
