using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>What the tests of this surface need again and again.</summary>
internal static partial class KlingSurface
{
    public const string Text = "/kling/v1/videos/text2video";
    public const string Image = "/kling/v1/videos/image2video";

    /// <summary>A creation of words alone that nothing is wrong with.</summary>
    public const string Words = """{"model_name":"kling-v2-1-master","prompt":"a cat"}""";

    /// <summary>One white pixel as PNG, in bare base64.</summary>
    public const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

    /// <summary>The body with R in place of the request's id, which is different each time.</summary>
    public static string Plain(string body) => RequestId().Replace(body, "\"request_id\":\"R\"");

    public static string TaskIdOf(Transcript answer)
    {
        Assert.True(answer.Status == 200, answer.Body);
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("data").GetProperty("task_id").GetString()!;
    }

    /// <summary>The draft that the desk was given for a task of those digits: the desk's ids are small numbers.</summary>
    public static GenerationDraft DraftOf(TestGateway gateway, string digits) => gateway.Desk.Drafts[$"task_{IdOf(digits)}"];

    /// <summary>A task of the owner's, as the desk shows it.</summary>
    public static VideoTask Task(string id, GenerationMode mode = GenerationMode.StandardImageToVideo) => new()
    {
        Key = new TaskKey(ScriptedDesk.Owner.Account, new TaskId($"task_{id}")),
        KeyId = ScriptedDesk.Owner.Key,
        IsTest = false,
        Dialect = "kling",
        Request = new GenerationRequest
        {
            Mode = mode,
            Prompt = "a cat",
            DurationSeconds = 5,
            CfgScale = 0.5m,
            Provider = "auto",
            Images = mode == GenerationMode.MasterTextToVideo ? [] : ["https://e.test/a.png"],
        },
        State = TaskState.Pending,
        CreatedAt = ScriptedDesk.Created,
        DueAt = ScriptedDesk.Created,
    };

    /// <summary>A token of a key pair, made without the library that checks it.</summary>
    public static string Token(string payload, string secret = ScriptedDesk.OwnerSecret, string head = """{"alg":"HS256","typ":"JWT"}""")
    {
        var signed = $"{Part(head)}.{Part(payload)}";
        return $"{signed}.{Part(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Seconds of the Unix time, as many from now as given.</summary>
    public static long From(long seconds) => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds;

    private static string Part(string text) => Part(Encoding.UTF8.GetBytes(text));

    private static string Part(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    // The same number in base 32, with 36 places.
    private static string IdOf(string digits)
    {
        var number = System.Numerics.BigInteger.Parse(digits);
        var places = new char[36];
        for (var i = places.Length - 1; i >= 0; i--, number /= 32)
        {
            places[i] = "0123456789abcdefghjkmnpqrstvwxyz"[(int)(number % 32)];
        }

        return new string(places);
    }

    [GeneratedRegex("\"request_id\":\"[0-9A-Za-z:]+\"")]
    private static partial Regex RequestId();
}
