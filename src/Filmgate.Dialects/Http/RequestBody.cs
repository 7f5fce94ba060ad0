using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Http;

/// <summary>A whole request body in a rented buffer; given back on disposal.</summary>
public readonly struct RequestBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly byte[] buffer;
    private readonly int length;

    private RequestBody(byte[] buffer, int length) => (this.buffer, this.length) = (buffer, length);

    /// <summary>The bytes, without a byte order mark.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            var all = buffer.AsMemory(0, length);
            return all.Span.StartsWith(ByteOrderMark) ? all[ByteOrderMark.Length..] : all;
        }
    }

    /// <summary>Reads the body. The buffer grows with what arrives, never with what <c>Content-Length</c> promises.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">Largest body taken.</param>
    /// <exception cref="BadHttpRequestException">The body is too large, too slow or broken; its status says which.</exception>
    /// <exception cref="IOException">The caller has gone.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, long limit)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        if (context.Request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(context.Request.ContentLength ?? FirstBytes, FirstBytes) + 1);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), CancellationToken.None);
                if (read == 0)
                {
                    return new RequestBody(buffer, length);
                }

                length += read;
                if (length > limit)
                {
                    throw TooLarge(limit);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    private static BadHttpRequestException TooLarge(long limit) =>
        new($"The body is larger than {limit} bytes.", StatusCodes.Status413PayloadTooLarge);
}
