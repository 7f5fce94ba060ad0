using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Server.Uploads;

/// <summary>
/// The one picture in the body of an upload: the body itself, or the file of a form. Read as it comes, never held in memory.
/// </summary>
internal sealed class UploadBody
{
    // What a form adds around its file: boundaries, part headers, small fields beside it.
    private const int FormBytesMax = 64 * 1024;
    private const int FormPartsMax = 16;
    private const int BoundaryLengthMax = 70;

    // The server passes over what is left of a refused body up to here. Cut off at once, a client that is still sending would see a
    // broken connection and never read why.
    private const long PassedOverMax = 40 * 1024 * 1024;

    private const int BufferBytes = 64 * 1024;

    private const string Types = "must be a picture sent as image/* or application/octet-stream, or a multipart/form-data form with one file";

    private readonly HttpRequest _request;
    private readonly string? _boundary;
    private readonly int _lengthMax;

    private UploadBody(HttpRequest request, string? boundary, int lengthMax) => (_request, _boundary, _lengthMax) = (request, boundary, lengthMax);

    /// <summary>Looks at the headers and sets the server's limit for the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="lengthMax">Largest picture taken, in bytes.</param>
    /// <exception cref="UploadRefusedException">The body is of another type, or announced as too large.</exception>
    public static UploadBody Open(HttpContext context, int lengthMax)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = PassedOverMax;
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw WrongType("must come without Content-Encoding", encoding);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            throw WrongType(Types, request.ContentType);
        }

        string? boundary = null;
        var body = lengthMax;
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
            body += FormBytesMax;
            if (string.IsNullOrEmpty(boundary) || boundary.Length > BoundaryLengthMax)
            {
                throw Malformed("must be a form whose Content-Type names its boundary");
            }
        }
        else if (!type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
            && !type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            throw WrongType(Types, request.ContentType);
        }

        if (request.ContentLength > body)
        {
            throw TooLarge(lengthMax);
        }

        return new UploadBody(request, boundary, lengthMax);
    }

    /// <summary>Copies the picture.</summary>
    /// <exception cref="UploadRefusedException">It is too large, or the body is malformed or broke off.</exception>
    /// <exception cref="IOException">The target failed.</exception>
    public async Task CopyToAsync(Stream target, CancellationToken cancellationToken)
    {
        if (_boundary is null)
        {
            await CopyAsync(_request.Body, target, cancellationToken);
            return;
        }

        var form = new MultipartReader(_boundary, _request.Body) { HeadersCountLimit = FormPartsMax, HeadersLengthLimit = FormBytesMax };
        var files = 0;
        for (var parts = 0; await ReadAsync(() => form.ReadNextSectionAsync(cancellationToken)) is { } part; parts++)
        {
            if (parts == FormPartsMax)
            {
                throw Malformed($"must be a form of at most {FormPartsMax} parts");
            }

            // Fields without a file name are what forms put beside a file; they are passed over.
            if (part.GetContentDispositionHeader()?.IsFileDisposition() is true && ++files == 1)
            {
                await CopyAsync(part.Body, target, cancellationToken);
            }
        }

        if (files != 1)
        {
            throw Malformed(files == 0 ? "must be a form with one file, and has none" : "must be a form with one file, and has several");
        }
    }

    private async Task CopyAsync(Stream source, Stream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        long copied = 0;
        int read;
        while ((read = await ReadAsync(() => source.ReadAsync(buffer, cancellationToken).AsTask())) > 0)
        {
            copied += read;
            if (copied > _lengthMax)
            {
                throw TooLarge(_lengthMax);
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    // What reading throws is the caller's affair; what writing throws is ours, and must not be taken for it.
    private async Task<TRead> ReadAsync<TRead>(Func<Task<TRead>> readAsync)
    {
        try
        {
            return await readAsync();
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(_lengthMax);
        }
        catch (BadHttpRequestException error)
        {
            throw new UploadRefusedException(error.StatusCode, new RequestFault(RequestField.Body, "is not valid HTTP or came too slowly"));
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException)
        {
            throw Malformed(_boundary is null ? "must be whole; this one broke off" : "must be a whole multipart/form-data form; this one is broken or broke off");
        }
    }

    private static UploadRefusedException WrongType(string rule, string? got) => new(
        StatusCodes.Status415UnsupportedMediaType, new RequestFault(RequestField.Body, rule, got, Code: FailureCode.UnsupportedFormat));

    private static UploadRefusedException TooLarge(int lengthMax) => new(
        StatusCodes.Status413PayloadTooLarge,
        new RequestFault(RequestField.Body, $"must be a picture of at most {lengthMax / (1024 * 1024)} MB", Code: FailureCode.ImageTooLarge));

    private static UploadRefusedException Malformed(string rule) => new(
        StatusCodes.Status400BadRequest, new RequestFault(RequestField.Body, rule, Code: FailureCode.UnsupportedFormat));
}

/// <summary>The body of an upload cannot be taken: the caller's fault.</summary>
#pragma warning disable CA1032, CA1064 // It never leaves this folder, and without a status and a fault it would say nothing.
internal sealed class UploadRefusedException(int status, RequestFault fault) : Exception(fault.Rule)
#pragma warning restore CA1032, CA1064
{
    public int Status => status;

    public RequestFault Fault => fault;
}
