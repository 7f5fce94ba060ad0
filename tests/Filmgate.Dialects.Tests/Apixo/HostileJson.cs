using System.Text;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>Bodies that are meant to hurt a JSON reader, made by rule: each kind of token, at each place, in each broken form.</summary>
public static class HostileJson
{
    /// <summary>What no JSON parser may accept. All of them are answered with 400.</summary>
    public static IEnumerable<byte[]> Malformed()
    {
        string[] brokenValues =
        [
            "", ",", ":", "]", "}", "[", "{", "\"", "tru", "True", "TRUE", "nul", "none", "undefined", "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "5.", "0x1F",
            "1e", "1e+", "1E-", "01", "-01", "1_000", "1,5", "--1", "1 2", "'a'", "`a`", "\"a\" \"b\"", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"",
            "\"\\a\"", "\"\t\"", "\"\n\"", "\"\u0001\"", "\"a", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1", "[1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}",
            "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1", "{\"a\":1]", "{[1]}", "// x\n1", "/* x */ 1", "# x\n1", "1;", "<a/>", "\u00a05", "\u20285",
            "\ufeff5", "\\u0035", "(5)", "5f", "5m", "1/2", "@5", "$ref", "${5}", "{{5}}", "!!int 5", "--- 5", "*a", "&a 5",
        ];
        string[] places =
        [
            "{0}", "{{\"input\":{0}}}", "{{\"input\":{{\"prompt\":{0}}}}}", "{{\"input\":{{\"duration\":{0}}}}}", "{{\"input\":{{\"prompt\":\"a\",\"image_urls\":[{0}]}}}}",
            "{{\"x\":{0},\"input\":{{}}}}",
        ];
        foreach (var place in places)
        {
            foreach (var value in brokenValues)
            {
                // An empty list is the one place where nothing at all is right.
                if (value.Length > 0 || !place.Contains('[', StringComparison.Ordinal))
                {
                    yield return Encoding.UTF8.GetBytes(string.Format(place, value));
                }
            }
        }

        for (var control = 0; control < 0x20; control++)
        {
            yield return [.. "{\"input\":{\"prompt\":\"a"u8, (byte)control, .. "b\"}}"u8];
        }

        byte[][] notUtf8 =
        [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x28, 0xA1], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x8E], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ];
        foreach (var bytes in notUtf8)
        {
            yield return [.. "{\"input\":{\"mode\":\"master-text-to-video\",\"prompt\":\"a"u8, .. bytes, .. "b\"}}"u8];
            yield return [.. "{\"a"u8, .. bytes, .. "\":1,\"input\":{\"mode\":\"master-text-to-video\",\"prompt\":\"a\"}}"u8];
        }

        var good = "{\"input\":{\"mode\":\"master-text-to-video\",\"prompt\":\"a\"}}";
        for (var length = 0; length < good.Length; length++)
        {
            yield return Encoding.UTF8.GetBytes(good[..length]);
        }

        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 })
        {
            yield return encoding.GetBytes(good);
            yield return [.. encoding.GetPreamble(), .. encoding.GetBytes(good)];
        }

        foreach (var depth in new[] { 33, 64, 65, 1_000, 100_000, 1_000_000 })
        {
            yield return Encoding.ASCII.GetBytes(new string('[', depth));
            yield return Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));
            yield return Encoding.ASCII.GetBytes($"{{\"x\":{new string('[', depth)}{new string(']', depth)},\"input\":{{}}}}");
            yield return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth)));
        }
    }

    /// <summary>What is JSON, but does not fit the field that it stands in, or into memory.</summary>
    public static IEnumerable<byte[]> Misfits()
    {
        string[] values =
        [
            "1", "-1", "0", "-0", "0.0", "1.5", "1e400", "-1e400", "1e-400", "1E+2", "123456789012345678901234567890", new string('9', 10_000), "0." + new string('3', 10_000),
            "9007199254740993", "18446744073709551615", "-9223372036854775809", "1e999999999999", "true", "false", "[]", "{}", "[[]]", "[{}]", "{\"a\":[]}",
            "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\u0041\"", "\"\\u0000\"", "\"a\\u0000b\"", "[\"\\ud800\"]", "[\"\\u0000\"]", "[null]", "[1]", "[true]",
            "{\"\\ud800\":1}", "{\"\\u0000\":1}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        ];
        string[] places = ["request_type", "callback_url", "provider", "source", "input"];
        string[] inputs = ["mode", "prompt", "negative_prompt", "duration", "image_urls", "aspect_ratio", "cfg_scale"];
        foreach (var value in values)
        {
            foreach (var name in places)
            {
                yield return Encoding.UTF8.GetBytes($"{{\"{name}\":{value},\"x\":{{\"mode\":\"master-text-to-video\",\"prompt\":\"a\"}}}}");
            }

            foreach (var name in inputs)
            {
                yield return Encoding.UTF8.GetBytes($"{{\"input\":{{\"{name}\":{value},\"x\":\"a\"}}}}");
            }
        }

        yield return Encoding.UTF8.GetBytes($"{{\"input\":{{\"image_urls\":[{string.Join(',', Enumerable.Repeat("0", 1_000_000))}]}}}}");
        yield return Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"k{i}\":{i}"))}}}");
        yield return Encoding.UTF8.GetBytes($"{{\"input\":{{{string.Join(',', Enumerable.Repeat("\"prompt\":\"a\"", 900))}}}}}");
        yield return Encoding.UTF8.GetBytes($"{{\"{new string('n', 1_000_000)}\":1}}");
        yield return Encoding.UTF8.GetBytes($"{{\"input\":{{\"mode\":\"{string.Concat(Enumerable.Repeat("\\ud83c\\udfac", 100_000))}\"}}}}");
        yield return Encoding.UTF8.GetBytes($"{{\"input\":{{\"duration\":\"{string.Concat(Enumerable.Repeat("🎬", 100_000))}\"}}}}");
    }
}
