using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Kling;

/// <summary>The endpoints of one kind of task: create, read, list. Source: Kling, text to video and image to video.</summary>
internal sealed class TaskEndpoints(ITaskDesk desk, TaskKind kind)
{
    /// <summary>The segment of an address that names a task.</summary>
    public const string IdSegment = "id";

    private static readonly Refusal UnknownTask = new(
        RefusalKind.NotFound, "There is no such task of this kind, or it is not one of this account. Ask with its task_id or its external_task_id, under the address that created it.");

    /// <summary><c>POST /v1/videos/{kind}</c>; <c>Idempotency-Key</c> is ours.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (IdempotencyHeader.Read(context.Request.Headers, out var key) is { } badKey)
        {
            await KlingErrorForm.Instance.WriteAsync(context, Refusal.Of([badKey]));
            return;
        }

        if (await JsonBody.ReadAsync<CreateBody>(context, KlingErrorForm.Instance, Read) is not { } body)
        {
            return;
        }

        if (body.Draft is not { } draft)
        {
            await KlingErrorForm.Instance.WriteAsync(context, body.Refusal!);
            return;
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        var outcome = await desk.CreateAsync(caller, Wire.Dialect, draft, key, CancellationToken.None);
        if (outcome is not CreateOutcome.Accepted accepted)
        {
            await KlingErrorForm.Instance.WriteAsync(context, Refusal.Of(outcome)!);
            return;
        }

        // Gone already only when an old request is repeated whose task was deleted since.
        if (await desk.FindDetailsAsync(caller, accepted.Id, CancellationToken.None) is not { } details)
        {
            await KlingErrorForm.Instance.WriteAsync(context, UnknownTask);
            return;
        }

        if (accepted.IsReplay)
        {
            context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        var envelope = Envelope.Success(context);
        TaskBody.WriteCreated(envelope.Json, details.Task);
        envelope.Send(context.Response);
    }

    /// <summary><c>GET /v1/videos/{kind}/{id}</c>, where the id is Kling's or the caller's own.</summary>
    public async Task ReadAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(caller, IdOf(context)) is not { } details)
        {
            await KlingErrorForm.Instance.WriteAsync(context, UnknownTask);
            return;
        }

        var envelope = Envelope.Success(context);
        TaskBody.Write(envelope.Json, details);
        envelope.Send(context.Response);
    }

    /// <summary><c>GET /v1/videos/{kind}?pageNum=&amp;pageSize=</c>.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        if (TaskPage.Read(context.Request.QueryString, kind, out var refusal) is not { } filter)
        {
            await KlingErrorForm.Instance.WriteAsync(context, refusal!);
            return;
        }

        var found = await desk.ListAsync(caller, filter, CancellationToken.None);
        var envelope = Envelope.Success(context);
        envelope.Json.WriteStartArray();
        foreach (var details in found)
        {
            TaskBody.Write(envelope.Json, details);
        }

        envelope.Json.WriteEndArray();
        envelope.Send(context.Response);
    }

    private async ValueTask<TaskDetails?> FindAsync(Caller caller, string id)
    {
        var details = IdDigits.Task(id) is { } task ? await desk.FindDetailsAsync(caller, task, CancellationToken.None) : null;
        details ??= IsExternalId(id) ? await desk.FindByExternalIdAsync(caller, Wire.Dialect, id, CancellationToken.None) : null;
        return details is not null && TaskKind.Of(details.Task.Request.Mode) == kind ? details : null;
    }

    // What no task can have been given is not looked for: a store might compare it up to U+0000 only.
    private static bool IsExternalId(string id) =>
        id.Length is > 0 and <= 2 * GenerationRules.ExternalIdLengthMax && !id.Contains('\0', StringComparison.Ordinal);

    // The router leaves an escaped slash escaped, so an id that holds one is read from the request line.
    private static string IdOf(HttpContext context)
    {
        var id = context.Request.RouteValues[IdSegment] as string ?? string.Empty;
        if (!id.Contains('%', StringComparison.Ordinal) || context.Features.Get<IHttpRequestFeature>()?.RawTarget is not { Length: > 0 } target)
        {
            return id;
        }

        var path = target.Split('?')[0].TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }

    private CreateBody? Read(ReadOnlyMemory<byte> body, out System.Collections.Immutable.ImmutableArray<RequestFault> faults) =>
        RequestReader.Read(kind, body, out faults);
}
