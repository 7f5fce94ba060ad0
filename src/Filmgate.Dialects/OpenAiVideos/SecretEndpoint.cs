using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary><c>GET /v1/webhook_secret</c>: the secret by which the account checks the events that it is sent. Ours.</summary>
internal sealed class SecretEndpoint(ICallbackSecrets secrets)
{
    /// <summary>Shows the secret of the caller's account.</summary>
    public Task ReadAsync(HttpContext context, Caller caller)
    {
        context.Response.Headers.CacheControl = "no-store";
        VideoEndpoints.Answer(context, json =>
        {
            json.WriteStartObject();
            json.WriteString(Wire.Object, Wire.SecretObject);
            json.WriteString(Wire.Secret, CallbackFormat.SecretText(secrets.Of(caller.Account)));
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }
}
