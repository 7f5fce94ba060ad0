using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary><c>POST /v1/videos</c>: JSON, or a form with the picture as a file. The official Node client always sends a form.</summary>
internal sealed class CreationEndpoint(ITaskDesk desk)
{
    // Two pictures of the largest size that the house takes.
    private const int FileBytesMax = 2 * 10 * 1024 * 1024;

    /// <summary>Makes a task and answers with its video.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (IdempotencyHeader.Read(context.Request.Headers, out var key) is { } badKey)
        {
            await OpenAiErrorForm.Instance.WriteAsync(context, Refusal.Of([badKey]));
            return;
        }

        if (await ReadDraftAsync(context) is not { } draft)
        {
            return;
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        var outcome = await desk.CreateAsync(caller, Wire.Dialect, draft, key, CancellationToken.None);
        if (outcome is not CreateOutcome.Accepted accepted)
        {
            await OpenAiErrorForm.Instance.WriteAsync(context, Refusal.Of(outcome)!);
            return;
        }

        if (accepted.IsReplay)
        {
            context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        var details = await TryReadBackAsync(caller, accepted.Id);
        VideoEndpoints.Answer(context, json =>
        {
            if (details is null)
            {
                VideoBody.WriteAccepted(json, accepted.Id, draft);
            }
            else
            {
                VideoBody.Write(json, details);
            }
        });
    }

    // The official clients repeat a creation two or three times by themselves when they read 5xx, and without a key each time would be another
    // task. So whatever goes wrong once the task is accepted must not be said here: then the answer is made of the request.
    private async ValueTask<TaskDetails?> TryReadBackAsync(Caller caller, TaskId id)
    {
        try
        {
            return await desk.FindDetailsAsync(caller, id, CancellationToken.None);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    // Null when the request is refused; the refusal is then written.
    private static async ValueTask<GenerationDraft?> ReadDraftAsync(HttpContext context)
    {
        if (!FormBody.IsForm(context.Request))
        {
            return await JsonBody.ReadAsync<GenerationDraft>(context, OpenAiErrorForm.Instance, RequestReader.Read);
        }

        if (await FormBody.ReadAsync(context, OpenAiErrorForm.Instance, FileBytesMax) is not { } form)
        {
            return null;
        }

        var draft = RequestReader.Read(form, out ImmutableArray<RequestFault> faults);
        if (draft is null)
        {
            await OpenAiErrorForm.Instance.WriteAsync(context, Refusal.Of(faults));
        }

        return draft;
    }
}
