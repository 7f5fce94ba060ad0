using System.Collections.Immutable;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using static Filmgate.Dialects.Tests.Kling.KlingSurface;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>What becomes of the fields of a creation, row by row of the folder's README.</summary>
public sealed class CreationTests(TestGateway gateway)
{
    private const string Photo = "https://e.test/a.png?x=1&y=2";

    [Theory]
    [InlineData("/kling/v1/videos/text2video")]
    [InlineData("/v1/videos/text2video")]
    [InlineData("/v1/videos/text2video/")]
    [InlineData("/proxy/kling/v1/videos/text2video")]
    public async Task A_creation_is_answered_with_the_beginning_of_the_task(string address)
    {
        var externalId = $"job-{Guid.NewGuid():n}";
        var answer = await gateway.SendAsync("POST", address, $$"""{"model_name":"kling-v2-1-master","prompt":"a cat","external_task_id":"{{externalId}}"}""");
        var id = TaskIdOf(answer);
        Assert.Matches("^[1-9][0-9]*$", id);
        var created = ScriptedDesk.Created.AddSeconds(int.Parse(id)).ToUnixTimeMilliseconds();
        Assert.Matches(
            $$$"""^\{"code":0,"message":"SUCCEED","request_id":"R","data":\{"task_id":"{{{id}}}","task_status":"submitted","task_info":\{"external_task_id":"{{{externalId}}}"\},"created_at":\d{13},"updated_at":\d{13}\}\}$""",
            Plain(answer.Body));
        Assert.True(created > 0);
        var read = await gateway.SendAsync("GET", $"{address.TrimEnd('/')}/{externalId}");
        Assert.Equal(id, TaskIdOf(read));
    }

    public static TheoryData<string, string, string> Rows => new()
    {
        // Text to video.
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat"}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","model":"kling-v1","prompt":"a cat","mode":"std"}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","mode":"pro"}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","mode":"whatever"}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","negative_prompt":"blur"}""", "mode=master-text-to-video prompt=a cat negative=blur events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","negative_prompt":""}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","cfg_scale":0.8}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","cfg_scale":"high"}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","aspect_ratio":"9:16"}""", "mode=master-text-to-video prompt=a cat ratio=9:16 events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","duration":"10"}""", "mode=master-text-to-video prompt=a cat duration=10 events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","duration":5}""", "mode=master-text-to-video prompt=a cat duration=5 events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","duration":10.0}""", "mode=master-text-to-video prompt=a cat duration=10 events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","callback_url":"https://e.test/hook"}""", "mode=master-text-to-video prompt=a cat callback=https://e.test/hook events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","callback_url":"","external_task_id":""}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","sound":"off","static_mask":"","dynamic_masks":[],"camera_control":{},"watermark_info":{"enabled":true}}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","image":"https://e.test/a.png","callBack":1,"x":{"y":[1]}}""", "mode=master-text-to-video prompt=a cat events=All" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","negative_prompt":null,"mode":null,"aspect_ratio":null,"duration":null,"callback_url":null,"external_task_id":null,"sound":null,"camera_control":null}""", "mode=master-text-to-video prompt=a cat events=All" },

        // Image to video.
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","prompt":"a cat"}""", $"mode=standard-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","prompt":"a cat","mode":"std"}""", $"mode=standard-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","prompt":"a cat","mode":"pro"}""", $"mode=pro-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1-master","image":"{{Photo}}","prompt":"a cat","mode":"pro"}""", $"mode=master-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","image_tail":"HTTPS://e.test/b.png","prompt":"a cat","mode":"pro","duration":"5"}""", $"mode=pro-image-to-video prompt=a cat images={Photo} HTTPS://e.test/b.png duration=5 events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","image_tail":"","prompt":"a cat"}""", $"mode=standard-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","prompt":"a cat","aspect_ratio":"1:1"}""", $"mode=standard-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","prompt":"a cat","aspect_ratio":7}""", $"mode=standard-image-to-video prompt=a cat images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}"}""", $"mode=standard-image-to-video prompt=Bring the picture to life with natural motion. images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","prompt":" "}""", $"mode=standard-image-to-video prompt=Bring the picture to life with natural motion. images={Photo} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Pixel}}","prompt":"a cat"}""", $"mode=standard-image-to-video prompt=a cat images=data:;base64,{Pixel} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Pixel[..76]}}\r\n{{Pixel[76..]}}\n","prompt":"a cat"}""", $"mode=standard-image-to-video prompt=a cat images=data:;base64,{Pixel} events=All" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Pixel}}","image_tail":"{{Pixel}}","prompt":"a cat","mode":"pro"}""", $"mode=pro-image-to-video prompt=a cat images=data:;base64,{Pixel} data:;base64,{Pixel} events=All" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_field_becomes_what_the_field_table_says(string address, string body, string draft)
    {
        var id = TaskIdOf(await gateway.SendAsync("POST", address, body));
        Assert.Equal(draft, Told(id));
    }

    [Fact]
    public async Task A_prompt_has_as_many_characters_as_Kling_takes_whatever_they_are_made_of()
    {
        var longest = string.Concat(Enumerable.Repeat("🎬", 2500));
        Assert.Equal(200, (await gateway.SendAsync("POST", Text, $$"""{"model_name":"kling-v2-1-master","prompt":"{{longest}}"}""")).Status);
        var answer = await gateway.SendAsync("POST", Text, $$"""{"model_name":"kling-v2-1-master","prompt":"{{longest}}a"}""");
        Assert.Equal(
            (400, """{"code":1201,"message":"prompt must be at most 2500 characters, got 2501 characters","request_id":"R"}"""), (answer.Status, Plain(answer.Body)));
    }

    [Fact]
    public async Task A_request_that_is_repeated_with_its_key_makes_no_second_task()
    {
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var first = await gateway.SendAsync("POST", Text, Words, headers: key);
        var second = await gateway.SendAsync("POST", Text, Words, headers: key);
        Assert.Equal((TaskIdOf(first), null, "true"), (TaskIdOf(second), first.Header("Idempotent-Replayed"), second.Header("Idempotent-Replayed")));
        var other = await gateway.SendAsync("POST", Text, Words.Replace("cat", "dog", StringComparison.Ordinal), headers: key);
        Assert.Equal(400, other.Status);
        Assert.StartsWith("""{"code":1201,"message":"This Idempotency-Key was used within 24 hours for another request""", other.Body, StringComparison.Ordinal);
        var bad = await gateway.SendAsync("POST", Text, Words, headers: ("Idempotency-Key", "a b"));
        Assert.Equal(400, bad.Status);
        Assert.StartsWith("""{"code":1201,"message":"Idempotency-Key must be 1 to 255 visible ASCII characters""", bad.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_of_the_callers_own_stands_for_one_task_only()
    {
        var externalId = Guid.NewGuid().ToString();
        var body = $$"""{"model_name":"kling-v2-1-master","prompt":"a cat","external_task_id":"{{externalId}}"}""";
        TaskIdOf(await gateway.SendAsync("POST", Text, body));
        var again = await gateway.SendAsync("POST", Text, body);
        Assert.Equal(
            (400, $$"""{"code":1201,"message":"The id {{externalId}} names another task of this account already; nothing was created. Use a new one.","request_id":"R"}"""),
            (again.Status, Plain(again.Body)));
        Assert.Equal(200, (await gateway.SendAsync("POST", Text, body, ScriptedDesk.OtherKey)).Status);
    }

    private string Told(string id)
    {
        var draft = DraftOf(gateway, id);
        (string Name, string? Value)[] all =
        [
            ("mode", draft.Mode), ("prompt", draft.Prompt), ("negative", draft.NegativePrompt), ("images", draft.ImageUrls.IsEmpty ? null : string.Join(' ', draft.ImageUrls)),
            ("ratio", draft.AspectRatio), ("duration", draft.Duration?.ToString("0.##")), ("cfg", draft.CfgScale?.ToString()), ("provider", draft.Provider),
            ("callback", draft.CallbackUrl), ("external", draft.ExternalId), ("notes", draft.Notes), ("events", draft.CallbackEvents.ToString()),
        ];
        return string.Join(' ', all.Where(pair => pair.Value is not null).Select(pair => $"{pair.Name}={pair.Value}"));
    }
}
