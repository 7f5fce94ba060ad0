using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>
/// One JSON document on its way out. Each thread keeps one for its next answer, so an answer is begun, filled and sent without an
/// <c>await</c> in between.
/// </summary>
internal sealed class JsonAnswer
{
    /// <summary>
    /// Leaves <c>&amp;</c>, <c>+</c> and quotes readable, also inside texts that clients parse a second time. Answers are JSON by content
    /// type and are never put into a page.
    /// </summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private const int FirstBytes = 1024;
    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    private static JsonAnswer? spare;

    private readonly ArrayBufferWriter<byte> bytes = new(FirstBytes);

    // The writer's own checks find faults of the code that calls it, and every shape it writes is pinned by a test.
    private JsonAnswer() => Json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });

    /// <summary>Where the document is written.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Begins a document.</summary>
    public static JsonAnswer Begin()
    {
        // One that an exception left half written was never given back, so this one is empty.
        var answer = spare ?? new JsonAnswer();
        spare = null;
        return answer;
    }

    /// <summary>Ends the document and makes it the whole answer. Kestrel sends it when the handler returns.</summary>
    public void Send(HttpResponse response)
    {
        Json.Flush();
        var written = bytes.WrittenSpan;
        response.ContentType = "application/json";
        response.ContentLength = written.Length;
        response.BodyWriter.Write(written);
        Return();
    }

    /// <summary>Ends the document and gives a copy of its bytes.</summary>
    public byte[] ToArray()
    {
        Json.Flush();
        var copy = bytes.WrittenSpan.ToArray();
        Return();
        return copy;
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
