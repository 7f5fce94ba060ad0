using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// fal's storage: an address is asked for with the key, and the bytes are put there without one, so the address itself holds the right.
/// Source: <c>@fal-ai/client</c> 1.10.1, storage.ts.
/// </summary>
internal sealed class StorageEndpoints(IUploadDesk desk, PartedUploads parted, IPublicAddress address)
{
    /// <summary>Names of path segments.</summary>
    public const string TicketSegment = "ticket", PartSegment = "part";

    private static readonly Refusal NoTicket = new(
        RefusalKind.Forbidden, "This upload address is not valid, or its time is over; nothing was kept. Initiate the upload again.");

    private static readonly Refusal NotWhole = new(
        RefusalKind.Input, "parts must name each part once by the partNumber and the etag with which it was answered");

    /// <summary><c>POST storage/upload/initiate</c>. What the body says of the file is not believed, so it is not read.</summary>
    public Task InitiateAsync(HttpContext context, Caller caller)
    {
        var ticket = desk.Reserve(caller);
        return WriteTicket(context, $"{Wire.FilesPath}/{ticket.Token}", ticket);
    }

    /// <summary><c>POST storage/upload/initiate-multipart</c>.</summary>
    public Task InitiatePartsAsync(HttpContext context, Caller caller)
    {
        var ticket = desk.Reserve(caller);
        parted.Begin(ticket.Token);
        return WriteTicket(context, $"{Wire.PartsPath}/{ticket.Token}", ticket);
    }

    /// <summary><c>PUT</c> of a whole file.</summary>
    public Task PutAsync(HttpContext context) => GuardAsync(context, () =>
    {
        var body = new UploadBody(context);
        return StoreAsync(context, TicketOf(context), (target, cancel) => body.CopyToAsync(target, desk.LengthMax, cancel));
    });

    /// <summary><c>PUT</c> of one part, numbered from 1.</summary>
    public Task PutPartAsync(HttpContext context) => GuardAsync(context, async () =>
    {
        var ticket = TicketOf(context);
        if (!int.TryParse(context.Request.RouteValues[PartSegment] as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is < 1 or > PartedUploads.PartsMax)
        {
            await RefuseAsync(context, new Refusal(RefusalKind.NotFound, $"Parts are numbered from 1 to {PartedUploads.PartsMax}."));
            return;
        }

        // Before the bytes: who has no right to send them is not listened to.
        if (!parted.IsOpen(ticket))
        {
            await RefuseAsync(context, NoTicket);
            return;
        }

        using var bytes = new MemoryStream();
        await new UploadBody(context).CopyToAsync(bytes, (int)HttpLimits.MaxCreateBodyBytes, context.RequestAborted);
        if (parted.Take(ticket, number, bytes.ToArray()) is not { } tag)
        {
            await RefuseAsync(context, NoTicket);
            return;
        }

        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteNumber("partNumber", number);
        answer.Json.WriteString("etag", tag);
        answer.Json.WriteEndObject();
        answer.Send(context.Response);
    });

    /// <summary><c>POST …/complete</c>.</summary>
    public Task CompleteAsync(HttpContext context) => GuardAsync(context, async () =>
    {
        var ticket = TicketOf(context);
        if (await JsonBody.ReadAsync<PartList>(context, FalErrorForm.Instance, PartList.Read) is not { } list)
        {
            return;
        }

        switch (parted.End(ticket, list.Parts, out var parts))
        {
            case PartedUploads.Completion.Unknown:
                await RefuseAsync(context, NoTicket);
                break;
            case PartedUploads.Completion.Mismatch:
                await RefuseAsync(context, NotWhole);
                break;
            case PartedUploads.Completion.TooLarge:
                await RefuseAsync(context, UploadBody.TooLarge(desk.LengthMax));
                break;
            default:
                await StoreAsync(context, ticket, (target, cancel) => WriteAsync(parts, target, cancel));
                parted.Forget(ticket);
                break;
        }
    });

    private static async Task WriteAsync(ImmutableArray<byte[]> parts, Stream target, CancellationToken cancel)
    {
        foreach (var part in parts)
        {
            await target.WriteAsync(part, cancel);
        }
    }

    private async Task StoreAsync(HttpContext context, string ticket, Func<Stream, CancellationToken, Task> writeAsync)
    {
        switch (await desk.TakeReservedAsync(ticket, writeAsync, context.RequestAborted))
        {
            case null:
                await RefuseAsync(context, NoTicket);
                break;
            case UploadOutcome.Stored stored:
                context.Response.Headers.ETag = $"\"{stored.Upload.Sha256}\"";
                break;
            case UploadOutcome.Refused refused:
                var fault = new RequestFault(
                    RequestField.Body, $"must be a picture that the model can use; this one {refused.Failure.Message}", Code: refused.Failure.Code);
                await RefuseAsync(context, Refusal.Of([fault]));
                break;
            case UploadOutcome.TooMany full:
                await RefuseAsync(context, new Refusal(RefusalKind.TooManyInFlight, full.Reason) { RetryAfter = full.RetryAfter });
                break;
        }
    }

    private static async Task GuardAsync(HttpContext context, Func<Task> answerAsync)
    {
        try
        {
            await answerAsync();
        }
        catch (UploadRefusedException refused)
        {
            await RefuseAsync(context, refused.Refusal);
        }
        catch (IOException)
        {
            await RefuseAsync(
                context, new Refusal(RefusalKind.Unavailable, "The store cannot take pictures now; nothing was kept.") { RetryAfter = TimeSpan.FromSeconds(2) });
        }
    }

    private Task WriteTicket(HttpContext context, string path, UploadTicket ticket)
    {
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteString("upload_url", address.Value + path);
        answer.Json.WriteString("file_url", ticket.Url);
        answer.Json.WriteEndObject();
        answer.Send(context.Response);
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, Refusal refusal) => FalErrorForm.Instance.WriteAsync(context, refusal);

    private static string TicketOf(HttpContext context) => (string)context.Request.RouteValues[TicketSegment]!;
}

/// <summary>The body of a completion: <c>{"parts":[{"partNumber","etag"}]}</c>.</summary>
/// <param name="Parts">Number and tag of each part.</param>
internal sealed record PartList(ImmutableArray<(int Number, string Tag)> Parts)
{
    private const string Rule = "must be an object with parts: a list of objects with partNumber and etag";

    /// <summary>Reads it.</summary>
    public static PartList? Read(ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults)
    {
        faults = [];
        using var document = BodyText.Parse(body, out var fault);
        if (document is null)
        {
            faults = [fault!];
            return null;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("parts", out var list)
            && list.ValueKind == JsonValueKind.Array && TryRead(list, out var parts))
        {
            return new PartList(parts);
        }

        faults = [new RequestFault(RequestField.Body, Rule)];
        return null;
    }

    private static bool TryRead(JsonElement list, out ImmutableArray<(int Number, string Tag)> parts)
    {
        var read = ImmutableArray.CreateBuilder<(int Number, string Tag)>();
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object
                || !entry.TryGetProperty("partNumber", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var position)
                || !entry.TryGetProperty("etag", out var tag) || tag.ValueKind != JsonValueKind.String
                || read.Any(earlier => earlier.Number == position))
            {
                parts = [];
                return false;
            }

            read.Add((position, Text(tag)));
        }

        parts = read.ToImmutable();
        return true;
    }

    // Half a surrogate pair is no tag of ours, and reading it throws.
    private static string Text(JsonElement tag)
    {
        try
        {
            return tag.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return string.Empty;
        }
    }
}
