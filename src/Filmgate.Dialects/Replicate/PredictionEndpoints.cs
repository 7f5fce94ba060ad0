using System.Security.Cryptography;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>The endpoints of predictions, once method, key and rate are checked.</summary>
/// <param name="desk">Creates and shows tasks.</param>
/// <param name="reader">Reads bodies.</param>
/// <param name="body">Writes predictions.</param>
/// <param name="unheard">Creations whose answer nobody heard.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Set when the server stops: no answer is held back any longer.</param>
internal sealed class PredictionEndpoints(
    ITaskDesk desk, RequestReader reader, PredictionBody body, UnheardCreations unheard, TimeProvider time, CancellationToken stopping)
{
    private const string UnknownPrediction = "There is no such prediction, or it is not one of this account.";

    /// <summary><c>POST /models/{owner}/{name}/predictions</c>.</summary>
    public Task CreateOnModelAsync(HttpContext context, Caller caller) =>
        ModelEndpoints.ModelOf(context) is { } model ? CreateAsync(context, caller, model) : ModelEndpoints.RefuseModelAsync(context);

    /// <summary><c>POST /predictions</c>: the body's <c>version</c> names the model.</summary>
    public Task CreateByVersionAsync(HttpContext context, Caller caller) => CreateAsync(context, caller, null);

    /// <summary><c>GET /predictions/{id}</c>.</summary>
    public async Task ReadAsync(HttpContext context, Caller caller)
    {
        if (IdOf(context) is { } id && await desk.FindDetailsAsync(caller, id, CancellationToken.None) is { } details)
        {
            Send(context.Response, details);
            return;
        }

        await RefuseAsync(context);
    }

    /// <summary><c>POST /predictions/{id}/cancel</c>. A prediction that has ended is shown as it is; a body is not read.</summary>
    public async Task CancelAsync(HttpContext context, Caller caller)
    {
        if (IdOf(context) is { } id
            && await desk.CancelAsync(caller, id, CancellationToken.None) is not null
            && await desk.FindDetailsAsync(caller, id, CancellationToken.None) is { } details)
        {
            Send(context.Response, details);
            return;
        }

        await RefuseAsync(context);
    }

    /// <summary><c>GET /predictions</c>.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        if (PredictionPage.Read(context.Request.QueryString, out var wrong) is not { } page)
        {
            await ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.Input, wrong));
            return;
        }

        var found = page.IsEmpty ? [] : await desk.ListAsync(caller, page.Filter, CancellationToken.None);
        var answer = JsonAnswer.Begin();
        page.Write(answer.Json, found, body);
        answer.Send(context.Response);
    }

    private async Task CreateAsync(HttpContext context, Caller caller, ServedModel? model)
    {
        if (IdempotencyHeader.Read(context.Request.Headers, out var key) is { } badKey)
        {
            await ReplicateErrorForm.Instance.WriteAsync(context, Refusal.Of([badKey]));
            return;
        }

        byte[] print = [];
        var draft = await JsonBody.ReadAsync<GenerationDraft>(context, ReplicateErrorForm.Instance, (bytes, out faults) =>
        {
            print = key is null ? SHA256.HashData(bytes.Span) : [];
            return reader.Read(bytes, model, out faults);
        });
        if (draft is null)
        {
            return;
        }

        CreateOutcome outcome;
        TaskDetails? details = null;

        // Closed before the answer is begun: whoever is there then hears it, and may leave as soon as it has.
        using (var creation = key is null ? unheard.Begin(caller, model?.Name, print, context.RequestAborted) : null)
        {
            // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
            outcome = creation is not null && await creation.Earlier is { } earlier
                ? new CreateOutcome.Accepted(earlier, IsReplay: true)
                : await desk.CreateAsync(caller, Wire.Dialect, draft, key, CancellationToken.None);
            creation?.End(outcome.Task, outcome is CreateOutcome.Unanswered);
            if (outcome is CreateOutcome.Accepted { Id: var id })
            {
                details = await FollowAsync(context, caller, id);
            }
        }

        switch (outcome)
        {
            case CreateOutcome.Accepted accepted when details is not null:
                SendCreated(context.Response, accepted, details);
                break;
            case CreateOutcome.Accepted:
                await RefuseAsync(context);
                break;
            default:
                await ReplicateErrorForm.Instance.WriteAsync(context, Refusal.Of(outcome)!);
                break;
        }
    }

    // The task as it is now, or, if the caller prefers to wait, at its end or when the time is over.
    private async Task<TaskDetails?> FollowAsync(HttpContext context, Caller caller, TaskId id)
    {
        TaskDetails? latest = null;
        if (PreferHeader.Wait(context.Request.Headers) is { } wait)
        {
            using var patience = new CancellationTokenSource(wait, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted, stopping);
            try
            {
                await foreach (var details in desk.WatchAsync(caller, id, end.Token))
                {
                    latest = details;
                }
            }
            catch (OperationCanceledException)
            {
                // Time is over: the caller follows by reading.
            }
        }

        return latest ?? await desk.FindDetailsAsync(caller, id, CancellationToken.None);
    }

    private void SendCreated(HttpResponse response, CreateOutcome.Accepted accepted, TaskDetails details)
    {
        response.StatusCode = StatusCodes.Status201Created;
        if (accepted.IsReplay)
        {
            response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        if (!details.Task.State.IsTerminal())
        {
            response.Headers.Location = body.AddressOf(details.Task);
        }

        Send(response, details, asCreated: true);
    }

    private void Send(HttpResponse response, TaskDetails details, bool asCreated = false)
    {
        var answer = JsonAnswer.Begin();
        body.Write(answer.Json, details, asCreated);
        answer.Send(response);
    }

    private static TaskId? IdOf(HttpContext context) => OpaqueIds.Task(context.Request.RouteValues[Wire.IdSegment] as string);

    private static Task RefuseAsync(HttpContext context) =>
        ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.NotFound, UnknownPrediction));
}
