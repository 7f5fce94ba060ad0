using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Filmgate.Server.Admin;

/// <summary>Words what else matters about a change, as the JSON object that the audit log keeps.</summary>
internal static class AuditDetails
{
    /// <summary>The object whose members are written by the given function.</summary>
    public static string Of(Action<Utf8JsonWriter> writeMembers)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
