using System.Text.Json;
using Filmgate.Dialects.Http;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// Writes one answer, <c>{code,message,request_id,data}</c>, without an <c>await</c> between its beginning and its end. Source: Kling,
/// general information. Clients want <c>code</c> as a number and <c>message</c> as a text in every body.
/// </summary>
internal readonly struct Envelope
{
    private readonly JsonAnswer answer;

    private Envelope(HttpContext context)
    {
        answer = JsonAnswer.Begin();
        Json.WriteStartObject();
        Json.WriteNumber(Wire.Code, 0);
        Json.WriteString(Wire.Message, Wire.Succeed);
        Json.WriteString(Wire.RequestId, ErrorForm.RequestId(context));
        Json.WritePropertyName(Wire.Data);
    }

    /// <summary>Where <c>data</c> is written.</summary>
    public Utf8JsonWriter Json => answer.Json;

    /// <summary>Begins an answer that says success; <c>data</c> is to be written next.</summary>
    public static Envelope Success(HttpContext context) => new(context);

    /// <summary>Writes a whole answer that says what went wrong.</summary>
    public static void WriteError(HttpContext context, int code, string message)
    {
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteNumber(Wire.Code, code);
        answer.Json.WriteString(Wire.Message, message);
        answer.Json.WriteString(Wire.RequestId, ErrorForm.RequestId(context));
        answer.Json.WriteEndObject();
        answer.Send(context.Response);
    }

    /// <summary>Ends the answer and makes it the whole response.</summary>
    public void Send(HttpResponse response)
    {
        Json.WriteEndObject();
        answer.Send(response);
    }
}
