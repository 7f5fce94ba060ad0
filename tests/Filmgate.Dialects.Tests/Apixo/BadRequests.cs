using System.Text;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>One request that must be refused, byte for byte, with what it must be answered.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">Header lines; <c>{key}</c> and <c>{admin}</c> stand for a good key and an admin key.</param>
/// <param name="Body">The body; null sends none and no length.</param>
/// <param name="Status">The status, repeated as <c>code</c>.</param>
/// <param name="Message">The whole <c>message</c>, or its beginning when it ends with <see cref="BadRequests.AndSoOn"/>.</param>
public sealed record BadRequest(string Name, string Method, string Path, string[] Headers, byte[]? Body, int Status, string Message)
{
    /// <summary>The request as it goes over the wire, on a connection that ends with it.</summary>
    public byte[] Render(string host, string key, string adminKey)
    {
        var head = new StringBuilder($"{Method} {Path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        foreach (var header in Headers)
        {
            head.Append(header.Replace("{key}", key, StringComparison.Ordinal).Replace("{admin}", adminKey, StringComparison.Ordinal)).Append("\r\n");
        }

        if (Body is not null)
        {
            head.Append("Content-Length: ").Append(Body.Length).Append("\r\n");
        }

        return [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. Body ?? []];
    }

    /// <summary>Whether an answer's message is the one that is due.</summary>
    public bool Expects(string message) => Message.EndsWith(BadRequests.AndSoOn, StringComparison.Ordinal)
        ? message.StartsWith(Message[..^BadRequests.AndSoOn.Length], StringComparison.Ordinal)
        : message == Message;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// The refusals of the task API, with their exact status and message. The end-to-end suite sends the same table to a
/// whole gateway; only what does not depend on a provider or on the network stands here.
/// </summary>
public static class BadRequests
{
    /// <summary>Ends a message of which only the beginning is fixed, because the rest names the configured providers.</summary>
    public const string AndSoOn = "[…]";

    private const string Create = "/api/v1/generateTask/kling-2-1";
    private const string Status = "/api/v1/statusTask/kling-2-1";
    private const string Tasks = "/api/v1/tasks";
    private const string ListParameters = "limit, cursor, state, mode, created_from, created_before, prompt, source, metadata.<name>";
    private const string Bearer = "Authorization: Bearer {key}";
    private const string Json = "Content-Type: application/json";
    private const string Modes = "standard-image-to-video, pro-image-to-video, master-text-to-video, master-image-to-video";
    private const string NoKey = "The API key is missing or invalid. Send it as Authorization: Bearer <key>.";
    private const string NoTask = "There is no such task, or it is not one of this account.";
    private const string NoRoute = "There is nothing at this address.";
    private const string NotUnicode = "must be well-formed Unicode text without U+0000";
    private const string Good = """{"input":{"mode":"master-text-to-video","prompt":"a cat"}}""";

    /// <summary>All rows.</summary>
    public static IEnumerable<BadRequest> All => [.. Bodies, .. Fields, .. Text, .. Notes, .. Keys, .. Lists, .. Declarations, .. Credentials, .. Addresses];

    private static IEnumerable<BadRequest> Bodies =>
    [
        Body("empty body", "", "body is required: a JSON object"),
        Body("only spaces", "   ", Invalid(1, 4)),
        Body("not JSON", "prompt=a+cat", Invalid(1, 1)),
        Body("cut off", """{"input":{"prompt":"a ca""", Invalid(1, 25)),
        Body("trailing comma", """{"input":{},}""", Invalid(1, 13)),
        Body("comment", """{/* hello */"input":{}}""", Invalid(1, 2)),
        Body("two documents", "{} {}", Invalid(1, 4)),
        Body("single quotes", "{'input':{}}", Invalid(1, 2)),
        Body("raw line break in a string", "{\"input\":{\"prompt\":\"a\nb\"}}", Invalid(1, 22)),
        Body("NaN as a number", """{"input":{"cfg_scale":NaN}}""", Invalid(1, 23)),
        Body("hexadecimal number", """{"input":{"duration":0x5}}""", Invalid(1, 23)),
        Body("leading zero", """{"input":{"duration":05}}""", Invalid(1, 23)),
        Body("plus sign", """{"input":{"duration":+5}}""", Invalid(1, 22)),
        Body("100 000 brackets", new string('[', 100_000), Invalid(1, 33)),
        Body("100 000 objects", string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), Invalid(1, 161)),
        Body("5 000 fields", "{" + string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"k{i}\":1")) + "}", "body must hold at most 2000 names and values"),
        Body("array", "[1,2]", "body must be a JSON object and not an array, got [1,2]"),
        Body("string", "\"a cat\"", "body must be a JSON object and not a string, got \"a cat\""),
        Body("number", "5", "body must be a JSON object and not a number, got 5"),
        Body("boolean", "true", "body must be a JSON object and not a boolean, got true"),
        Body("null", "null", "body must be a JSON object and not null"),
        Body("UTF-16", Encoding.Unicode.GetBytes(Good), Invalid(1, 2)),
        Body("UTF-16 with mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Good)], "body must be UTF-8 text"),
        Body("Latin-1 letter", Encoding.Latin1.GetBytes("""{"input":{"prompt":"café"}}"""), "body must be UTF-8 text"),
        Body("overlong UTF-8", [.. "{\"a\":\""u8, 0xC0, 0xAF, .. "\"}"u8], "body must be UTF-8 text"),
        Body("surrogate in UTF-8", [.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8], "body must be UTF-8 text"),
        Body("two byte order marks", [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Good)], Invalid(1, 1)),
        Body("field twice", """{"input":{},"input":{}}""", "body must name each field once, got input twice"),
        Body("field twice, inside input", """{"input":{"prompt":"a","mode":"x","prompt":"b"}}""", "body must name each field once, got prompt twice"),
        Body("field twice, once escaped", """{"input":{"prompt":"a","\u0070rompt":"b"}}""", "body must name each field once, got prompt twice"),
        Body("unknown field twice, deep", """{"input":{"prompt":"a"},"x":[{"y":{"z":1,"z":2}}]}""", "body must name each field once, got z twice"),
        Body("name with half a surrogate pair", """{"\ud800":1,"input":{}}""", "body must name its fields in well-formed Unicode text without U+0000"),
        Body("name with U+0000", """{"a\u0000b":1,"input":{}}""", "body must name its fields in well-formed Unicode text without U+0000"),
        Body("no input", "{}", "input is required: an object with mode, prompt and what the mode needs"),
        Body("input null", """{"input":null}""", "input is required: an object with mode, prompt and what the mode needs"),
        Body("input a string", """{"input":"a cat"}""", "input must be an object and not a string, got \"a cat\""),
        Body("input an array", """{"input":[]}""", "input must be an object and not an array, got []"),
        Body("fields beside input", """{"mode":"master-text-to-video","prompt":"a cat"}""", "input is required: an object with mode, prompt and what the mode needs"),
    ];

    private static IEnumerable<BadRequest> Fields =>
    [
        Input("no prompt", """{"mode":"master-text-to-video"}""", "input.prompt is required: 1 to 5000 characters, not only spaces"),
        Input("empty prompt", """{"mode":"master-text-to-video","prompt":""}""", "input.prompt is required: 1 to 5000 characters, not only spaces, got \"\""),
        Input("prompt of spaces", """{"mode":"master-text-to-video","prompt":" \n "}""", "input.prompt is required: 1 to 5000 characters, not only spaces, got \" \n \""),
        Input("prompt too long", $$"""{"mode":"master-text-to-video","prompt":"{{new string('a', 5001)}}"}""", "input.prompt must be at most 5000 characters, got 5001 characters"),
        Input("prompt a number", """{"prompt":123}""", "input.prompt must be a string and not a number, got 123"),
        Input("prompt an array", """{"prompt":["a"]}""", "input.prompt must be a string and not an array, got [\"a\"]"),
        Input("prompt an object", """{"prompt":{"text":"a"}}""", "input.prompt must be a string and not an object, got {\"text\":\"a\"}"),
        Input("prompt a boolean", """{"prompt":true}""", "input.prompt must be a string and not a boolean, got true"),
        TextToVideo("negative prompt too long", $"\"negative_prompt\":\"{new string('b', 501)}\"", "input.negative_prompt must be at most 500 characters, got 501 characters"),
        TextToVideo("negative prompt a number", "\"negative_prompt\":1", "input.negative_prompt must be a string and not a number, got 1"),
        Input("unknown mode", """{"mode":"text-to-video","prompt":"a cat"}""", $"input.mode must be one of {Modes}, got text-to-video"),
        Input("mode in capitals", """{"mode":"MASTER-TEXT-TO-VIDEO","prompt":"a cat"}""", $"input.mode must be one of {Modes}, got MASTER-TEXT-TO-VIDEO"),
        Input("empty mode", """{"mode":"","prompt":"a cat"}""", $"input.mode must be one of {Modes}, got \"\""),
        Input("mode a number", """{"mode":1,"prompt":"a cat"}""", "input.mode must be a string and not a number, got 1"),
        TextToVideo("duration 7", "\"duration\":7", "input.duration must be 5 or 10 (seconds), got 7"),
        TextToVideo("duration 0", "\"duration\":0", "input.duration must be 5 or 10 (seconds), got 0"),
        TextToVideo("duration negative", "\"duration\":-5", "input.duration must be 5 or 10 (seconds), got -5"),
        TextToVideo("duration a fraction", "\"duration\":5.5", "input.duration must be 5 or 10 (seconds), got 5.5"),
        TextToVideo("duration huge", "\"duration\":1e400", "input.duration must be 5 or 10 (seconds), got 1e400"),
        TextToVideo("duration beyond 2^53", "\"duration\":18446744073709551615", "input.duration must be 5 or 10 (seconds), got 18446744073709551615"),
        TextToVideo("duration of 10 000 digits", $"\"duration\":{new string('9', 10_000)}", $"input.duration must be 5 or 10 (seconds), got {new string('9', 80)}…"),
        TextToVideo("duration of 5 and 10 000 zeros", $"\"duration\":5.{new string('0', 10_000)}", $"input.duration must be 5 or 10 (seconds), got 5.{new string('0', 78)}…"),
        TextToVideo("duration with a unit", "\"duration\":\"5s\"", "input.duration must be 5 or 10 (seconds), got \"5s\""),
        TextToVideo("duration \"7\"", "\"duration\":\"7\"", "input.duration must be 5 or 10 (seconds), got \"7\""),
        TextToVideo("duration \" 5\"", "\"duration\":\" 5\"", "input.duration must be 5 or 10 (seconds), got \" 5\""),
        TextToVideo("duration empty", "\"duration\":\"\"", "input.duration must be 5 or 10 (seconds), got \"\""),
        TextToVideo("duration NaN in quotes", "\"duration\":\"NaN\"", "input.duration must be 5 or 10 (seconds), got \"NaN\""),
        TextToVideo("duration a boolean", "\"duration\":true", "input.duration must be 5 or 10 (seconds) and not a boolean, got true"),
        TextToVideo("duration a list", "\"duration\":[5]", "input.duration must be 5 or 10 (seconds) and not an array, got [5]"),
        TextToVideo("duration in capitals", "\"Duration\":10", "input.duration must be spelled in lower case, got Duration"),
        Body("input in capitals", """{"Input":{},"input":{"mode":"master-text-to-video","prompt":"a"}}""", "input must be spelled in lower case, got Input"),
        TextToVideo("ratio unknown", "\"aspect_ratio\":\"4:3\"", "input.aspect_ratio must be one of 16:9, 9:16, 1:1, got 4:3"),
        TextToVideo("ratio a number", "\"aspect_ratio\":1.78", "input.aspect_ratio must be a string and not a number, got 1.78"),
        TextToVideo("cfg_scale above 1", "\"cfg_scale\":1.1", "input.cfg_scale must be a number from 0 to 1, got 1.1"),
        TextToVideo("cfg_scale below 0", "\"cfg_scale\":-0.1", "input.cfg_scale must be a number from 0 to 1, got -0.1"),
        TextToVideo("cfg_scale huge", "\"cfg_scale\":1e400", "input.cfg_scale must be a number from 0 to 1, got 1e400"),
        TextToVideo("cfg_scale a string", "\"cfg_scale\":\"0.5\"", "input.cfg_scale must be a number from 0 to 1 and not a string, got \"0.5\""),
        TextToVideo("cfg_scale NaN in quotes", "\"cfg_scale\":\"NaN\"", "input.cfg_scale must be a number from 0 to 1 and not a string, got \"NaN\""),
        TextToVideo("cfg_scale Infinity in quotes", "\"cfg_scale\":\"Infinity\"", "input.cfg_scale must be a number from 0 to 1 and not a string, got \"Infinity\""),
        TextToVideo("cfg_scale with 40 decimals", $"\"cfg_scale\":0.{new string('1', 40)}", $"input.cfg_scale must be a number from 0 to 1, got 0.{new string('1', 40)}"),
        Input("no picture where one is needed", """{"mode":"standard-image-to-video","prompt":"a"}""", "input.image_urls must hold exactly 1 image for mode standard-image-to-video, got 0 images"),
        Input("no picture in the default mode", """{"prompt":"a"}""", "input.image_urls must hold exactly 1 image for mode standard-image-to-video, got 0 images"),
        Input("two pictures where one is needed", """{"mode":"standard-image-to-video","prompt":"a","image_urls":["https://e.test/1.png","https://e.test/2.png"]}""", "input.image_urls must hold exactly 1 image for mode standard-image-to-video, got 2 images"),
        Input("two pictures for master", """{"mode":"master-image-to-video","prompt":"a","image_urls":["https://e.test/1.png","https://e.test/2.png"]}""", "input.image_urls must hold exactly 1 image for mode master-image-to-video, got 2 images"),
        Input("three pictures for pro", """{"mode":"pro-image-to-video","prompt":"a","image_urls":["https://e.test/1.png","https://e.test/2.png","https://e.test/3.png"]}""", "input.image_urls must hold 1 or 2 images for mode pro-image-to-video, got 3 images"),
        Input("empty list for pro", """{"mode":"pro-image-to-video","prompt":"a","image_urls":[]}""", "input.image_urls must hold 1 or 2 images for mode pro-image-to-video, got 0 images"),
        TextToVideo("picture for text to video", "\"image_urls\":[\"https://e.test/1.png\"]", "input.image_urls must hold no images for mode master-text-to-video, got 1 image"),
        TextToVideo("17 pictures", $"\"image_urls\":[{string.Join(',', Enumerable.Repeat("\"x\"", 17))}]", "input.image_urls must hold at most 16 entries, got 17 entries"),
        TextToVideo("pictures a string", "\"image_urls\":\"https://e.test/1.png\"", "input.image_urls must be an array of strings and not a string, got \"https://e.test/1.png\""),
        TextToVideo("pictures an object", "\"image_urls\":{}", "input.image_urls must be an array of strings and not an object, got {}"),
        TextToVideo("picture null", "\"image_urls\":[null]", "input.image_urls[0] must be a string and not null"),
        TextToVideo("second picture a number", "\"image_urls\":[\"https://e.test/1.png\",7]", "input.image_urls[1] must be a string and not a number, got 7"),
        TextToVideo("picture an object", "\"image_urls\":[{\"url\":\"u\"}]", "input.image_urls[0] must be a string and not an object, got {\"url\":\"u\"}"),
        Beside("request_type unknown", "\"request_type\":\"sync\"", "request_type must be async or callback, got sync"),
        Beside("request_type in capitals", "\"request_type\":\"ASYNC\"", "request_type must be async or callback, got ASYNC"),
        Beside("request_type a number", "\"request_type\":1", "request_type must be async or callback and not a number, got 1"),
        Beside("callback without address", "\"request_type\":\"callback\"", "callback_url is required when request_type is callback"),
        Beside("callback with address null", "\"request_type\":\"callback\",\"callback_url\":null", "callback_url is required when request_type is callback"),
        Beside("callback with empty address", "\"request_type\":\"callback\",\"callback_url\":\"\"", "callback_url is required when request_type is callback, got \"\""),
        Beside("callback address a number", "\"request_type\":\"callback\",\"callback_url\":1", "callback_url must be a string and not a number, got 1"),
        Beside("provider unknown", "\"provider\":\"cheapest\"", "provider must be one of auto, value, official" + AndSoOn),
        Beside("provider a list", "\"provider\":[\"auto\"]", "provider must be a string and not an array, got [\"auto\"]"),
        Beside("source too long", $"\"source\":\"{new string('s', 201)}\"", "source must be at most 200 characters, got 201 characters"),
        Beside("source an object", "\"source\":{}", "source must be a string and not an object, got {}"),
        Body(
            "three types wrong",
            """{"provider":1,"input":{"prompt":2,"duration":false}}""",
            "provider must be a string and not a number, got 1; input.prompt must be a string and not a number, got 2; "
            + "input.duration must be 5 or 10 (seconds) and not a boolean, got false"),
        Body(
            "three values wrong",
            """{"input":{"mode":"master-text-to-video","duration":7,"cfg_scale":2}}""",
            "input.prompt is required: 1 to 5000 characters, not only spaces; input.duration must be 5 or 10 (seconds), got 7; "
            + "input.cfg_scale must be a number from 0 to 1, got 2"),
    ];

    private static IEnumerable<BadRequest> Text =>
    [
        Input("prompt with half a surrogate pair", """{"mode":"master-text-to-video","prompt":"a \ud800 b"}""", "input.prompt " + NotUnicode),
        Input("prompt with halves in the wrong order", """{"mode":"master-text-to-video","prompt":"\ude00\ud83d"}""", "input.prompt " + NotUnicode),
        Input("prompt with U+0000", """{"mode":"master-text-to-video","prompt":"a\u0000b"}""", "input.prompt " + NotUnicode),
        TextToVideo("negative prompt with U+0000", "\"negative_prompt\":\"\\u0000\"", "input.negative_prompt " + NotUnicode),
        TextToVideo("ratio with half a surrogate pair", "\"aspect_ratio\":\"\\udfff\"", "input.aspect_ratio " + NotUnicode),
        TextToVideo("duration with half a surrogate pair", "\"duration\":\"\\ud800\"", "input.duration " + NotUnicode),
        Input("mode with U+0000", """{"mode":"pro-image-to-video\u0000","prompt":"a"}""", "input.mode " + NotUnicode),
        Input("picture with half a surrogate pair", """{"mode":"pro-image-to-video","prompt":"a","image_urls":["https://e.test/a","\udc00"]}""", "input.image_urls[1] " + NotUnicode),
        Beside("callback address with U+0000", "\"request_type\":\"callback\",\"callback_url\":\"https://e.test/\\u0000\"", "callback_url " + NotUnicode),
        Beside("provider with U+0000", "\"provider\":\"auto\\u0000\"", "provider " + NotUnicode),
        Beside("source with half a surrogate pair", "\"source\":\"\\ud83d\"", "source " + NotUnicode),
        Beside("request_type with half a surrogate pair", "\"request_type\":\"\\ud83d\"", "request_type " + NotUnicode),
    ];

    private static IEnumerable<BadRequest> Notes =>
    [
        Beside("metadata a string", "\"metadata\":\"a\"", "metadata must be an object of strings and not a string, got \"a\""),
        Beside("metadata a list", "\"metadata\":[]", "metadata must be an object of strings and not an array, got []"),
        Beside("metadata with a number", "\"metadata\":{\"a\":\"1\",\"shot\":7}", "metadata.shot must be a string and not a number, got 7"),
        Beside("metadata with null", "\"metadata\":{\"shot\":null}", "metadata.shot must be a string and not null"),
        Beside("metadata with an object", "\"metadata\":{\"shot\":{\"a\":1}}", "metadata.shot must be a string and not an object, got {\"a\":1}"),
        Beside("metadata with two faults", "\"metadata\":{\"a\":1,\"b\":true}", "metadata.a must be a string and not a number, got 1; metadata.b must be a string and not a boolean, got true"),
        Beside("metadata of 17 entries", $"\"metadata\":{{{string.Join(',', Enumerable.Range(0, 17).Select(i => $"\"k{i}\":\"\""))}}}", "metadata must have at most 16 entries, got 17 entries"),
        Beside("metadata value with U+0000", "\"metadata\":{\"shot\":\"a\\u0000\"}", "metadata.shot " + NotUnicode),
        Beside("metadata value with half a surrogate pair", "\"metadata\":{\"shot\":\"\\ud800\"}", "metadata.shot " + NotUnicode),
        Beside("metadata name with U+0000", "\"metadata\":{\"\\u0000\":\"a\"}", "body must name its fields in well-formed Unicode text without U+0000"),
        Beside("metadata name twice", "\"metadata\":{\"a\":\"1\",\"a\":\"2\"}", "body must name each field once, got a twice"),
        Beside("metadata name empty", "\"metadata\":{\"\":\"a\"}", "metadata must give each entry a name, got \"\""),
        Beside("metadata name too long", $"\"metadata\":{{\"{new string('n', 65)}\":\"a\"}}", "metadata must have names of at most 64 characters, got 65 characters"),
        Beside("metadata value too long", $"\"metadata\":{{\"shot\":\"{new string('v', 513)}\"}}", "metadata.shot must be at most 512 characters, got 513 characters"),
        Beside("metadata in capitals", "\"Metadata\":{}", "metadata must be spelled in lower case, got Metadata"),
    ];

    private static IEnumerable<BadRequest> Keys =>
    [
        Idempotent("idempotency key empty", "must be 1 to 255 visible ASCII characters without spaces, got \"\"", ""),
        Idempotent("idempotency key of 256 characters", $"must be 1 to 255 visible ASCII characters without spaces, got {new string('k', 80)}…", new string('k', 256)),
        Idempotent("idempotency key with a space", "must be 1 to 255 visible ASCII characters without spaces, got a b", "a b"),
        Idempotent("idempotency key with a tab", "must be 1 to 255 visible ASCII characters without spaces, got a\tb", "a\tb"),
        Idempotent("idempotency key with a control character", "must be 1 to 255 visible ASCII characters without spaces, got a\u0001b", "a\u0001b"),
        Idempotent("idempotency key with a letter that is not ASCII", "must be 1 to 255 visible ASCII characters without spaces, got é", "\u00C3\u00A9"),
        Idempotent("two idempotency keys", "must be given once, got 2 headers", "a", "b"),
        Idempotent("the same idempotency key twice", "must be given once, got 2 headers", "a", "a"),
    ];

    private static IEnumerable<BadRequest> Lists =>
    [
        Get("list with an unknown parameter", Tasks + "?status=failed", 400, $"The query may hold only {ListParameters}, got status"),
        Get("list with a parameter in capitals", Tasks + "?Limit=1", 400, $"The query may hold only {ListParameters}, got Limit"),
        Get("list with metadata of no name", Tasks + "?metadata.=1", 400, $"The query may hold only {ListParameters}, got metadata."),
        Get("list with a parameter twice", Tasks + "?limit=1&limit=2", 400, "limit must be given once in the query"),
        Get("list of none", Tasks + "?limit=0", 400, "limit must be a whole number from 1 to 100, got 0"),
        Get("list of 101", Tasks + "?limit=101", 400, "limit must be a whole number from 1 to 100, got 101"),
        Get("list of minus one", Tasks + "?limit=-1", 400, "limit must be a whole number from 1 to 100, got -1"),
        Get("list of nothing", Tasks + "?limit=", 400, "limit must be a whole number from 1 to 100, got \"\""),
        Get("list of very many", Tasks + "?limit=99999999999999999999", 400, "limit must be a whole number from 1 to 100, got 99999999999999999999"),
        Get("list behind an unknown cursor", Tasks + "?cursor=abc", 400, "cursor must be the nextCursor of an earlier answer, got abc"),
        Get("list behind an empty cursor", Tasks + "?cursor=", 400, "cursor must be the nextCursor of an earlier answer, got \"\""),
        Get("list behind a cursor with a quote", Tasks + "?cursor=task_'--", 400, "cursor must be the nextCursor of an earlier answer, got task_'--"),
        Get("list of an unknown state", Tasks + "?state=done", 400, "state must be one of pending, processing, success, failed, got done"),
        Get("list of an unknown mode", Tasks + "?mode=1", 400, $"mode must be one of {Modes}, got 1"),
        Get("list from no time", Tasks + "?created_from=yesterday", 400, "created_from must be a time: Unix milliseconds, or ISO 8601 such as 2026-01-31T12:00:00Z, got yesterday"),
        Get("list from a time beyond all years", Tasks + "?created_from=999999999999999999", 400, "created_from must be a time: Unix milliseconds, or ISO 8601 such as 2026-01-31T12:00:00Z, got 999999999999999999"),
        Get("list to the 30th of February", Tasks + "?created_before=2026-02-30", 400, "created_before must be a time: Unix milliseconds, or ISO 8601 such as 2026-01-31T12:00:00Z, got 2026-02-30"),
        Get("list of an empty prompt", Tasks + "?prompt=", 400, "prompt must be 1 to 5000 characters, got \"\""),
        Get("list with U+0000", Tasks + "?prompt=a%00b", 400, "prompt " + NotUnicode),
        Get("list with two faults", Tasks + "?limit=0&state=x", 400, "limit must be a whole number from 1 to 100, got 0; state must be one of pending, processing, success, failed, got x"),
        new("cancellation of an unknown task", "POST", Tasks + "/task_0000000000000000000000000000000000/cancel", [Bearer], [], 404, NoTask),
        new("cancellation of no task", "POST", Tasks + "/%20/cancel", [Bearer], [], 404, NoTask),
        new("GET to cancel", "GET", Tasks + "/t1/cancel", [Bearer], null, 405, "The method GET is not allowed here; use POST."),
        new("POST to the list", "POST", Tasks, [Bearer, Json], "{}"u8.ToArray(), 405, "The method POST is not allowed here; use GET."),
        new("estimate of an unknown model", "POST", "/api/v1/estimate/sora-2", [Bearer, Json], Encoding.UTF8.GetBytes(Good), 404, "The model sora-2 is not served here; served is kling-2-1."),
        new("estimate of a bad request", "POST", "/api/v1/estimate/kling-2-1", [Bearer, Json], """{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":7}}"""u8.ToArray(), 400, "input.duration must be 5 or 10 (seconds), got 7"),
        new("estimate of a form", "POST", "/api/v1/estimate/kling-2-1", [Bearer, "Content-Type: text/plain"], Encoding.UTF8.GetBytes(Good), 415, "Content-Type must be application/json (charset utf-8), got text/plain"),
        new("no key to list", "GET", Tasks, [], null, 401, NoKey),
        new("POST to the OpenAPI document", "POST", "/openapi.json", [], [], 405, "The method POST is not allowed here; use GET."),
        Get("schema of an unknown model", "/docs/models/schemas/sora-2.json", 404, NoRoute),
    ];

    private static IEnumerable<BadRequest> Declarations =>
    [
        Declared("no content type", null, "Content-Type must be application/json (charset utf-8), and is missing"),
        Declared("empty content type", "Content-Type:", "Content-Type must be application/json (charset utf-8), got "),
        Declared("plain text that is JSON", "Content-Type: text/plain", "Content-Type must be application/json (charset utf-8), got text/plain"),
        Declared("form", "Content-Type: application/x-www-form-urlencoded", "Content-Type must be application/json (charset utf-8), got application/x-www-form-urlencoded"),
        Declared("multipart", "Content-Type: multipart/form-data; boundary=x", "Content-Type must be application/json (charset utf-8), got multipart/form-data; boundary=x"),
        Declared("charset bogus", "Content-Type: application/json; charset=bogus", "Content-Type must be application/json (charset utf-8), got application/json; charset=bogus"),
        Declared("charset utf-16", "Content-Type: application/json; charset=utf-16", "Content-Type must be application/json (charset utf-8), got application/json; charset=utf-16"),
        Declared("charset without value", "Content-Type: application/json; charset=", "Content-Type must be application/json (charset utf-8), got application/json; charset="),
        Declared("not a content type", "Content-Type: ;;;", "Content-Type must be application/json (charset utf-8), got ;;;"),
        Declared("only a slash", "Content-Type: /", "Content-Type must be application/json (charset utf-8), got /"),
        Declared("any type", "Content-Type: */*", "Content-Type must be application/json (charset utf-8), got */*"),
        Declared("content type twice", "Content-Type: application/json\r\nContent-Type: text/plain", "Content-Type must be application/json (charset utf-8), got application/json,text/plain"),
        Declared("compressed", "Content-Type: application/json\r\nContent-Encoding: gzip", "Content-Encoding must be absent, got gzip"),
    ];

    private static IEnumerable<BadRequest> Credentials =>
    [
        Key("no key"),
        Key("empty header", "Authorization:"),
        Key("scheme alone", "Authorization: Bearer"),
        Key("scheme and spaces", "Authorization: Bearer    "),
        Key("key alone", "Authorization: {key}"),
        Key("other scheme", "Authorization: Basic {key}"),
        Key("scheme run into the key", "Authorization: Bearer{key}"),
        Key("tab instead of space", "Authorization: Bearer\t{key}"),
        Key("unknown key", "Authorization: Bearer fg_live_0000000000000000000000000000"),
        Key("key in the wrong case", "Authorization: Bearer FG_{key}"),
        Key("key cut off", "Authorization: Bearer fg_"),
        Key("key with more behind it", "Authorization: Bearer {key} x"),
        Key("key with a comma behind it", "Authorization: Bearer {key},"),
        Key("key in quotes", "Authorization: Bearer \"{key}\""),
        Key("key with a letter that is not ASCII", "Authorization: Bearer {key}\u00C3\u00A9"),
        Key("key of 10 000 characters", $"Authorization: Bearer {new string('k', 10_000)}"),
        Key("two headers", Bearer, "Authorization: Bearer fg_live_1111111111111111111111111111"),
        Key("the same header twice", Bearer, Bearer),
        Key("key in another header", "X-Api-Key: {key}"),
        Key("key in a cookie", "Cookie: Authorization=Bearer {key}"),
        new("key in the query", "GET", Status + "?taskId=t&key=fg_live_0&Authorization=Bearer%20fg_live_0", [], null, 401, NoKey),
        new("no key to create", "POST", Create, [Json], "{"u8.ToArray(), 401, NoKey),
        new("no key to read the balance", "GET", "/api/v1/apikeys/current-balance", [], null, 401, NoKey),
        new("no key to read details", "GET", "/api/v1/tasks/t1", [], null, 401, NoKey),
        new("admin key", "GET", Status + "?taskId=t1", ["Authorization: Bearer {admin}"], null, 403, "An admin key owns no tasks. Use a key that begins with fg_live_ or fg_test_."),
    ];

    private static IEnumerable<BadRequest> Addresses =>
    [
        new("unknown model", "POST", "/api/v1/generateTask/sora-2", [Bearer, Json], Encoding.UTF8.GetBytes(Good), 404, "The model sora-2 is not served here; served is kling-2-1."),
        new("model with a line break", "GET", "/api/v1/statusTask/kling%0d%0aX-Injected:%201?taskId=t", [Bearer], null, 404, "The model kling\r\nX-Injected: 1 is not served here; served is kling-2-1."),
        new("model with a slash", "GET", "/api/v1/statusTask/..%2Fkling-2-1?taskId=t", [Bearer], null, 404, "The model ..%2Fkling-2-1 is not served here; served is kling-2-1."),
        new("model that is not UTF-8", "GET", "/api/v1/statusTask/%ff%fe?taskId=t", [Bearer], null, 404, "The model %ff%fe is not served here; served is kling-2-1."),
        new("task of an unknown model", "GET", "/api/v1/statusTask/sora-2?taskId=t1", [Bearer], null, 404, "The model sora-2 is not served here; served is kling-2-1."),
        Get("no task id", Status, 400, "taskId is required in the query"),
        Get("empty task id", Status + "?taskId=", 400, "taskId is required in the query"),
        Get("task id in lower case", Status + "?taskid=t1", 400, "taskId is required in the query"),
        Get("task id twice", Status + "?taskId=t1&taskId=t2", 400, "taskId must be given once in the query"),
        Get("unknown task", Status + "?taskId=task_0000000000000000000000000000000000", 404, NoTask),
        Get("task id of 65 characters", Status + "?taskId=" + new string('a', 65), 404, NoTask),
        Get("task id with a path", Status + "?taskId=../../etc/passwd", 404, NoTask),
        Get("task id with U+0000", Status + "?taskId=t%00", 404, NoTask),
        Get("task id with a line break", Status + "?taskId=t%0d%0aX-Injected:1", 404, NoTask),
        Get("task id that is not UTF-8", Status + "?taskId=%ff%fe", 404, NoTask),
        Get("task id with half a percent code", Status + "?taskId=%", 404, NoTask),
        Get("task id with a quote", Status + "?taskId='%20or%201=1--", 404, NoTask),
        Get("details of an unknown task", "/api/v1/tasks/task_0000000000000000000000000000000000", 404, NoTask),
        Get("details of no task", "/api/v1/tasks/%20", 404, NoTask),
        Get("unknown route", "/api/v1/nothing", 404, NoRoute),
        Get("unknown route outside", "/wp-login.php", 404, NoRoute),
        Get("route of APIXO's administration", "/api/mcp/contracts", 404, NoRoute),
        Get("doubled slash", "/api/v1//statusTask/kling-2-1?taskId=t1", 404, NoRoute),
        new("GET to create", "GET", Create, [Bearer], null, 405, "The method GET is not allowed here; use POST."),
        new("PUT to create", "PUT", Create, [Bearer, Json], Encoding.UTF8.GetBytes(Good), 405, "The method PUT is not allowed here; use POST."),
        new("POST to read", "POST", Status + "?taskId=t1", [Bearer, Json], "{}"u8.ToArray(), 405, "The method POST is not allowed here; use GET."),
        new("DELETE of the balance", "DELETE", "/api/v1/apikeys/current-balance", [Bearer], null, 405, "The method DELETE is not allowed here; use GET."),
        new("unknown method", "BREW", "/api/v1/tasks/t1", [Bearer], null, 405, "The method BREW is not allowed here; use GET."),
    ];

    private static string Invalid(int line, int at) => $"body must be valid JSON, at most 32 levels deep: see line {line}, byte {at}";

    private static BadRequest Body(string name, string body, string message) => Body(name, Encoding.UTF8.GetBytes(body), message);

    private static BadRequest Body(string name, byte[] body, string message) => new(name, "POST", Create, [Bearer, Json], body, 400, message);

    private static BadRequest Input(string name, string input, string message) => Body(name, $"{{\"input\":{input}}}", message);

    private static BadRequest TextToVideo(string name, string field, string message) =>
        Input(name, $$"""{"mode":"master-text-to-video","prompt":"a cat",{{field}}}""", message);

    private static BadRequest Beside(string name, string field, string message) =>
        Body(name, $$"""{"input":{"mode":"master-text-to-video","prompt":"a cat"},{{field}}}""", message);

    private static BadRequest Idempotent(string name, string message, params string[] keys) => new(
        name, "POST", Create, [Bearer, Json, .. keys.Select(key => $"Idempotency-Key: {key}")], Encoding.UTF8.GetBytes(Good), 400, "Idempotency-Key " + message);

    private static BadRequest Declared(string name, string? header, string message) =>
        new(name, "POST", Create, header is null ? [Bearer] : [Bearer, header], Encoding.UTF8.GetBytes(Good), 415, message);

    private static BadRequest Key(string name, params string[] headers) => new(name, "GET", Status + "?taskId=t1", headers, null, 401, NoKey);

    private static BadRequest Get(string name, string path, int status, string message) => new(name, "GET", path, [Bearer], null, status, message);
}
