using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using static Filmgate.Dialects.Tests.Kie.KieSurface;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>What becomes of the fields of a creation, row by row of the folder's README.</summary>
public sealed class CreationTests(TestGateway gateway)
{
    private const string Photo = "https://e.test/a.png?x=1&y=2";
    private const string Start = $"\"prompt\":\"a cat\",\"image_url\":\"{Photo}\"";

    [Fact]
    public async Task A_creation_is_answered_with_the_id_that_shows_the_task()
    {
        var answer = await gateway.SendAsync("POST", Create, Words);
        var id = TaskIdOf(answer);
        Assert.Equal((200, $$$"""{"code":200,"msg":"success","data":{"taskId":"{{{id}}}"}}"""), (answer.Status, answer.Body));
        Assert.Matches("^task_[0-9a-z]{36}$", id);
        Assert.Equal(id, TaskIdOf(await gateway.SendAsync("GET", Record(id))));
    }

    public static TheoryData<string, string> Rows => new()
    {
        { Words, "mode=master-text-to-video prompt=a cat" },
        { Body(Standard, Start), $"mode=standard-image-to-video prompt=a cat images={Photo}" },
        { Body(Pro, Start), $"mode=pro-image-to-video prompt=a cat images={Photo}" },
        { Body(MasterImage, Start), $"mode=master-image-to-video prompt=a cat images={Photo}" },
        { Body(Pro, Start + ",\"tail_image_url\":\"https://e.test/b.jpg\""), $"mode=pro-image-to-video prompt=a cat images={Photo} https://e.test/b.jpg" },
        { Body(Pro, Start + ",\"tail_image_url\":\"\""), $"mode=pro-image-to-video prompt=a cat images={Photo}" },
        { Body(Standard, Start + ",\"tail_image_url\":\"\""), $"mode=standard-image-to-video prompt=a cat images={Photo}" },
        { Body(MasterText, """ "prompt":"a cat","image_url":" ","tail_image_url":null """), "mode=master-text-to-video prompt=a cat" },
        { Body(Standard, """ "prompt":"a cat","image_url":"data:image/png;base64,AQID" """), "mode=standard-image-to-video prompt=a cat images=data:image/png;base64,AQID" },
        { Body(MasterText, """ "prompt":"a cat","duration":"5" """), "mode=master-text-to-video prompt=a cat duration=5" },
        { Body(MasterText, """ "prompt":"a cat","duration":"10" """), "mode=master-text-to-video prompt=a cat duration=10" },
        { Body(MasterText, """ "prompt":"a cat","aspect_ratio":"9:16" """), "mode=master-text-to-video prompt=a cat ratio=9:16" },
        { Body(Standard, Start + ",\"aspect_ratio\":\"9:16\""), $"mode=standard-image-to-video prompt=a cat images={Photo}" },
        { Body(Standard, Start + ",\"aspect_ratio\":7"), $"mode=standard-image-to-video prompt=a cat images={Photo}" },
        { Body(MasterText, """ "prompt":"a cat","negative_prompt":"blur" """), "mode=master-text-to-video prompt=a cat negative=blur" },
        { Body(MasterText, """ "prompt":"a cat","cfg_scale":0.8 """), "mode=master-text-to-video prompt=a cat cfg=0.8" },
        { Body(MasterText, """ "prompt":"a cat","cfg_scale":1 """), "mode=master-text-to-video prompt=a cat cfg=1" },
        { Body(MasterText, """ "prompt":"a cat","duration":null,"aspect_ratio":null,"negative_prompt":null,"cfg_scale":null,"image_url":null """), "mode=master-text-to-video prompt=a cat" },
        { Body(MasterText, """ "prompt":"a cat","seed":7,"mode":"pro","image_urls":["x"],"nested":{"model":[1]} """), "mode=master-text-to-video prompt=a cat" },
        { $$$"""{"model":"{{{MasterText}}}","callBackUrl":"https://e.test/hook","input":{"prompt":"a cat"}}""", "mode=master-text-to-video prompt=a cat callback=https://e.test/hook" },
        { $$"""{"model":"{{MasterText}}","callBackUrl":"","input":{"prompt":"a cat"},"progressCallBackUrl":"x"}""", "mode=master-text-to-video prompt=a cat" },
        { $$"""{"model":"{{MasterText}}","callBackUrl":null,"input":{"prompt":"a cat"},"metadata":7}""", "mode=master-text-to-video prompt=a cat" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_field_becomes_what_the_field_table_says(string body, string draft) =>
        Assert.Equal(draft, Told(TaskIdOf(await gateway.SendAsync("POST", Create, body))));

    [Fact]
    public async Task A_prompt_has_as_many_characters_as_kie_takes_whatever_they_are_made_of()
    {
        var longest = string.Concat(Enumerable.Repeat("🎬", 5000));
        TaskIdOf(await gateway.SendAsync("POST", Create, Body(MasterText, $"\"prompt\":\"{longest}\"")));
        var answer = await gateway.SendAsync("POST", Create, Body(MasterText, $"\"prompt\":\"{longest}a\""));
        Assert.Equal(
            (200, """{"code":422,"msg":"input.prompt must be at most 5000 characters, got 5001 characters","data":null}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_request_that_is_repeated_with_its_key_makes_no_second_task()
    {
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var first = await gateway.SendAsync("POST", Create, Words, headers: key);
        var second = await gateway.SendAsync("POST", Create, Words, headers: key);
        Assert.Equal((TaskIdOf(first), null, "true"), (TaskIdOf(second), first.Header("Idempotent-Replayed"), second.Header("Idempotent-Replayed")));
        var other = await gateway.SendAsync("POST", Create, Words.Replace("cat", "dog", StringComparison.Ordinal), headers: key);
        Assert.StartsWith("""{"code":422,"msg":"This Idempotency-Key was used within 24 hours for another request""", other.Body, StringComparison.Ordinal);
        var bad = await gateway.SendAsync("POST", Create, Words, headers: ("Idempotency-Key", "a b"));
        Assert.StartsWith("""{"code":422,"msg":"Idempotency-Key must be 1 to 255 visible ASCII characters""", bad.Body, StringComparison.Ordinal);
    }

    private string Told(string id)
    {
        var draft = gateway.Desk.Drafts[id];
        Assert.Equal(TaskEvents.Completed, draft.CallbackEvents);
        (string Name, string? Value)[] all =
        [
            ("mode", draft.Mode), ("prompt", draft.Prompt), ("negative", draft.NegativePrompt), ("images", draft.ImageUrls.IsEmpty ? null : string.Join(' ', draft.ImageUrls)),
            ("ratio", draft.AspectRatio), ("duration", draft.Duration?.ToString("0.##")), ("cfg", draft.CfgScale?.ToString()), ("provider", draft.Provider),
            ("callback", draft.CallbackUrl), ("external", draft.ExternalId), ("notes", draft.Notes), ("source", draft.Source),
        ];
        return string.Join(' ', all.Where(pair => pair.Value is not null).Select(pair => $"{pair.Name}={pair.Value}"));
    }
}
