using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Dialects.Http;

/// <summary>A <c>multipart/form-data</c> body in memory: its fields as text and its files as bytes, each in the order in which it came.</summary>
internal sealed record FormBody
{
    /// <summary>Most parts that are read.</summary>
    public const int PartsMax = 64;

    private const int FieldBytesMax = 64 * 1024;
    private const int BoundaryLengthMax = 70;

    /// <summary>Fields.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Fields { get; init; }

    /// <summary>Files.</summary>
    public required ImmutableArray<FormFile> Files { get; init; }

    /// <summary>Whether a request has such a body.</summary>
    public static bool IsForm(HttpRequest request) => Boundary(request) is not null;

    /// <summary>Reads the body; null when it is refused, and then the refusal is written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">Words the refusal.</param>
    /// <param name="fileBytesMax">Most bytes of all files together.</param>
    public static async ValueTask<FormBody?> ReadAsync(HttpContext context, ErrorForm form, int fileBytesMax)
    {
        if (Boundary(context.Request) is not { Length: > 0 and <= BoundaryLengthMax } boundary)
        {
            await form.WriteAsync(context, new Refusal(RefusalKind.MediaType, "Content-Type must be multipart/form-data with a boundary."));
            return null;
        }

        var limit = fileBytesMax + PartsMax * FieldBytesMax;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        try
        {
            return await ReadPartsAsync(new MultipartReader(boundary, context.Request.Body) { HeadersLengthLimit = FieldBytesMax }, fileBytesMax);
        }
        catch (InvalidDataException)
        {
            await form.WriteAsync(context, new Refusal(RefusalKind.Input, "body must be a whole multipart/form-data form of well-formed parts in UTF-8"));
        }
        catch (FormTooLargeException error)
        {
            await form.WriteAsync(context, new Refusal(RefusalKind.TooLarge, error.Message));
        }
        catch (Exception error) when (JsonBody.Refused(error) is { } refusal)
        {
            await form.WriteAsync(context, refusal.Kind == RefusalKind.TooLarge ? refusal with { Message = $"The body must be at most {limit} bytes." } : refusal);
        }

        return null;
    }

    private static async ValueTask<FormBody> ReadPartsAsync(MultipartReader reader, int fileBytesMax)
    {
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        var files = ImmutableArray.CreateBuilder<FormFile>();
        var left = fileBytesMax;
        for (var parts = 1; await reader.ReadNextSectionAsync(CancellationToken.None) is { } part; parts++)
        {
            if (parts > PartsMax)
            {
                throw new FormTooLargeException($"A form may have at most {PartsMax} parts.");
            }

            var disposition = part.GetContentDispositionHeader();
            var name = disposition is null ? string.Empty : HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? string.Empty;
            if (disposition?.IsFileDisposition() is true)
            {
                var bytes = await ReadAsync(part.Body, left, $"The files of a form may have at most {fileBytesMax} bytes together.");
                left -= bytes.Length;
                files.Add(new FormFile(name, part.ContentType, bytes));
            }
            else
            {
                var text = await ReadAsync(part.Body, FieldBytesMax, $"A field of a form may have at most {FieldBytesMax} bytes.");
                fields.Add(new(name, Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw new InvalidDataException("A field is not UTF-8.")));
            }
        }

        return new FormBody { Fields = fields.ToImmutable(), Files = files.ToImmutable() };
    }

    private static async ValueTask<byte[]> ReadAsync(Stream body, int most, string tooLarge)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, CancellationToken.None)) > 0)
        {
            if (bytes.Length + read > most)
            {
                throw new FormTooLargeException(tooLarge);
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    private static string? Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value ?? string.Empty
            : null;

#pragma warning disable CA1032, CA1064 // It never leaves this class, and says all there is to say.
    private sealed class FormTooLargeException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
}

/// <summary>A file of a form. Its name is not kept: nobody may use a caller's file name for anything.</summary>
/// <param name="Field">The field that it stands in.</param>
/// <param name="ContentType">As it was declared; the bytes decide.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record FormFile(string Field, string? ContentType, byte[] Bytes);
