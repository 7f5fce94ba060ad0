using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>What several of the queue's endpoints ask of the house.</summary>
internal sealed class QueueView(ITaskDesk desk, IPublicAddress address)
{
    // Who is further behind is told this much: counting on would make each look of a waiting caller dearer than the rest of the answer.
    private const int PositionMax = 20;

    private static readonly Refusal Unknown = new(RefusalKind.NotFound, "Request not found: there is no such request, or it is not one of this account.");

    /// <summary>Where the caller finds the requests of the apps: where it believes to be, else this gateway.</summary>
    public string RootOf(Call call) => $"{call.Target ?? address.Value + Wire.QueueMount}/{Wire.Root}";

    /// <summary>The task of a call; null when the account has none of that id, and then the refusal is written.</summary>
    public async ValueTask<TaskDetails?> FindAsync(HttpContext context, Caller caller, Call call)
    {
        var found = RequestIds.TryRead(call.RequestId, out var id) ? await desk.FindDetailsAsync(caller, id, CancellationToken.None) : null;
        if (found is null)
        {
            await RefuseAsync(context);
            return null;
        }

        context.Response.Headers[Wire.RequestIdHeader] = RequestIds.Of(id);
        return found;
    }

    /// <summary>Writes that there is no such request.</summary>
    public static Task RefuseAsync(HttpContext context) => FalErrorForm.Instance.WriteAsync(context, Unknown);

    /// <summary>How many of the account's tasks came before this one and wait, too.</summary>
    public async ValueTask<int> PositionAsync(Caller caller, TaskId task) =>
        (await desk.ListAsync(caller, new TaskFilter { State = TaskState.Pending, Before = task, Limit = PositionMax }, CancellationToken.None)).Length;
}
