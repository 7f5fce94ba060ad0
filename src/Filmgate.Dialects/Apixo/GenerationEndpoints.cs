using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>The endpoints that take a generation request: one makes a task of it, the other only says what it would cost.</summary>
internal sealed class GenerationEndpoints(ITaskDesk desk)
{
    /// <summary><c>POST /generateTask/{model}</c>. Source: APIXO, generate-task page; <c>Idempotency-Key</c> is ours.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (IdempotencyHeader.Read(context.Request.Headers, out var key) is { } badKey)
        {
            await ApixoErrors.WriteAsync(context, [badKey]);
            return;
        }

        if (await ReadDraftAsync(context) is not { } draft)
        {
            return;
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        switch (await desk.CreateAsync(caller, Wire.Dialect, draft, key, CancellationToken.None))
        {
            case CreateOutcome.Accepted accepted:
                WriteAccepted(context.Response, accepted);
                break;
            case CreateOutcome.Refused refused:
                await ApixoErrors.WriteAsync(context, refused.Faults);
                break;
            case CreateOutcome.KeyReused:
                await ApixoErrors.WriteCodedAsync(
                    context,
                    StatusCodes.Status422UnprocessableEntity,
                    ErrorMap.Sentence(StatusCodes.Status422UnprocessableEntity),
                    Wire.IdempotencyKeyReused);
                break;
            case CreateOutcome.TooMany tooMany:
                WaitHeaders.Write(context.Response, tooMany.Limit, tooMany.RetryAfter);
                await ApixoErrors.WriteAsync(context, StatusCodes.Status429TooManyRequests, tooMany.Reason);
                break;
            case CreateOutcome.OverBudget over:
                await ApixoErrors.WriteOverBudgetAsync(context, over);
                break;
            case CreateOutcome.Unavailable unavailable:
                WaitHeaders.Write(context.Response, unavailable.RetryAfter);
                await ApixoErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, unavailable.Reason);
                break;
        }
    }

    /// <summary><c>POST /estimate/{model}</c>; ours.</summary>
    public async Task EstimateAsync(HttpContext context, Caller caller)
    {
        if (await ReadDraftAsync(context) is not { } draft)
        {
            return;
        }

        switch (await desk.EstimateAsync(caller, draft, CancellationToken.None))
        {
            case EstimateOutcome.Priced priced:
                WritePriced(context.Response, priced);
                break;
            case EstimateOutcome.Refused refused:
                await ApixoErrors.WriteAsync(context, refused.Faults);
                break;
        }
    }

    // Null when the request is refused; the refusal is then written.
    private static async ValueTask<GenerationDraft?> ReadDraftAsync(HttpContext context)
    {
        if (ContentTypes.Fault(context.Request) is { } wrongType)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, wrongType);
            return null;
        }

        GenerationDraft? draft;
        ImmutableArray<RequestFault> faults;
        try
        {
            using var body = await RequestBody.ReadAsync(context, HttpLimits.MaxCreateBodyBytes);
            draft = RequestReader.Read(body.Bytes, out faults);
        }
        catch (BadHttpRequestException e)
        {
            await ApixoErrors.WriteAsync(context, e.StatusCode, BodyRefusal(e.StatusCode));
            return null;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Mostly the caller has gone and reads no answer; but Kestrel also reports some broken chunks in this way.
            await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, BodyRefusal(StatusCodes.Status400BadRequest));
            return null;
        }

        if (draft is null)
        {
            await ApixoErrors.WriteAsync(context, faults);
        }

        return draft;
    }

    private static void WriteAccepted(HttpResponse response, CreateOutcome.Accepted accepted)
    {
        if (accepted.IsReplay)
        {
            response.Headers[Wire.ReplayedHeader] = "true";
        }

        var envelope = Envelope.Success();
        envelope.Json.WriteStartObject();
        envelope.Json.WriteString(Wire.TaskId, accepted.Id.Value);
        envelope.Json.WriteEndObject();
        envelope.Send(response);
    }

    private static void WritePriced(HttpResponse response, EstimateOutcome.Priced priced)
    {
        var envelope = Envelope.Success();
        envelope.Json.WriteStartObject();
        envelope.Json.WriteNumber(Wire.Price, priced.Price.Dollars);
        envelope.Json.WriteString(Wire.CurrencyName, Wire.Currency);
        if (priced.Provider is { } provider)
        {
            envelope.Json.WriteString(Wire.Provider, provider);
        }

        envelope.Json.WriteString(Wire.Reason, priced.Why);
        envelope.Json.WriteEndObject();
        envelope.Send(response);
    }

    private static string BodyRefusal(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => $"The body must be at most {HttpLimits.MaxCreateBodyBytes} bytes.",
        StatusCodes.Status408RequestTimeout => "The body came too slowly and was given up.",
        _ => "The body ended before it was complete, or is not framed as HTTP says.",
    };
}
