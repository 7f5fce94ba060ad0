using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Fal;

/// <summary>The bytes that a client puts to an upload address, read as they come.</summary>
/// <param name="context">The request.</param>
internal sealed class UploadBody(HttpContext context)
{
    // The server passes over what is left of a refused body up to here. Cut off at once, a client that is still sending would see a
    // broken connection and never read why.
    private const long PassedOverMax = 40 * 1024 * 1024;
    private const int BufferBytes = 64 * 1024;

    /// <summary>The refusal of a file that is larger than pictures may be.</summary>
    public static Refusal TooLarge(int lengthMax) => new(RefusalKind.TooLarge, $"A picture may have at most {lengthMax} bytes.");

    /// <summary>Copies the body.</summary>
    /// <param name="target">Gets the bytes; what it throws passes through.</param>
    /// <param name="lengthMax">Most bytes that are taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UploadRefusedException">It is too large, or broke off.</exception>
    public async Task CopyToAsync(Stream target, int lengthMax, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = PassedOverMax;
        }

        if (context.Request.ContentLength > lengthMax)
        {
            throw new UploadRefusedException(TooLarge(lengthMax));
        }

        var buffer = new byte[BufferBytes];
        long copied = 0;
        int read;
        while ((read = await ReadAsync(buffer, lengthMax, cancellationToken)) > 0)
        {
            copied += read;
            if (copied > lengthMax)
            {
                throw new UploadRefusedException(TooLarge(lengthMax));
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    // What reading throws is the caller's affair; what writing throws is ours, and must not be taken for it.
    private async Task<int> ReadAsync(byte[] buffer, int lengthMax, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Request.Body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (JsonBody.Refused(error) is { } refusal)
        {
            throw new UploadRefusedException(refusal.Kind == RefusalKind.TooLarge ? TooLarge(lengthMax) : refusal);
        }
    }
}

/// <summary>The body of an upload cannot be taken: the caller's fault.</summary>
#pragma warning disable CA1032, CA1064 // It never leaves this folder, and without a refusal it would say nothing.
internal sealed class UploadRefusedException(Refusal refusal) : Exception(refusal.Message)
#pragma warning restore CA1032, CA1064
{
    public Refusal Refusal => refusal;
}
