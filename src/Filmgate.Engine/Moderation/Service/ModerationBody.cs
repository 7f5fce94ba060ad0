using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Filmgate.Engine.Moderation.Service;

/// <summary>
/// Writes what is sent to a moderation service. The negative prompt stays here: it names what must not be seen, and a service that
/// takes it for a wish would refuse the most careful requests.
/// </summary>
internal static class ModerationBody
{
    // A multiple of three, so that every piece but the last ends without padding.
    private const int PieceBytes = 48 * 1024;
    private const int RoomForText = 64 * 1024;

    /// <exception cref="IOException">A picture cannot be read.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync(string model, ModerationCase request, CancellationToken cancellationToken)
    {
        var room = request.Pictures.Sum(picture => Base64.GetMaxEncodedToUtf8Length((int)picture.Length));
        var bytes = new ArrayBufferWriter<byte>(room + RoomForText);
        await using var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteStartArray("input");
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", request.Prompt);
        json.WriteEndObject();
        foreach (var picture in request.Pictures)
        {
            json.WriteStartObject();
            json.WriteString("type", "image_url");
            json.WriteStartObject("image_url");
            json.WritePropertyName("url");
            await WriteDataUrlAsync(json, picture, cancellationToken).ConfigureAwait(false);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken).ConfigureAwait(false);
        return bytes.WrittenMemory;
    }

    private static async ValueTask WriteDataUrlAsync(Utf8JsonWriter json, ModeratedPicture picture, CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        var encoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(PieceBytes));
        try
        {
            json.WriteStringValueSegment(Encoding.ASCII.GetBytes($"data:{picture.MediaType};base64,"), isFinalSegment: false);
            var file = new FileStream(picture.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                int read;
                do
                {
                    read = await file.ReadAtLeastAsync(piece.AsMemory(0, PieceBytes), PieceBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    Base64.EncodeToUtf8(piece.AsSpan(0, read), encoded, out _, out var written);
                    json.WriteStringValueSegment(encoded.AsSpan(0, written), isFinalSegment: read < PieceBytes);
                }
                while (read == PieceBytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }
}
