using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Writes one envelope, <c>{"code":…,"message":…,"data":…}</c>. Each thread keeps one for its next answer, so an
/// envelope is taken, filled and given back without an <c>await</c> in between.
/// </summary>
public sealed class Envelope
{
    private const int FirstBytes = 1024;
    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    private static Envelope? spare;

    private readonly ArrayBufferWriter<byte> bytes = new(FirstBytes);

    // The writer's own checks find faults of the code that calls it, and every shape it writes is pinned by a test.
    private Envelope() => Json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Wire.Encoder, SkipValidation = true });

    /// <summary>Where <c>data</c> is written.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Begins an envelope that says success; <c>data</c> is to be written next.</summary>
    public static Envelope Success()
    {
        var envelope = Begin(StatusCodes.Status200OK);
        envelope.Json.WriteString(Wire.Message, Wire.Success);
        envelope.Json.WritePropertyName(Wire.Data);
        return envelope;
    }

    /// <summary>Begins an envelope that says what went wrong; <c>data</c> is to be written next.</summary>
    public static Envelope Failure(int code, string message)
    {
        var envelope = Begin(code);
        envelope.Json.WriteString(Wire.Message, message);
        envelope.Json.WritePropertyName(Wire.Data);
        return envelope;
    }

    /// <summary>Ends the envelope and makes it the whole answer. Kestrel sends it when the handler returns.</summary>
    public void Send(HttpResponse response)
    {
        var written = End();
        response.ContentType = "application/json";
        response.ContentLength = written.Length;
        response.BodyWriter.Write(written);
        Return();
    }

    /// <summary>Ends the envelope and gives a copy of its bytes.</summary>
    public byte[] ToArray()
    {
        var copy = End().ToArray();
        Return();
        return copy;
    }

    private static Envelope Begin(int code)
    {
        var envelope = spare ?? new Envelope();
        spare = null;

        // One that an exception left half written was never given back, so this one is empty.
        envelope.Json.WriteStartObject();
        envelope.Json.WriteNumber(Wire.Code, code);
        return envelope;
    }

    private ReadOnlySpan<byte> End()
    {
        Json.WriteEndObject();
        Json.Flush();
        return bytes.WrittenSpan;
    }

    private void Return()
    {
        if (bytes.Capacity > KeptBytesMax)
        {
            return;
        }

        bytes.ResetWrittenCount();
        Json.Reset();
        spare = this;
    }
}
