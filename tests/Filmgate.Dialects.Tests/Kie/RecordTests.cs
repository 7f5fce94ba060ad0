using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using static Filmgate.Dialects.Tests.Kie.KieSurface;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>How a task is shown: every field of the record in every state, letter by letter.</summary>
public sealed class RecordTests(TestGateway gateway)
{
    private const string Head = "{\"code\":200,\"msg\":\"success\",\"data\":";
    private const string Param =
        """ "param":"{\"model\":\"kling/v2-1-standard\",\"input\":\"{\\\"prompt\\\":\\\"a cat\\\",\\\"image_url\\\":\\\"https://e.test/a.png\\\",\\\"duration\\\":\\\"5\\\",\\\"cfg_scale\\\":0.5}\"}", """;

    private static string About(string id, string state) => $$"""{"taskId":"{{id}}","model":"kling/v2-1-standard","state":"{{state}}",{{Param.Trim()}}""";

    [Fact]
    public async Task A_task_that_was_not_sent_yet_is_waiting()
    {
        gateway.Desk.Put(new TaskDetails(Task("task_kie-waiting"), null, null));
        var answer = await gateway.SendAsync("GET", Record("task_kie-waiting"));
        Assert.Equal(
            (200, Head + About("task_kie-waiting", "waiting") + """ "resultJson":"","successFlag":0,"failCode":"","failMsg":"","createTime":1760000000000,"updateTime":1760000000000}}""".Trim()),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_task_that_was_sent_is_generating()
    {
        var task = Task("task_kie-generating") with { State = TaskState.Processing, Attempts = [Attempt(AttemptState.Accepted, Usd.Zero)] };
        gateway.Desk.Put(new TaskDetails(task, null, null));
        var answer = await gateway.SendAsync("GET", Record("task_kie-generating"));
        Assert.Equal(
            Head + About("task_kie-generating", "generating") + """ "resultJson":"","successFlag":0,"failCode":"","failMsg":"","createTime":1760000000000,"updateTime":1760000002000}}""".Trim(),
            answer.Body);
    }

    [Fact]
    public async Task A_clip_is_shown_as_text_and_parsed_with_its_time_in_seconds_and_its_credits()
    {
        gateway.Desk.Put(Done("task_kie-success", new Usd(125_000)));
        var answer = await gateway.SendAsync("GET", Record("task_kie-success"));
        Assert.Equal(
            Head + About("task_kie-success", "success")
            + """ "resultJson":"{\"resultUrls\":[\"https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s\"]}","response":{"resultUrls":["https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s"]},""".Trim()
            + """ "successFlag":1,"failCode":"","failMsg":"","createTime":1760000000000,"updateTime":1760000071900,"completeTime":1760000071900,"costTime":71,"creditsConsumed":25}}""".Trim(),
            answer.Body);
    }

    [Fact]
    public async Task A_failure_is_shown_by_number_and_sentence_and_took_nothing()
    {
        gateway.Desk.Put(Failed("task_kie-fail", FailureCode.ImageDownloadFailed, "No \"picture\" there."));
        var answer = await gateway.SendAsync("GET", Record("task_kie-fail"));
        Assert.Equal(
            Head + About("task_kie-fail", "fail")
            + """ "resultJson":"","successFlag":3,"failCode":"422","failMsg":"No \"picture\" there.","createTime":1760000000000,"updateTime":1760000004000,"completeTime":1760000004000,"costTime":4,"creditsConsumed":0}}""".Trim(),
            answer.Body);
    }

    [Theory]
    [InlineData(FailureCode.PromptTooLong, "422")]
    [InlineData(FailureCode.InvalidPrompt, "422")]
    [InlineData(FailureCode.InvalidImageUrl, "422")]
    [InlineData(FailureCode.ImageTooLarge, "422")]
    [InlineData(FailureCode.UnsupportedFormat, "422")]
    [InlineData(FailureCode.ImageDownloadFailed, "422")]
    [InlineData(FailureCode.ContentViolation, "400")]
    [InlineData(FailureCode.NsfwDetected, "400")]
    [InlineData(FailureCode.InsufficientCredits, "402")]
    [InlineData(FailureCode.ProcessingTimeout, "408")]
    [InlineData(FailureCode.ModelUnavailable, "455")]
    [InlineData(FailureCode.GenerationFailed, "501")]
    [InlineData(FailureCode.Canceled, "501")]
    public async Task Each_failure_has_its_number(FailureCode ours, string theirs)
    {
        var id = $"task_kie-{ours}";
        gateway.Desk.Put(Failed(id, ours, "It says why."));
        var data = await DataAsync(id);
        Assert.Equal((theirs, "It says why."), (data.GetProperty("failCode").GetString(), data.GetProperty("failMsg").GetString()));
    }

    [Theory]
    [InlineData(1_234, "0.2468")]
    [InlineData(490_000, "98")]
    [InlineData(0, "0")]
    public async Task What_was_paid_is_told_in_credits_also_in_parts_of_one(long micros, string credits)
    {
        gateway.Desk.Put(Done($"task_kie-paid-{micros}", new Usd(micros)));
        Assert.Equal(credits, (await DataAsync($"task_kie-paid-{micros}")).GetProperty("creditsConsumed").GetRawText());
    }

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, Standard)]
    [InlineData(GenerationMode.ProImageToVideo, Pro)]
    [InlineData(GenerationMode.MasterImageToVideo, MasterImage)]
    [InlineData(GenerationMode.MasterTextToVideo, MasterText)]
    public async Task A_task_of_another_surface_is_shown_under_the_model_that_it_is(GenerationMode mode, string model)
    {
        var task = Task($"task_kie-{mode}", mode) with { Dialect = "apixo" };
        gateway.Desk.Put(new TaskDetails(task, null, null));
        var data = await DataAsync(task.Key.Task.Value);
        Assert.Equal(model, data.GetProperty("model").GetString());
        Assert.Equal(model, JsonElement.Parse(data.GetProperty("param").GetString()!).GetProperty("model").GetString());
    }

    [Fact]
    public async Task The_creation_is_shown_with_all_that_was_asked()
    {
        var request = Task("x").Request with
        {
            Mode = GenerationMode.ProImageToVideo, Prompt = "a \"cat\" 🎬", NegativePrompt = "blur", DurationSeconds = 10, CfgScale = 0.8m, Images = ["stored:abc", "https://e.test/b.png?x=1&y=2"],
        };
        gateway.Desk.Put(new TaskDetails(Task("task_kie-param") with { Request = request, CallbackUrl = "https://e.test/hook" }, null, null));
        var param = (await DataAsync("task_kie-param")).GetProperty("param").GetString();
        Assert.Equal(
            """{"model":"kling/v2-1-pro","callBackUrl":"https://e.test/hook","input":"{\"prompt\":\"a \\\"cat\\\" 🎬\",\"image_url\":\"stored:abc\",\"tail_image_url\":\"https://e.test/b.png?x=1&y=2\",\"duration\":\"10\",\"negative_prompt\":\"blur\",\"cfg_scale\":0.8}"}""",
            Unescaped(param!));
        gateway.Desk.Put(new TaskDetails(
            Task("task_kie-shape", GenerationMode.MasterTextToVideo) with { Request = Task("x").Request with { Mode = GenerationMode.MasterTextToVideo, AspectRatio = AspectRatio.Tall, Images = [] } }, null, null));
        Assert.Equal(
            """{"model":"kling/v2-1-master-text-to-video","input":"{\"prompt\":\"a cat\",\"duration\":\"5\",\"aspect_ratio\":\"9:16\",\"cfg_scale\":0.5}"}""",
            (await DataAsync("task_kie-shape")).GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("/kie/api/v1/jobs/recordInfo", 400, "taskId is required in the query")]
    [InlineData("/kie/api/v1/jobs/recordInfo?taskId=", 400, "taskId is required in the query")]
    [InlineData("/kie/api/v1/jobs/recordInfo?task_id=x", 400, "taskId is required in the query")]
    [InlineData("/kie/api/v1/jobs/recordInfo?taskId=a&taskId=b", 400, "taskId must be given once in the query")]
    [InlineData("/kie/api/v1/jobs/recordInfo?taskId=task_unknown", 404, "There is no such task, or it is not one of this account.")]
    [InlineData("/kie/api/v1/jobs/recordInfo?taskId=%00%F0%9F%8E%AC..%2F", 404, "There is no such task, or it is not one of this account.")]
    public async Task A_read_without_a_task_is_answered_by_code(string address, int code, string message)
    {
        var answer = await gateway.SendAsync("GET", address);
        Assert.Equal((200, $$"""{"code":{{code}},"msg":"{{message}}","data":null}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Anothers_task_and_an_endless_id_are_not_there()
    {
        var id = TaskIdOf(await gateway.SendAsync("POST", Create, Words));
        var unknown = (await gateway.SendAsync("GET", Record("task_unknown"))).Body;
        Assert.Equal(unknown, (await gateway.SendAsync("GET", Record(id), key: ScriptedDesk.OtherKey)).Body);
        Assert.Equal(unknown, (await gateway.SendAsync("GET", Record(new string('a', 2000)))).Body);
    }

    // Characters beyond the first plane may stand escaped in the inner text; both are the same JSON.
    private static string Unescaped(string param) => param.Replace("\\\\ud83c\\\\udfac", "🎬", StringComparison.OrdinalIgnoreCase).Replace("\\ud83c\\udfac", "🎬", StringComparison.OrdinalIgnoreCase);

    private async Task<JsonElement> DataAsync(string id)
    {
        var answer = await gateway.SendAsync("GET", Record(id));
        Assert.Equal(200, answer.Status);
        return JsonElement.Parse(answer.Body).GetProperty("data");
    }
}
