using System.Text.Json;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{model}</c>, which many clients ask before anything else.</summary>
internal static class ModelEndpoints
{
    /// <summary>All models. The official clients read one page.</summary>
    public static Task ListAsync(HttpContext context, Caller caller)
    {
        VideoEndpoints.Answer(context, json =>
        {
            json.WriteStartObject();
            json.WriteString(Wire.Object, Wire.ListObject);
            json.WriteStartArray(Wire.Data);
            foreach (var name in Models.Names)
            {
                Write(json, name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    /// <summary>One model.</summary>
    public static Task ReadAsync(HttpContext context, Caller caller)
    {
        var name = context.Request.RouteValues[Wire.IdSegment] as string ?? string.Empty;
        if (!Models.Names.Contains(name))
        {
            return OpenAiErrorForm.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                ErrorMap.ModelNotFound,
                "model",
                $"The model {RequestFault.Shorten(name)} is not served here; served are {string.Join(", ", Models.Names)}.");
        }

        VideoEndpoints.Answer(context, json => Write(json, name));
        return Task.CompletedTask;
    }

    private static void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Id, name);
        json.WriteString(Wire.Object, Wire.ModelObject);
        json.WriteNumber(Wire.Created, Models.Created);
        json.WriteString(Wire.OwnedBy, Models.Owner);
        json.WriteEndObject();
    }
}
