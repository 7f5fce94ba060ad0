using System.Text;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>A gateway of one test class, so that its tasks and files are all that there are.</summary>
public sealed class OwnGateway : TestGateway
{
    /// <summary>Where the surface is mounted.</summary>
    public const string Base = "/replicate/v1";

    /// <summary>A prediction on the standard model: the least that it takes.</summary>
    public const string Least = """{"input":{"prompt":"a cat","start_image":"https://pictures.test/a.png"}}""";

    /// <summary>Creates a prediction and gives its id.</summary>
    public async Task<string> CreateAsync(string body = Least, string model = "kwaivgi/kling-v2.1", string key = ScriptedDesk.LiveKey)
    {
        var answer = await SendAsync("POST", $"{Base}/models/{model}/predictions", body, key);
        Assert.True(answer.Status == 201, answer.Body);
        return IdIn(answer.Body);
    }

    /// <summary>The id that a prediction's body begins with.</summary>
    public static string IdIn(string body)
    {
        const string Begin = "{\"id\":\"";
        Assert.StartsWith(Begin, body, StringComparison.Ordinal);
        return body[Begin.Length..(Begin.Length + 36)];
    }

    /// <summary>The address of a prediction.</summary>
    public static string Of(string id) => $"{ScriptedDesk.PublicAddress}{Base}/predictions/{id}";
}
