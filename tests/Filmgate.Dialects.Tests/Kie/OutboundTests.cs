using System.Text.Json;
using Filmgate.Dialects.Kie;
using Filmgate.Dialects.Tests.Upstream;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>What goes to kie, and what its answers come to.</summary>
public sealed class OutboundTests : OutboundConformance
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new KieDialect();

    protected override string UpstreamId => "281e5b0c4b2f4d0f8e1c1b6a7d9e0f12";

    protected override (int Status, string Body) Answer(VendorRequest request, VendorState state) => (200, state switch
    {
        VendorState.Accepted => $$$"""{"code":200,"msg":"success","data":{"taskId":"{{{UpstreamId}}}","recordId":"other"}}""",
        VendorState.Working => $$$"""{"code":200,"message":"success","data":{"taskId":"{{{UpstreamId}}}","model":"kling/v2-1-pro","state":"generating","param":"{}","resultJson":"","failCode":null,"createTime":1760000000000}}""",
        VendorState.Done => $$$"""
            {"code":200,"msg":"success","data":{"taskId":"{{{UpstreamId}}}","model":"kling/v2-1-pro","state":"success","param":"{}",
            "resultJson":"{\"resultUrls\":[\"https://file.example.com/v.mp4\"]}","failCode":"","failMsg":"","completeTime":1760000071000,"createTime":1760000000000,"costTime":71}}
            """,
        _ => $$$"""
            {"code":200,"msg":"success","data":{"taskId":"{{{UpstreamId}}}","model":"kling/v2-1-pro","state":"fail","param":"{}","resultJson":"","failCode":"422",
            "failMsg":"The image could not be read","createTime":1760000000000,"completeTime":1760000004000,"creditsConsumed":0}}
            """,
    });

    [Fact]
    public async Task A_submission_carries_every_field_of_the_request()
    {
        var request = await RequestOfAsync(Submission());
        Assert.Equal(
            """{"model":"kling/v2-1-master-text-to-video","callBackUrl":"https://gate.example/callbacks/token","input":{"prompt":"A lighthouse in a storm, slow push in","duration":"5","aspect_ratio":"16:9","negative_prompt":"people","cfg_scale":0.5}}""",
            request.Text);
        Assert.Equal(
            ("POST", "/api/v1/jobs/createTask", "Bearer canary-key-0123456789", "application/json"),
            (request.Method, request.Target, request.Header("Authorization"), request.Header("Content-Type")));
    }

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, 1, """{"model":"kling/v2-1-standard","input":{"prompt":"a","image_url":"https://gate.example/inputs/0?s=1","duration":"10","cfg_scale":0}}""")]
    [InlineData(GenerationMode.ProImageToVideo, 1, """{"model":"kling/v2-1-pro","input":{"prompt":"a","image_url":"https://gate.example/inputs/0?s=1","duration":"10","cfg_scale":0}}""")]
    [InlineData(GenerationMode.ProImageToVideo, 2, """{"model":"kling/v2-1-pro","input":{"prompt":"a","image_url":"https://gate.example/inputs/0?s=1","tail_image_url":"https://gate.example/inputs/1?s=1","duration":"10","cfg_scale":0}}""")]
    [InlineData(GenerationMode.MasterImageToVideo, 1, """{"model":"kling/v2-1-master-image-to-video","input":{"prompt":"a","image_url":"https://gate.example/inputs/0?s=1","duration":"10","cfg_scale":0}}""")]
    [InlineData(GenerationMode.MasterTextToVideo, 0, """{"model":"kling/v2-1-master-text-to-video","input":{"prompt":"a","duration":"10","cfg_scale":0}}""")]
    public async Task Each_model_gets_its_pictures_by_address(GenerationMode mode, int pictures, string body)
    {
        var request = new GenerationRequest { Mode = mode, Prompt = "a", DurationSeconds = 10, CfgScale = 0, Provider = "auto" };
        var images = Enumerable.Range(0, pictures).Select(place => new SubmissionImage("/nowhere", "image/png", 3, $"https://gate.example/inputs/{place}?s=1"));
        Assert.Equal(body, (await RequestOfAsync(Submission(request, [.. images]) with { CallbackUrl = null })).Text);
    }

    [Theory]
    [InlineData("0.04", "0.0")]
    [InlineData("0.25", "0.3")]
    [InlineData("0.8", "0.8")]
    [InlineData("1", "1")]
    public async Task Closeness_goes_in_steps_of_a_tenth(string ours, string theirs)
    {
        var submission = Submission(Submission().Request with { CfgScale = decimal.Parse(ours) });
        var input = JsonElement.Parse((await RequestOfAsync(submission)).Text).GetProperty("input");
        Assert.Equal(theirs, input.GetProperty("cfg_scale").GetRawText());
    }

    [Fact]
    public async Task A_picture_without_an_address_proves_that_nothing_was_sent()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var image = new SubmissionImage("/nowhere/picture", "image/png", 3, Url: null);
        var result = await Provider(server.Address, house).SubmitAsync(Submission(Submission().Request with { Mode = GenerationMode.ProImageToVideo }, [image]), Cancel);
        var refused = Assert.IsType<SubmitResult.Refused>(result);
        Assert.Equal(RefusalClass.Outage, refused.Class);
        Assert.Contains("FILMGATE_PUBLIC_URL", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(200, 400, "bad request", RefusalClass.Input, null)]
    [InlineData(200, 401, "You do not have access permissions", RefusalClass.Auth, null)]
    [InlineData(200, 402, "Credits insufficient", RefusalClass.Balance, null)]
    [InlineData(200, 403, "forbidden", RefusalClass.Permission, null)]
    [InlineData(200, 404, "not found", RefusalClass.Outage, null)]
    [InlineData(200, 413, "too large", RefusalClass.Input, null)]
    [InlineData(200, 422, "duration is not within the range of allowed options", RefusalClass.Input, null)]
    [InlineData(200, 422, "image_url file type not supported", RefusalClass.Input, FailureCode.InvalidImageUrl)]
    [InlineData(200, 422, "Your prompt was flagged as violating content policies", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(200, 400, "Sensitive content", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(200, 422, "an asterisk is not allowed", RefusalClass.Input, null)]
    [InlineData(200, 433, "sub-key limit", RefusalClass.Permission, null)]
    [InlineData(200, 455, "maintenance", RefusalClass.Outage, null)]
    [InlineData(200, 500, "This interface is temporarily paused", RefusalClass.Outage, null)]
    [InlineData(200, 505, "feature disabled", RefusalClass.Outage, null)]
    [InlineData(401, 401, "no", RefusalClass.Auth, null)]
    [InlineData(500, 422, "no", RefusalClass.Input, null)]
    [InlineData(400, 7, "no", RefusalClass.Input, null)]
    public async Task A_code_in_the_body_decides_whatever_HTTP_says(int status, int code, string words, RefusalClass refusal, FailureCode? ours)
    {
        foreach (var name in new[] { "msg", "message" })
        {
            var refused = Assert.IsType<SubmitResult.Refused>(await SubmitAsync(status, $$"""{"code":{{code}},"{{name}}":"{{words}}","data":null}"""));
            Assert.Equal((refusal, ours, words), (refused.Class, refused.Code, refused.Reason));
        }
    }

    [Theory]
    [InlineData(200, """{"code":408,"msg":"no result"}""")]
    [InlineData(200, """{"code":500,"msg":"Server error"}""")]
    [InlineData(200, """{"code":501,"msg":"Generation failed"}""")]
    [InlineData(200, """{"code":520,"msg":"what"}""")]
    [InlineData(200, """{"code":200,"msg":"success","data":null}""")]
    [InlineData(200, """{"code":200,"msg":"success","data":{"recordId":"x"}}""")]
    [InlineData(200, """{"code":200,"msg":"success","data":{"taskId":""}}""")]
    [InlineData(200, """{"code":0,"msg":"success","data":{"taskId":"x"}}""")]
    [InlineData(200, """{"msg":"success","data":{"taskId":"x"}}""")]
    [InlineData(200, "\"success\"")]
    public async Task What_does_not_say_whether_a_job_was_made_stays_unknown(int status, string body) =>
        Assert.NotEmpty(Assert.IsType<SubmitResult.Unknown>(await SubmitAsync(status, body)).Reason);

    [Fact]
    public async Task A_request_over_the_limit_waits_for_the_next_window_because_it_was_dropped()
    {
        var refused = Assert.IsType<SubmitResult.Refused>(await SubmitAsync(200, """{"code":429,"msg":"Your call frequency is too high"}"""));
        Assert.Equal((RefusalClass.Busy, TimeSpan.FromSeconds(10), "Your call frequency is too high"), (refused.Class, refused.RetryAfter, refused.Reason));
        refused = Assert.IsType<SubmitResult.Refused>(await SubmitAsync(429, """{"code":429,"msg":"slow"}""", "Retry-After: 17\r\n"));
        Assert.Equal((RefusalClass.Busy, TimeSpan.FromSeconds(17)), (refused.Class, refused.RetryAfter));
    }

    [Fact]
    public async Task A_page_of_the_edge_in_front_is_a_lack_of_permission()
    {
        await using var server = new VendorServer((_, connection) => connection.AnswerAsync(403, "<html>error code: 1010</html>", "Content-Type: text/html\r\n"));
        using var house = new Outside();
        var provider = Provider(server.Address, house);
        Assert.Equal(RefusalClass.Permission, Assert.IsType<SubmitResult.Refused>(await provider.SubmitAsync(Submission(), Cancel)).Class);
        Assert.IsType<Reading.Unreadable>(await provider.ReadAsync("t", Cancel));
    }

    [Theory]
    [InlineData("waiting")]
    [InlineData("queuing")]
    [InlineData("generating")]
    [InlineData("pausing-for-a-new-reason")]
    public async Task Every_state_before_the_end_counts_as_running_also_one_that_nobody_knows(string state) =>
        Assert.Equal(
            new Reading.InProgress(null), await ReadAsync($$$"""{"code":200,"msg":"success","data":{"taskId":"t","state":"{{{state}}}","failCode":null}}"""));

    [Theory]
    [InlineData(""" "resultJson":"{\"resultUrls\":[\"https://a.test/v.mp4\"]}" """)]
    [InlineData(""" "resultJson":"{\"resultUrls\":[\"https://a.test/v.mp4\",\"https://a.test/w.mp4\"]}","response":{"resultUrls":["https://a.test/w.mp4"]} """)]
    [InlineData(""" "resultJson":{"resultUrls":["https://a.test/v.mp4"]} """)]
    [InlineData(""" "resultJson":"","response":{"resultUrls":["https://a.test/v.mp4"]} """)]
    [InlineData(""" "resultJson":null,"response":{"resultUrls":["https://a.test/v.mp4"]} """)]
    [InlineData(""" "resultJson":"not json","response":{"resultUrls":["https://a.test/v.mp4"]} """)]
    [InlineData(""" "resultJson":"{\"resultUrls\":[\"\",null]}","response":{"resultUrls":["https://a.test/v.mp4"]} """)]
    public async Task A_clip_is_found_in_the_text_or_in_what_was_parsed_from_it(string fields) =>
        Assert.Equal(
            new Reading.Completed(new ClipLocation.Url("https://a.test/v.mp4"), null), await ReadAsync($$$"""{"code":200,"msg":"success","data":{"state":"success",{{{fields.Trim()}}}}}"""));

    [Theory]
    [InlineData("")]
    [InlineData(""","resultJson":"" """)]
    [InlineData(""","resultJson":"{\"resultUrls\":[]}" """)]
    [InlineData(""","resultJson":"{\"resultObject\":{}}" """)]
    [InlineData(""","resultJson":"{\"resultUrls\":[" """)]
    [InlineData(""","resultJson":["https://a.test/v.mp4"],"response":"https://a.test/v.mp4" """)]
    public async Task A_success_without_a_clip_is_read_again(string fields) =>
        Assert.IsType<Reading.Unreadable>(await ReadAsync($$$"""{"code":200,"msg":"success","data":{"state":"success"{{{fields}}}}}"""));

    [Theory]
    [InlineData(""" "creditsConsumed":50 """, 250_000L)]
    [InlineData(""" "creditsConsumed":25.5 """, 127_500L)]
    [InlineData(""" "creditsConsumed":"160" """, 800_000L)]
    [InlineData(""" "consumeCredits":50,"remainedCredits":7 """, 250_000L)]
    [InlineData(""" "creditsConsumed":0 """, 0L)]
    [InlineData(""" "creditsConsumed":-5 """, null)]
    [InlineData(""" "creditsConsumed":1e30 """, null)]
    [InlineData(""" "creditsConsumed":null,"costTime":15000 """, null)]
    public async Task Credits_are_money(string fields, long? micros)
    {
        var reading = await ReadAsync($$$"""{"code":200,"data":{"state":"success","resultJson":"{\"resultUrls\":[\"https://a.test/v.mp4\"]}",{{{fields.Trim()}}}}}""");
        Assert.Equal(micros is { } cost ? new Usd(cost) : null, Assert.IsType<Reading.Completed>(reading).Cost);
    }

    [Theory]
    [InlineData("\"408\"", "timed out", FailureCode.ProcessingTimeout)]
    [InlineData("\"402\"", "Credits insufficient", FailureCode.ModelUnavailable)]
    [InlineData("\"455\"", "maintenance", FailureCode.ModelUnavailable)]
    [InlineData("505", "disabled", FailureCode.ModelUnavailable)]
    [InlineData("\"400\"", "flagged by moderation", FailureCode.ContentViolation)]
    [InlineData("\"500\"", "Failure to pass the risk control system", FailureCode.ContentViolation)]
    [InlineData("\"422\"", "The image could not be read", FailureCode.InvalidImageUrl)]
    [InlineData("\"422\"", "prompt is too short", FailureCode.InvalidPrompt)]
    [InlineData("\"500\"", "internal error", FailureCode.GenerationFailed)]
    [InlineData("\"501\"", "it did not work", FailureCode.GenerationFailed)]
    [InlineData("\"SOMETHING\"", "it did not work", FailureCode.GenerationFailed)]
    [InlineData("null", "it did not work", FailureCode.GenerationFailed)]
    [InlineData("\"\"", "it did not work", FailureCode.GenerationFailed)]
    public async Task A_failure_is_read_by_number_and_words(string failCode, string failMsg, FailureCode ours) =>
        Assert.Equal(
            new Reading.Failed(new Failure(ours, failMsg)), await ReadAsync($$$"""{"code":200,"msg":"success","data":{"state":"fail","failCode":{{{failCode}}},"failMsg":"{{{failMsg}}}"}}"""));

    [Fact]
    public async Task A_failure_may_lack_number_and_words_and_have_the_callbacks_code()
    {
        Assert.Equal(
            new Reading.Failed(new Failure(FailureCode.GenerationFailed, "kie gives no reason.")), await ReadAsync("""{"code":501,"msg":"Playground task failed.","data":{"state":"fail"}}"""));
    }

    [Theory]
    [InlineData("""{"code":404,"msg":"no such task"}""", "no such task", 60)]
    [InlineData("""{"code":422,"message":"recordInfo is null"}""", "recordInfo is null", 60)]
    [InlineData("""{"code":401,"msg":"key"}""", "key", 60)]
    [InlineData("""{"code":429,"msg":"busy"}""", "busy", 10)]
    [InlineData("""{"code":500,"msg":"Server error"}""", "Server error", 10)]
    [InlineData("""{"code":501,"msg":"Generation failed"}""", "Generation failed", 10)]
    [InlineData("""{"code":455,"data":{"state":"fail"}}""", "The provider answered a read with status 455.", 10)]
    [InlineData("""{"code":200,"data":null}""", "The provider's answer to a read cannot be understood.", 10)]
    [InlineData("""{"code":7,"msg":"x","data":{"state":"fail"}}""", "The provider's answer to a read cannot be understood.", 10)]
    public async Task A_read_that_says_anything_else_is_repeated(string body, string reason, int seconds) => Assert.Equal(
        new Reading.Unreadable(reason, TimeSpan.FromSeconds(seconds)) { IsForAll = reason == "busy", IsNotThere = reason is "no such task" or "recordInfo is null", IsAnswered = true }, await ReadAsync(body));

    [Fact]
    public async Task An_upstream_id_cannot_change_the_path()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        await Provider(new Uri(server.Address + "behind/"), house).ReadAsync("a/../../b?x=1&y", Cancel);
        Assert.Equal("/behind/api/v1/jobs/recordInfo?taskId=a%2F..%2F..%2Fb%3Fx%3D1%26y", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public void Its_facts_are_those_of_its_page()
    {
        var facts = Dialect.Facts;
        Assert.Equal((ProviderTier.Partner, false, false, false, true, false), (facts.Tier, facts.OwnIdQueryable, facts.FailureBills, facts.Cancels, facts.SendsCallbacks, facts.TakesWebP));
        Assert.Equal([ImageTransport.Url], facts.ImageTransports);
        Assert.Equal("KIE_API_KEY", Dialect.Variables!.ApiKey);
        Assert.Equal(new Uri("https://api.kie.ai"), Dialect.PublicBaseUrl);
    }

    private async Task<VendorRequest> RequestOfAsync(Submission submission)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(submission, Cancel));
        return Assert.Single(server.Requests);
    }

    private async Task<SubmitResult> SubmitAsync(int status, string body, string headers = "")
    {
        await using var server = new VendorServer((_, connection) => connection.AnswerAsync(status, body, "Content-Type: application/json\r\n" + headers));
        using var house = new Outside();
        return await Provider(server.Address, house).SubmitAsync(Submission(), Cancel);
    }

    private async Task<Reading> ReadAsync(string body)
    {
        await using var server = VendorServer.Answering(_ => (200, body));
        using var house = new Outside();
        return await Provider(server.Address, house).ReadAsync("t", Cancel);
    }
}
