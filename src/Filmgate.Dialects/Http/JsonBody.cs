using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>Reads a JSON body into what an endpoint needs, or refuses it.</summary>
/// <typeparam name="T">What the endpoint needs.</typeparam>
/// <param name="body">The whole body.</param>
/// <param name="faults">Everything that is wrong with it; empty when it was read.</param>
/// <returns>What was read; null when there are faults.</returns>
internal delegate T? BodyReader<T>(ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults)
    where T : class;

/// <summary>The way of a JSON body from the connection to its reader, with every refusal on it.</summary>
internal static class JsonBody
{
    /// <summary>What the reader made of the body; null when the request is refused, and then the refusal is written.</summary>
    public static async ValueTask<T?> ReadAsync<T>(HttpContext context, ErrorForm form, BodyReader<T> reader)
        where T : class
    {
        if (ContentTypes.Fault(context.Request) is { } wrongType)
        {
            await form.WriteAsync(context, new Refusal(RefusalKind.MediaType, wrongType));
            return null;
        }

        T? read;
        ImmutableArray<RequestFault> faults;
        try
        {
            using var body = await RequestBody.ReadAsync(context, HttpLimits.MaxCreateBodyBytes);
            read = reader(body.Bytes, out faults);
        }
        catch (Exception e) when (Refused(e) is { } refusal)
        {
            await form.WriteAsync(context, refusal);
            return null;
        }

        if (read is null)
        {
            await form.WriteAsync(context, Refusal.Of(faults));
        }

        return read;
    }

    /// <summary>The refusal of a body that could not be read; null for an exception that is no caller's fault.</summary>
    public static Refusal? Refused(Exception error) => error switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new(RefusalKind.TooLarge, $"The body must be at most {HttpLimits.MaxCreateBodyBytes} bytes."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new(RefusalKind.TooSlow, "The body came too slowly and was given up."),

        // Mostly the caller has gone and reads no answer; but Kestrel also reports some broken chunks in this way.
        BadHttpRequestException or IOException or OperationCanceledException =>
            new(RefusalKind.Input, "The body ended before it was complete, or is not framed as HTTP says."),
        _ => null,
    };
}
