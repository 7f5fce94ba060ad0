using Filmgate.Dialects.Http;
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
            await ApixoErrorForm.Instance.WriteAsync(context, Refusal.Of([badKey]));
            return;
        }

        if (await ReadDraftAsync(context) is not { } draft)
        {
            return;
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        var outcome = await desk.CreateAsync(caller, Wire.Dialect, draft, key, CancellationToken.None);
        if (outcome is CreateOutcome.Accepted accepted)
        {
            WriteAccepted(context.Response, accepted);
        }
        else
        {
            await ApixoErrorForm.Instance.WriteAsync(context, Refusal.Of(outcome)!);
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
                await ApixoErrorForm.Instance.WriteAsync(context, Refusal.Of(refused.Faults));
                break;
        }
    }

    // Null when the request is refused; the refusal is then written.
    private static ValueTask<GenerationDraft?> ReadDraftAsync(HttpContext context) =>
        JsonBody.ReadAsync<GenerationDraft>(context, ApixoErrorForm.Instance, RequestReader.Read);

    private static void WriteAccepted(HttpResponse response, CreateOutcome.Accepted accepted)
    {
        if (accepted.IsReplay)
        {
            response.Headers[IdempotencyHeader.Replayed] = "true";
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
        envelope.Json.WriteNumber(Wire.Hold, priced.Hold.Dollars);
        envelope.Json.WriteString(Wire.CurrencyName, Wire.Currency);
        if (priced.Provider is { } provider)
        {
            envelope.Json.WriteString(Wire.Provider, provider);
        }

        envelope.Json.WriteString(Wire.Reason, priced.Why);
        envelope.Json.WriteEndObject();
        envelope.Send(response);
    }
}
