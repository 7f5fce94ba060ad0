using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>The endpoints that tell an account of itself.</summary>
internal sealed class AccountEndpoints(ICallbackSecrets secrets)
{
    /// <summary><c>GET /account</c>. An account here has an id and no names.</summary>
    public static Task ReadAsync(HttpContext context, Caller caller)
    {
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString(Wire.Type, "organization");
        json.WriteString(Wire.Username, caller.Account.Value);
        json.WriteString(Wire.Name, caller.Account.Value);
        json.WriteEndObject();
        answer.Send(context.Response);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /webhooks/default/secret</c>: what the signatures of the account's webhooks are checked by.</summary>
    public Task ReadSecretAsync(HttpContext context, Caller caller)
    {
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString(Wire.Key, CallbackFormat.SecretText(secrets, caller.Account));
        json.WriteEndObject();
        context.Response.Headers.CacheControl = "no-store";
        answer.Send(context.Response);
        return Task.CompletedTask;
    }
}
