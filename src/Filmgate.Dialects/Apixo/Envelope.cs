using System.Text.Json;
using Filmgate.Dialects.Http;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>Writes one envelope, <c>{"code":…,"message":…,"data":…}</c>, without an <c>await</c> between its beginning and its end.</summary>
public readonly struct Envelope
{
    private readonly JsonAnswer answer;

    private Envelope(int code, JsonEncodedText message)
        : this(code) => Json.WriteString(Wire.Message, message);

    private Envelope(int code)
    {
        answer = JsonAnswer.Begin();
        Json.WriteStartObject();
        Json.WriteNumber(Wire.Code, code);
    }

    /// <summary>Where <c>data</c> is written.</summary>
    public Utf8JsonWriter Json => answer.Json;

    /// <summary>Begins an envelope that says success; <c>data</c> is to be written next.</summary>
    public static Envelope Success()
    {
        var envelope = new Envelope(StatusCodes.Status200OK, Wire.Success);
        envelope.Json.WritePropertyName(Wire.Data);
        return envelope;
    }

    /// <summary>Begins an envelope that says what went wrong; <c>data</c> is to be written next.</summary>
    public static Envelope Failure(int code, string message)
    {
        var envelope = new Envelope(code);
        envelope.Json.WriteString(Wire.Message, message);
        envelope.Json.WritePropertyName(Wire.Data);
        return envelope;
    }

    /// <summary>Ends the envelope and makes it the whole answer.</summary>
    public void Send(HttpResponse response)
    {
        Json.WriteEndObject();
        answer.Send(response);
    }

    /// <summary>Ends the envelope and gives a copy of its bytes.</summary>
    public byte[] ToArray()
    {
        Json.WriteEndObject();
        return answer.ToArray();
    }
}
