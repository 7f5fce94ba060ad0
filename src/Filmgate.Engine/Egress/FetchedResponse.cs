using System.Buffers;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Filmgate.Engine.Egress;

/// <summary>
/// A 200 answer, or the rest of a file that was asked for, whose body has not been read yet. Dispose it to give the connection and the deadline back.
/// </summary>
public sealed class FetchedResponse : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int ValidatorLengthMax = 512;

    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _total;
    private readonly TimeSpan _idle;
    private readonly TimeProvider _time;
    private readonly Action _release;
    private int _disposed;

    internal FetchedResponse(HttpResponseMessage response, CancellationTokenSource total, TimeSpan idle, TimeProvider time, Action release)
    {
        _response = response;
        _total = total;
        _idle = idle;
        _time = time;
        _release = release;
    }

    /// <summary>The length that the server announces, in bytes; null when it announces none. Not to be relied on.</summary>
    public long? ContentLength => _response.Content.Headers.ContentLength;

    /// <summary>Whether the answer says where its body ends, so that a body cut short is an error and not an end.</summary>
    public bool IsEndTold => ContentLength is not null || _response.Headers.TransferEncodingChunked == true;

    /// <summary>The place in the file at which the body begins; 0 for a whole file.</summary>
    public long Offset { get; internal init; }

    /// <summary>
    /// What tells this version of the file from every other, in the form in which <c>If-Range</c> takes it: a strong entity tag, else the time
    /// of the last change. Null when the server names neither.
    /// </summary>
    public string? Validator =>
        Raw(_response.Headers, "ETag") is { Length: > 2 } tag && tag.StartsWith('"') && tag.EndsWith('"') ? tag
        : Raw(_response.Content.Headers, "Last-Modified") is { Length: > 0 } changed ? changed
        : null;

    /// <summary>
    /// Copies the body to <paramref name="target"/>. Bytes arrive as sent: a content encoding is not undone, so a small
    /// compressed body cannot swell.
    /// </summary>
    /// <param name="target">Where the bytes go. After a failure it may hold a part of them.</param>
    /// <param name="maxBytes">The most bytes taken.</param>
    /// <param name="cancellationToken">Ends the copy; the response must then be disposed.</param>
    /// <param name="hash">Fed with every byte, when given.</param>
    /// <returns>The number of bytes copied.</returns>
    /// <remarks>
    /// A body that neither has a length nor is chunked ends when the connection closes, so cutting it short is no error
    /// here. The content must be checked for being whole.
    /// </remarks>
    /// <exception cref="EgressException">
    /// <see cref="EgressFailure.TooLarge"/>, <see cref="EgressFailure.Timeout"/> (idle or total) or
    /// <see cref="EgressFailure.BrokenBody"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<long> CopyToAsync(Stream target, long maxBytes, CancellationToken cancellationToken, IncrementalHash? hash = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        if (ContentLength > maxBytes)
            throw TooLarge(maxBytes);

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using var idle = new CancellationTokenSource(_idle, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, _total.Token, cancellationToken);
        try
        {
            var body = await _response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            long copied = 0;
            while (true)
            {
                idle.CancelAfter(_idle);
                var read = await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
                if (read == 0)
                    return copied;
                copied += read;
                if (copied > maxBytes)
                    throw TooLarge(maxBytes);
                hash?.AppendData(buffer, 0, read);
                // A slow disk is not the server's fault and has no idle limit.
                idle.CancelAfter(Timeout.InfiniteTimeSpan);
                await WriteAsync(target, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TargetException e)
        {
            throw e.InnerException!;
        }
        catch (Exception e) when (e is not EgressException)
        {
            throw EgressFailures.Map(e, "reading the body", cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _response.Dispose();
        _total.Dispose();
        _release();
    }

    private static string? Raw(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) && values.ToString() is { Length: <= ValidatorLengthMax } text ? text : null;

    private static async ValueTask WriteAsync(Stream target, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // A full disk must not be taken for a broken body, which would be fetched again and again.
            throw new TargetException(e);
        }
    }

    private static EgressException TooLarge(long maxBytes) =>
        new(EgressFailure.TooLarge, $"The body is larger than {maxBytes} bytes.");

    private sealed class TargetException(IOException cause) : Exception(null, cause);
}

/// <summary>What is still missing of a file of which an earlier answer brought the beginning.</summary>
/// <param name="Offset">Bytes that are there, at least 1.</param>
/// <param name="Validator">What that answer said of the file's version: <see cref="FetchedResponse.Validator"/>.</param>
public sealed record RestOfFile(long Offset, string Validator);
