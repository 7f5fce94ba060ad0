using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>The endpoints of models: what is served, and the fields that it takes.</summary>
internal sealed class ModelEndpoints(ModelBody body)
{
    private static readonly string Served = string.Join(" and ", ServedModel.All.Select(model => model.Path));

    /// <summary>The model that the address names; null when it is not served.</summary>
    public static ServedModel? ModelOf(HttpContext context) =>
        ServedModel.Find(context.Request.RouteValues[Wire.OwnerSegment] as string, context.Request.RouteValues[Wire.NameSegment] as string);

    /// <summary>Answers for a model that is not served.</summary>
    public static Task RefuseModelAsync(HttpContext context)
    {
        var name = RequestFault.Shorten($"{context.Request.RouteValues[Wire.OwnerSegment]}/{context.Request.RouteValues[Wire.NameSegment]}");
        return ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.NotFound, $"The model {name} is not served here; served are {Served}."));
    }

    /// <summary><c>GET /models</c>.</summary>
    public Task ListAsync(HttpContext context, Caller caller)
    {
        SendPage(context.Response, ServedModel.All, body.Write);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /models/{owner}/{name}</c>.</summary>
    public Task ReadAsync(HttpContext context, Caller caller) => ModelOf(context) is { } model ? SendAsync(context, model, body.Write) : RefuseModelAsync(context);

    /// <summary><c>GET /models/{owner}/{name}/versions</c>.</summary>
    public static Task ListVersionsAsync(HttpContext context, Caller caller)
    {
        if (ModelOf(context) is not { } model)
        {
            return RefuseModelAsync(context);
        }

        SendPage(context.Response, [model], ModelBody.WriteVersion);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /models/{owner}/{name}/versions/{id}</c>.</summary>
    public static Task ReadVersionAsync(HttpContext context, Caller caller) =>
        ModelOf(context) is not { } model ? RefuseModelAsync(context)
        : model.IsVersion(context.Request.RouteValues[Wire.IdSegment] as string) ? SendAsync(context, model, ModelBody.WriteVersion)
        : ReplicateErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.NotFound, $"{model.Path} has no such version; it has {model.VersionId}."));

    private static Task SendAsync(HttpContext context, ServedModel model, Action<Utf8JsonWriter, ServedModel> write)
    {
        var answer = JsonAnswer.Begin();
        write(answer.Json, model);
        answer.Send(context.Response);
        return Task.CompletedTask;
    }

    private static void SendPage(HttpResponse response, IEnumerable<ServedModel> models, Action<Utf8JsonWriter, ServedModel> write)
    {
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteNull(Wire.Previous);
        json.WriteNull(Wire.Next);
        json.WriteStartArray(Wire.Results);
        foreach (var model in models)
        {
            write(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        answer.Send(response);
    }
}
