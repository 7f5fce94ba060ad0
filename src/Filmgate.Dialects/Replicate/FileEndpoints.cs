using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>The endpoints of files, which are the house's uploads: pictures that wait for the predictions that will use them.</summary>
internal sealed class FileEndpoints(IUploadDesk uploads, FileAddresses addresses)
{
    private const string UnknownFile = "There is no such file, or it is not one of this account, or its time is over.";
    private const string EmptyObject = "{}";

    // A multipart form around one picture, with its boundaries and the small part beside it.
    private const int MetadataBytesMax = 16 * 1024;

    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(2);

    /// <summary><c>POST /files</c>: a form with the parts <c>content</c> and, if the caller likes, <c>metadata</c>.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (await FormBody.ReadAsync(context, ReplicateErrorForm.Instance, uploads.LengthMax + MetadataBytesMax) is not { } form)
        {
            return;
        }

        var contents = form.Files.Where(file => file.Field == Wire.ContentPart).ToArray();
        if (contents is not [var content])
        {
            await RefuseInputAsync(context, contents.Length == 0 ? $"The form must hold the file in a part named {Wire.ContentPart}." : $"The form must hold one part named {Wire.ContentPart}.");
            return;
        }

        if (!TryReadMetadata(form, out var metadata))
        {
            await RefuseInputAsync(context, $"The part {Wire.MetadataPart} must be a JSON object of at most {MetadataBytesMax} bytes.");
            return;
        }

        UploadOutcome outcome;
        try
        {
            outcome = await uploads.TakeAsync(caller, (stream, gone) => stream.WriteAsync(content.Bytes, gone).AsTask(), context.RequestAborted);
        }
        catch (IOException)
        {
            await ReplicateErrorForm.Instance.WriteAsync(
                context, new Refusal(RefusalKind.Unavailable, "The store cannot take files now; nothing was kept.") { RetryAfter = StoreRetry });
            return;
        }

        switch (outcome)
        {
            case UploadOutcome.Stored stored:
                context.Response.StatusCode = StatusCodes.Status201Created;
                Send(context.Response, stored.Upload, metadata);
                break;
            case UploadOutcome.Refused refused:
                await RefuseInputAsync(context, $"The file must be a picture that the model can use; this one {refused.Failure.Message}");
                break;
            case UploadOutcome.TooMany full:
                await ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.TooManyInFlight, full.Reason) { RetryAfter = full.RetryAfter });
                break;
        }
    }

    /// <summary><c>GET /files/{id}</c>.</summary>
    public async Task ReadAsync(HttpContext context, Caller caller)
    {
        if (IdOf(context) is { } id && await uploads.FindAsync(caller, id, CancellationToken.None) is { } upload)
        {
            Send(context.Response, upload, EmptyObject);
            return;
        }

        await RefuseAsync(context);
    }

    /// <summary><c>DELETE /files/{id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context, Caller caller)
    {
        if (IdOf(context) is { } id && await uploads.DeleteAsync(caller, id, CancellationToken.None))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await RefuseAsync(context);
    }

    /// <summary><c>GET /files</c>: all of them on one page, for an account has only so many at a time.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        var found = await uploads.ListAsync(caller, CancellationToken.None);
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteNull(Wire.Previous);
        json.WriteNull(Wire.Next);
        json.WriteStartArray(Wire.Results);
        foreach (var upload in found)
        {
            Write(json, upload, EmptyObject);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        answer.Send(context.Response);
    }

    // The official client sends it as a file of the form, others as a field. It comes back in this one answer and is not kept.
    private static bool TryReadMetadata(FormBody form, out string metadata)
    {
        var texts = form.Files.Where(file => file.Field == Wire.MetadataPart).Select(file => file.Bytes)
            .Concat(form.Fields.Where(field => field.Key == Wire.MetadataPart).Select(field => System.Text.Encoding.UTF8.GetBytes(field.Value))).ToArray();
        metadata = EmptyObject;
        if (texts is not [{ Length: > 0 } bytes])
        {
            return texts.Length == 0 || texts is [{ Length: 0 }];
        }

        if (bytes.Length > MetadataBytesMax)
        {
            return false;
        }

        using var document = BodyText.Parse(bytes, out _);
        if (document?.RootElement.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        metadata = document.RootElement.GetRawText();
        return true;
    }

    private void Send(HttpResponse response, Upload upload, string metadata)
    {
        var answer = JsonAnswer.Begin();
        Write(answer.Json, upload, metadata);
        answer.Send(response);
    }

    private void Write(Utf8JsonWriter json, Upload upload, string metadata)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Id, OpaqueIds.Of(upload.Id));
        json.WriteString(Wire.ContentType, upload.MediaType);
        json.WriteNumber(Wire.Size, upload.Length);
        json.WriteStartObject(Wire.Checksums);
        json.WriteString(Wire.Sha256, upload.Sha256);
        json.WriteEndObject();
        json.WritePropertyName(Wire.Metadata);
        json.WriteRawValue(metadata, skipInputValidation: true);
        json.WriteString(Wire.CreatedAt, Wire.Time(upload.CreatedAt));
        json.WriteString(Wire.ExpiresAt, Wire.Time(upload.ExpiresAt));
        json.WriteStartObject(Wire.Urls);
        json.WriteString(Wire.Get, addresses.Of(upload));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static UploadId? IdOf(HttpContext context) => OpaqueIds.Upload(context.Request.RouteValues[Wire.IdSegment] as string);

    private static Task RefuseAsync(HttpContext context) => ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.NotFound, UnknownFile));

    // Not about a field of a prediction, so it is told by its message alone.
    private static Task RefuseInputAsync(HttpContext context, string message) =>
        ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.Input, message));
}
