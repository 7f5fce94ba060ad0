using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Tests.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Apixo;

public class OutboundTests : OutboundConformance
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new ApixoDialect();

    protected override string UpstreamId => "4f0c2d00112233445566778899aabbcc";

    protected override (int Status, string Body) Answer(VendorRequest request, VendorState state) => (200, state switch
    {
        VendorState.Accepted => $$$"""{"code":200,"message":"success","data":{"taskId":"{{{UpstreamId}}}"}}""",
        VendorState.Working => $$$"""{"code":200,"message":"success","data":{"taskId":"{{{UpstreamId}}}","state":"processing","createTime":1760000000000}}""",
        VendorState.Done => $$$"""
            {"code":200,"message":"success","data":{"taskId":"{{{UpstreamId}}}","state":"success","createTime":1760000000000,"completeTime":1760000071000,
            "costTime":71000,"resultJson":"{\"resultUrls\":[\"https://cdn.example.com/v.mp4\"]}"}}
            """,
        _ => $$$"""
            {"code":200,"message":"success","data":{"taskId":"{{{UpstreamId}}}","state":"failed","createTime":1760000000000,"completeTime":1760000004000,
            "failCode":"INVALID_IMAGE_URL","failMsg":"cannot read image 1"}}
            """,
    });

    [Fact]
    public async Task A_submission_carries_every_field_of_the_request()
    {
        var body = await BodyOfAsync(Submission());
        Assert.Equal(
            """{"request_type":"callback","callback_url":"https://gate.example/callbacks/token","provider":"auto",""" + Metadata
            + "\"input\":" + """{"mode":"master-text-to-video","prompt":"A lighthouse in a storm, slow push in","duration":5,"cfg_scale":0.5,"negative_prompt":"people","aspect_ratio":"16:9"}}""",
            body);
    }

    [Fact]
    public async Task Pictures_go_by_their_address_or_within_the_request_when_there_is_none()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, [1, 2, 3], Cancel);
            var request = Submission().Request with { Mode = GenerationMode.ProImageToVideo, AspectRatio = null };
            var start = new SubmissionImage(path, "image/png", 3, "https://gate.example/inputs/a.png?expires=1&signature=s");
            var byAddress = JsonElement.Parse(await BodyOfAsync(Submission(request, [start, start])));
            Assert.Equal([start.Url, start.Url], byAddress.GetProperty("input").GetProperty("image_urls").EnumerateArray().Select(url => url.GetString()));
            var within = JsonElement.Parse(await BodyOfAsync(Submission(request, [start with { Url = null }])));
            Assert.Equal(["data:image/png;base64,AQID"], within.GetProperty("input").GetProperty("image_urls").EnumerateArray().Select(url => url.GetString()));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_proves_that_nothing_was_sent()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var missing = new SubmissionImage("/nowhere/picture", "image/png", 3, Url: null);
        var result = await Provider(server.Address, house).SubmitAsync(Submission(Submission().Request with { Mode = GenerationMode.ProImageToVideo }, [missing]), Cancel);
        Assert.Equal(RefusalClass.Outage, Assert.IsType<SubmitResult.Refused>(result).Class);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("value", "value")]
    [InlineData("official", "official")]
    [InlineData("auto", "auto")]
    [InlineData("vendor", "auto")]
    public async Task A_strategy_goes_on_and_a_name_of_ours_does_not(string ours, string theirs)
    {
        var body = JsonElement.Parse(await BodyOfAsync(Submission(Submission().Request with { Provider = ours })));
        Assert.Equal(theirs, body.GetProperty("provider").GetString());
    }

    [Fact]
    public async Task A_callback_address_without_tls_is_kept_back()
    {
        var body = JsonElement.Parse(await BodyOfAsync(Submission() with { CallbackUrl = "http://gate.example/callbacks/token" }));
        Assert.Equal("async", body.GetProperty("request_type").GetString());
        Assert.False(body.TryGetProperty("callback_url", out _));
    }

    [Fact]
    public async Task The_address_may_end_in_the_path_of_the_api_and_the_attempt_is_the_idempotency_key()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        foreach (var ending in new[] { "", "/", "/api/v1", "/api/v1/" })
        {
            await Provider(new Uri(server.Address + ending.TrimStart('/')), house).SubmitAsync(Submission(), Cancel);
        }

        Assert.All(server.Requests, request =>
        {
            Assert.Equal("/api/v1/generateTask/kling-2-1", request.Target);
            Assert.Equal(Submission().Attempt.Value, request.Header("Idempotency-Key"));
            Assert.Equal("Bearer canary-key-0123456789", request.Header("Authorization"));
        });
    }

    [Theory]
    [InlineData(400, """{"code":400,"message":"too long","data":{"failCode":"PROMPT_TOO_LONG"}}""", RefusalClass.Input, FailureCode.PromptTooLong)]
    [InlineData(400, """{"code":400,"message":"no","data":{"failCode":"INVALID_IMAGE_URL"}}""", RefusalClass.Input, FailureCode.InvalidImageUrl)]
    [InlineData(400, """{"code":400,"message":"no","data":{"error":"mode is missing"}}""", RefusalClass.Input, null)]
    [InlineData(403, """{"code":403,"message":"no","data":{"failCode":"CONTENT_VIOLATION"}}""", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(403, """{"code":403,"message":"no","failCode":"NSFW"}""", RefusalClass.Policy, FailureCode.NsfwDetected)]
    [InlineData(403, """{"code":403,"message":"Content violates policy"}""", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(403, """{"code":403,"message":"Insufficient balance"}""", RefusalClass.Balance, null)]
    [InlineData(403, """{"code":403,"message":"API key lacks permission"}""", RefusalClass.Permission, null)]
    [InlineData(402, """{"code":402,"message":"no money","data":{"failCode":"INSUFFICIENT_CREDITS"}}""", RefusalClass.Balance, null)]
    [InlineData(401, """{"code":401,"message":"key"}""", RefusalClass.Auth, null)]
    [InlineData(200, """{"code":401,"message":"key"}""", RefusalClass.Auth, null)]
    [InlineData(200, """{"code":402,"message":"insufficient balance"}""", RefusalClass.Balance, null)]
    [InlineData(200, """{"code":429,"message":"busy"}""", RefusalClass.Busy, null)]
    [InlineData(404, """{"code":404,"message":"unknown model"}""", RefusalClass.Outage, null)]
    public async Task A_refusal_is_read_from_status_code_and_words(int status, string body, RefusalClass refusal, FailureCode? code)
    {
        await using var server = VendorServer.Answering(_ => (status, body));
        using var house = new Outside();
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
        Assert.Equal((refusal, code), (refused.Class, refused.Code));
        Assert.Equal(JsonElement.Parse(body).GetProperty("message").GetString(), refused.Reason);
    }

    [Theory]
    [InlineData("CONTENT_VIOLATION", FailureCode.ContentViolation)]
    [InlineData("SensitiveContentDetected", FailureCode.ContentViolation)]
    [InlineData("InputImageSensitiveContentDetected", FailureCode.ContentViolation)]
    [InlineData("NSFW", FailureCode.NsfwDetected)]
    [InlineData("PromptLengthExceeded", FailureCode.PromptTooLong)]
    [InlineData("PROCESSING_TIMEOUT", FailureCode.ProcessingTimeout)]
    [InlineData("INSUFFICIENT_CREDITS", FailureCode.ModelUnavailable)]
    [InlineData("SomethingNew", FailureCode.GenerationFailed)]
    public async Task Both_vocabularies_of_failures_are_read(string theirs, FailureCode ours)
    {
        await using var server = VendorServer.Answering(_ =>
            (200, $$$"""{"code":200,"message":"success","data":{"taskId":"t","state":"failed","failCode":"{{{theirs}}}","failMsg":"It says why."}}"""));
        using var house = new Outside();
        var failed = Assert.IsType<Reading.Failed>(await Provider(server.Address, house).ReadAsync("t", Cancel));
        Assert.Equal(ours, failed.Failure.Code);
        Assert.Equal(ours == FailureCode.GenerationFailed, failed.Failure.Message == "SomethingNew: It says why.");
    }

    [Theory]
    [InlineData("""{"code":200,"data":{"state":"success"}}""")]
    [InlineData("""{"code":200,"data":{"state":"success","resultJson":""}}""")]
    [InlineData("""{"code":200,"data":{"state":"success","resultJson":"{\"resultUrls\":[]}"}}""")]
    [InlineData("""{"code":200,"data":{"state":"paused"}}""")]
    [InlineData("""{"code":404,"message":"no such task"}""")]
    public async Task A_success_without_a_clip_and_a_state_without_a_name_are_read_again(string body)
    {
        await using var server = VendorServer.Answering(_ => (200, body));
        using var house = new Outside();
        Assert.IsType<Reading.Unreadable>(await Provider(server.Address, house).ReadAsync("t", Cancel));
    }

    [Theory]
    [InlineData("""{"code":404,"message":"no such task"}""", true, false)]
    [InlineData("""{"code":200,"data":{"state":"success"}}""", false, true)]
    [InlineData("""{"code":200,"data":{"state":"paused"}}""", false, false)]
    public async Task What_is_not_there_and_what_is_done_without_a_clip_are_told_apart(string body, bool isNotThere, bool isWithoutClip)
    {
        await using var server = VendorServer.Answering(_ => (200, body));
        using var house = new Outside();
        var unread = Assert.IsType<Reading.Unreadable>(await Provider(server.Address, house).ReadAsync("t", Cancel));
        Assert.Equal((isNotThere, isWithoutClip), (unread.IsNotThere, unread.IsWithoutClip));
    }

    [Fact]
    public async Task An_upstream_id_cannot_change_the_path()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        await Provider(server.Address, house).ReadAsync("a/../../b?x=1&y", Cancel);
        Assert.Equal("/api/v1/statusTask/kling-2-1?taskId=a%2F..%2F..%2Fb%3Fx%3D1%26y", Assert.Single(server.Requests).Target);
    }

    /// <summary>What the body holds between <c>provider</c> and <c>input</c>.</summary>
    protected virtual string Metadata => "";

    private async Task<string> BodyOfAsync(Submission submission)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(submission, Cancel));
        return Assert.Single(server.Requests).Text;
    }
}

/// <summary>The same against another Filmgate, which finds and cancels besides.</summary>
public sealed class FilmgateOutboundTests : OutboundTests
{
    private static readonly AttemptId Attempt = new("att_1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new FilmgateDialect();

    protected override string Metadata => "\"metadata\":{\"attempt\":\"att_01hzx5conformance00000000000\"},";

    protected override string ListAnswer(string[] upstreamIds, VendorState state) => $$$"""
        {"code":200,"message":"success","data":{"tasks":[{{{string.Join(',', upstreamIds.Select(id => $$"""
            {"taskId":"{{id}}","model":"kling-2-1","mode":"pro-image-to-video","createTime":1760000000000,{{state switch
            {
                VendorState.Working => "\"state\":\"processing\"",
                VendorState.Done => "\"state\":\"success\",\"resultUrls\":[\"https://cdn.example.com/v.mp4\"]",
                _ => "\"state\":\"failed\",\"failCode\":\"INVALID_IMAGE_URL\",\"failMsg\":\"cannot read image 1\"",
            }}}}
            """))}}}]}}
        """;

    [Fact]
    public async Task Several_tasks_are_read_by_the_list_of_the_time_in_which_they_were_made()
    {
        await using var server = VendorServer.Answering(_ => (200, ListAnswer([UpstreamId], VendorState.Working)));
        using var house = new Outside();
        var first = Followed(UpstreamId);
        await Provider(server.Address, house).ReadManyAsync([first with { AcceptedAt = first.AcceptedAt.AddSeconds(30) }, first with { UpstreamId = OtherId }], Cancel);
        Assert.Equal("/api/v1/tasks?limit=100&created_from=1795427995000&created_before=1795428030050", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task A_list_tells_how_far_a_task_is()
    {
        await using var server = VendorServer.Answering(_ => (200, """{"code":200,"data":{"tasks":[{"taskId":"t","state":"processing","progress":64}]}}"""));
        using var house = new Outside();
        Assert.Equal(new Reading.InProgress(64), (await Provider(server.Address, house).ReadManyAsync([Followed("t")], Cancel))!["t"]);
    }

    [Theory]
    [InlineData("""{"code":200,"message":"success","data":{"tasks":[{"taskId":"task_1"}]}}""", "task_1")]
    [InlineData("""{"code":200,"message":"success","data":{"tasks":[]}}""", null)]
    public async Task A_submission_is_found_by_our_attempt_or_certainly_not_there(string body, string? found)
    {
        await using var server = VendorServer.Answering(_ => (200, body));
        using var house = new Outside();
        var sighting = await Provider(server.Address, house).FindAsync(Attempt, Cancel);
        Assert.Equal(found is null ? new Sighting.Absent() : new Sighting.Found(found), sighting);
        Assert.Equal("/api/v1/tasks?metadata.attempt=att_1&limit=1", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task A_wish_to_cancel_is_passed_on()
    {
        await using var server = VendorServer.Answering(_ => (200, "{}"));
        using var house = new Outside();
        await Provider(server.Address, house).CancelAsync("task_1", Cancel);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/api/v1/tasks/task_1/cancel"), (request.Method, request.Target));
    }
}
