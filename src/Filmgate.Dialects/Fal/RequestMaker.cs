using System.Security.Cryptography;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>Makes a task of a call to an app, for the queue and for the synchronous run alike.</summary>
/// <param name="desk">Creates.</param>
/// <param name="unheard">Knows submissions whose answer was lost.</param>
internal sealed class RequestMaker(ITaskDesk desk, UnheardCreations unheard)
{
    /// <summary>A request that was taken.</summary>
    /// <param name="Task">Its task.</param>
    /// <param name="IsKeyed">Whether the caller gave a key by which it finds the task again.</param>
    internal sealed record Made(TaskId Task, bool IsKeyed);

    /// <summary>The task; null when the request is refused, and then the refusal is written.</summary>
    public async ValueTask<Made?> MakeAsync(HttpContext context, Caller caller, Call call)
    {
        if (await ReadAsync(context, call) is not { } request)
        {
            return null;
        }

        if (request.QueueMax is { } most && await IsQueueLongerAsync(caller, most))
        {
            var full = $"The queue holds more than the {most} requests that {Wire.QueueLengthParameter} allows; nothing was created.";
            return await RefuseAsync(context, new Refusal(RefusalKind.TooManyInFlight, full) { RetryAfter = TimeSpan.FromSeconds(5) });
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        var outcome = await CreateAsync(context, caller, call, request);
        if (outcome is not CreateOutcome.Accepted accepted)
        {
            return await RefuseAsync(context, Refusal.Of(outcome)!);
        }

        context.Response.Headers[Wire.RequestIdHeader] = RequestIds.Of(accepted.Id);
        if (accepted.IsReplay)
        {
            context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        return new Made(accepted.Id, request.IdempotencyKey is not null);
    }

    private static async ValueTask<Asked?> ReadAsync(HttpContext context, Call call)
    {
        if (ServedApp.Find(call.App) is not { } app)
        {
            var served = string.Join(", ", ServedApp.All.Select(known => known.Id));
            await RefuseAsync(context, new Refusal(RefusalKind.NotFound, $"Application {RequestFault.Shorten(call.App)} is not served here; served are {served}."));
            return null;
        }

        var query = CallQuery.Read(call.Query, out var faults);
        if (IdempotencyHeader.Read(context.Request.Headers, out var key) is { } badKey)
        {
            faults = faults.Add(badKey);
        }

        if (!faults.IsEmpty)
        {
            await RefuseAsync(context, Refusal.Of(faults));
            return null;
        }

        byte[] print = [];
        var draft = await JsonBody.ReadAsync<GenerationDraft>(context, FalErrorForm.Instance, (body, out wrong) =>
        {
            print = key is null ? SHA256.HashData(body.Span) : [];
            return RequestReader.Read(app, body, out wrong);
        });
        return draft is null ? null : new Asked(draft with { CallbackUrl = query.Webhook }, key, query.QueueMax, print);
    }

    private static async ValueTask<Made?> RefuseAsync(HttpContext context, Refusal refusal)
    {
        await FalErrorForm.Instance.WriteAsync(context, refusal);
        return null;
    }

    // A run whose caller leaves is canceled, so there is nothing that a repetition of it could take up.
    private async ValueTask<CreateOutcome> CreateAsync(HttpContext context, Caller caller, Call call, Asked request)
    {
        if (request.IdempotencyKey is not null || call.Kind == CallKind.Run)
        {
            return await desk.CreateAsync(caller, Wire.Dialect, request.Draft, request.IdempotencyKey, CancellationToken.None);
        }

        // Closed before the answer is begun: whoever is there then hears it, and may leave as soon as it has.
        using var creation = unheard.Begin(caller, $"{call.App}?{request.Draft.CallbackUrl}", request.Print, context.RequestAborted);
        var outcome = await creation.Earlier is { } earlier
            ? new CreateOutcome.Accepted(earlier, IsReplay: true)
            : await desk.CreateAsync(caller, Wire.Dialect, request.Draft, null, CancellationToken.None);
        creation.End(outcome.Task, outcome is CreateOutcome.Unanswered);
        return outcome;
    }

    private async ValueTask<bool> IsQueueLongerAsync(Caller caller, int most) =>
        !(await desk.ListAsync(caller, new TaskFilter { State = TaskState.Pending, Skip = most, Limit = 1 }, CancellationToken.None)).IsEmpty;

    private sealed record Asked(GenerationDraft Draft, string? IdempotencyKey, int? QueueMax, byte[] Print);
}
