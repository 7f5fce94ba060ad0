using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>Serves the documents that describe the API: without a key, not enveloped, the same bytes to everybody.</summary>
internal static class DocumentEndpoints
{
    /// <summary>An endpoint that answers with the document.</summary>
    public static RequestDelegate Serve(string method, ReadOnlyMemory<byte> document) => context =>
    {
        if (!HttpMethods.Equals(context.Request.Method, method))
        {
            return ApixoErrorForm.Instance.WriteAsync(
                context, new Refusal(RefusalKind.Method, $"The method {context.Request.Method} is not allowed here; use {method}.") { Allow = method });
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = document.Length;
        return context.Response.Body.WriteAsync(document).AsTask();
    };
}
