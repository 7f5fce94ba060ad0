using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Kling;

/// <summary>Refusals in Kling's form: <c>{code,message,request_id}</c> without <c>data</c>. Source: Kling, general information.</summary>
public sealed class KlingErrorForm : ErrorForm
{
    /// <summary>The form; it keeps nothing.</summary>
    public static KlingErrorForm Instance { get; } = new();

    /// <summary>What stands in the longer ones, so that other paths below <c>/v1/videos</c> are left to whom they belong to.</summary>
    public override IReadOnlyCollection<PathString> Mounts { get; } =
        ["/kling", "/proxy/kling", .. TaskKind.All.Select(kind => new PathString($"/v1/videos/{kind.Name}"))];

    /// <inheritdoc/>
    protected override int StatusOf(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return ErrorMap.Status(refusal.Kind);
    }

    /// <inheritdoc/>
    protected override Task WriteBodyAsync(HttpContext context, int status, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(refusal);
        if (refusal.Kind == RefusalKind.Unauthenticated && context.Features.Get<SignInFault>() is { } fault)
        {
            Envelope.WriteError(context, fault.Code, fault.Message);
        }
        else
        {
            Envelope.WriteError(context, ErrorMap.Code(refusal.Kind), ErrorMap.Message(refusal));
        }

        return Task.CompletedTask;
    }
}
