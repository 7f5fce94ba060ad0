using Filmgate.Dialects.Fal;
using Filmgate.Dialects.Tests.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>fal as a provider: answers in the shapes that its pages and clients document.</summary>
public sealed class OutboundTests : OutboundConformance
{
    private const string Requests = "https://queue.fal.run/fal-ai/kling-video/requests";
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new FalDialect();

    protected override string UpstreamId => "0b7e5a3c-8f1d-4c52-9d0e-2f6a7b8c9d0e";

    private string Addresses => $"\"response_url\":\"{Requests}/{UpstreamId}\",\"status_url\":\"{Requests}/{UpstreamId}/status\",\"cancel_url\":\"{Requests}/{UpstreamId}/cancel\"";

    protected override (int Status, string Body) Answer(VendorRequest request, VendorState state)
    {
        ArgumentNullException.ThrowIfNull(request);
        var isResult = request.Target.EndsWith(UpstreamId, StringComparison.Ordinal);
        return state switch
        {
            VendorState.Accepted => (200, $$"""{"status":"IN_QUEUE","request_id":"{{UpstreamId}}","queue_position":0,{{Addresses}},"gateway_request_id":"{{UpstreamId}}"}"""),
            VendorState.Working => (202, $$"""{"status":"IN_PROGRESS","request_id":"{{UpstreamId}}","logs":null,{{Addresses}}}"""),
            VendorState.Done when isResult => (200, """{"video":{"url":"https://v3.fal.media/files/x/output.mp4","content_type":"video/mp4","file_name":"output.mp4","file_size":1234567}}"""),
            VendorState.Done => (200, $$"""{"status":"COMPLETED","request_id":"{{UpstreamId}}","logs":[],"metrics":{"inference_time":71.4},{{Addresses}}}"""),
            VendorState.Failed when isResult => (422, """{"detail":[{"loc":["body","image_url"],"msg":"Could not download the file.","type":"file_download_error","url":"https://docs.fal.ai/errors#file_download_error","input":"https://x.test/a.png"}]}"""),
            _ => (200, $$"""{"status":"COMPLETED","request_id":"{{UpstreamId}}","logs":[],"metrics":{"inference_time":0.4},{{Addresses}},"error":"Could not download the file.","error_type":"file_download_error"}"""),
        };
    }

    protected override string CallbackBody =>
        $$"""{"request_id":"{{UpstreamId}}","gateway_request_id":"other","status":"OK","error":null,"payload":{"video":{"url":"https://v3.fal.media/files/x/output.mp4"} } }""";

    [Fact]
    public async Task A_submission_carries_every_field_of_the_request()
    {
        var request = await SentAsync(Submission());
        Assert.Equal("/fal-ai/kling-video/v2.1/master/text-to-video?fal_webhook=https%3A%2F%2Fgate.example%2Fcallbacks%2Ftoken", request.Target);
        Assert.Equal(
            """{"prompt":"A lighthouse in a storm, slow push in","duration":"5","cfg_scale":0.5,"negative_prompt":"people","aspect_ratio":"16:9"}""", request.Text);
        Assert.Equal("Key canary-key-0123456789", request.Header("Authorization"));
        Assert.Equal("application/json", request.Header("Content-Type"));
        Assert.Equal("""{"expiration_duration_seconds":604800}""", request.Header("X-Fal-Object-Lifecycle-Preference"));
        Assert.Equal(Submission().Attempt.Value, request.Header("Idempotency-Key"));
    }

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, "/fal-ai/kling-video/v2.1/standard/image-to-video")]
    [InlineData(GenerationMode.ProImageToVideo, "/fal-ai/kling-video/v2.1/pro/image-to-video")]
    [InlineData(GenerationMode.MasterImageToVideo, "/fal-ai/kling-video/v2.1/master/image-to-video")]
    public async Task Pictures_go_by_their_address(GenerationMode mode, string app)
    {
        var request = Submission().Request with { Mode = mode, AspectRatio = null, NegativePrompt = null, DurationSeconds = 10 };
        SubmissionImage[] pictures = [Picture("a"), Picture("b")];
        var sent = await SentAsync(Submission(request, [.. pictures.Take(request.Rules.MaxImages)]) with { CallbackUrl = null });
        var tail = request.Rules.MaxImages == 2 ? ",\"tail_image_url\":\"https://gate.example/inputs/b.png\"" : "";
        Assert.Equal(app, sent.Target);
        Assert.Equal(
            $$"""{"prompt":"A lighthouse in a storm, slow push in","duration":"10","cfg_scale":0.5,"negative_prompt":"","image_url":"https://gate.example/inputs/a.png"{{tail}}}""", sent.Text);
    }

    [Fact]
    public async Task A_picture_without_an_address_goes_within_the_request()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, [1, 2, 3], Cancel);
            var request = Submission().Request with { Mode = GenerationMode.StandardImageToVideo, AspectRatio = null };
            var sent = await SentAsync(Submission(request, new SubmissionImage(path, "image/png", 3, Url: null)));
            Assert.Contains("\"image_url\":\"data:image/png;base64,AQID\"", sent.Text, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_callback_address_without_tls_is_kept_back() =>
        Assert.DoesNotContain('?', (await SentAsync(Submission() with { CallbackUrl = "http://gate.example/callbacks/token" })).Target);

    [Theory]
    [InlineData(401, """{"detail":"No user found for Key ID and Secret"}""", RefusalClass.Auth, null, "No user found for Key ID and Secret")]
    [InlineData(403, """{"detail":"User is locked. Reason: Exhausted balance."}""", RefusalClass.Balance, null, "User is locked. Reason: Exhausted balance.")]
    [InlineData(403, """{"detail":"Access denied"}""", RefusalClass.Permission, null, "Access denied")]
    [InlineData(422, """{"detail":[{"loc":["body","prompt"],"msg":"Not allowed.","type":"content_policy_violation"}]}""", RefusalClass.Policy, FailureCode.ContentViolation, "Not allowed.")]
    [InlineData(422, """{"detail":[{"loc":["body","image_url"],"msg":"Too big.","type":"file_too_large"},{"loc":["body"],"msg":"And more.","type":"x"}]}""", RefusalClass.Input, FailureCode.ImageTooLarge, "Too big.; And more.")]
    [InlineData(422, """{"detail":[{"loc":["body","duration"],"msg":"One of.","type":"one_of"}]}""", RefusalClass.Input, null, "One of.")]
    [InlineData(422, """{"detail":"Something custom"}""", RefusalClass.Input, null, "Something custom")]
    [InlineData(400, """{"detail":"Bad","error_type":"bad_request"}""", RefusalClass.Input, null, "Bad")]
    [InlineData(429, """{"detail":[{"loc":["body"],"msg":"Later.","type":"concurrent_requests_limit"}]}""", RefusalClass.Busy, null, "Later.")]
    [InlineData(404, """{"detail":"Application not found"}""", RefusalClass.Outage, null, "Application not found")]
    public async Task A_refusal_is_read_from_the_type_of_the_error(int status, string body, RefusalClass refusal, FailureCode? code, string reason)
    {
        await using var server = VendorServer.Answering(_ => (status, body));
        using var house = new Outside();
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
        Assert.Equal((refusal, code, reason), (refused.Class, refused.Code, refused.Reason));
    }

    [Theory]
    [InlineData(422, """{"detail":[{"msg":"m","type":"content_policy_violation"}]}""", FailureCode.ContentViolation)]
    [InlineData(422, """{"detail":[{"msg":"m","type":"no_media_generated"}]}""", FailureCode.GenerationFailed)]
    [InlineData(422, """{"detail":[{"msg":"m","type":"image_too_small"}]}""", FailureCode.UnsupportedFormat)]
    [InlineData(422, """{"detail":[{"msg":"m","type":"image_load_error"}]}""", FailureCode.UnsupportedFormat)]
    [InlineData(422, """{"detail":[{"msg":"m","type":"face_detection_error"}]}""", FailureCode.UnsupportedFormat)]
    [InlineData(422, """{"detail":[{"msg":"m","type":"sequence_too_long"}]}""", FailureCode.PromptTooLong)]
    [InlineData(422, """{"detail":[{"msg":"m","type":"something_new"}]}""", FailureCode.GenerationFailed)]
    [InlineData(500, """{"detail":[{"msg":"m","type":"downstream_service_unavailable"}]}""", FailureCode.ModelUnavailable)]
    [InlineData(504, """{"detail":[{"msg":"m","type":"generation_timeout"}]}""", FailureCode.ProcessingTimeout)]
    [InlineData(504, """{"detail":"m","error_type":"request_timeout"}""", FailureCode.ProcessingTimeout)]
    [InlineData(503, """{"detail":"m","error_type":"runner_disconnected"}""", FailureCode.ModelUnavailable)]
    [InlineData(502, """{"detail":"m","error_type":"runner_incomplete_response"}""", FailureCode.GenerationFailed)]
    [InlineData(504, """{"detail":"m","error_type":"startup_timeout"}""", FailureCode.ProcessingTimeout)]
    [InlineData(503, """{"detail":"m","error_type":"runner_connection_refused"}""", FailureCode.ModelUnavailable)]
    [InlineData(499, """{"detail":"m","error_type":"client_cancelled"}""", FailureCode.Canceled)]
    public async Task A_result_that_is_an_error_is_a_failure_of_its_type(int status, string body, FailureCode code)
    {
        await using var server = VendorServer.Answering(request => request.Target.Contains("/status", StringComparison.Ordinal) ? (200, """{"status":"COMPLETED"}""") : (status, body));
        using var house = new Outside();
        var failed = Assert.IsType<Reading.Failed>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel));
        Assert.Equal((code, body.Contains("something_new", StringComparison.Ordinal) ? "something_new: m" : "m"), (failed.Failure.Code, failed.Failure.Message));
    }

    [Theory]
    [InlineData(400, """{"detail":"Request is still in progress"}""")]
    [InlineData(401, """{"detail":"No user found for Key ID and Secret"}""")]
    [InlineData(404, """{"detail":"Request not found"}""")]
    [InlineData(429, """{"detail":"Too many"}""")]
    [InlineData(503, "<html>later</html>")]
    [InlineData(200, """{"images":[]}""")]
    [InlineData(200, """{"video":{"url":""}}""")]
    public async Task A_result_that_says_nothing_of_the_request_is_read_again(int status, string body)
    {
        await using var server = VendorServer.Answering(request => request.Target.Contains("/status", StringComparison.Ordinal) ? (200, """{"status":"COMPLETED"}""") : (status, body));
        using var house = new Outside();

        // The status has said that there is such a request.
        Assert.False(Assert.IsType<Reading.Unreadable>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel)).IsNotThere);
    }

    [Fact]
    public async Task A_status_that_says_failed_needs_no_result_that_says_so_too()
    {
        await using var server = VendorServer.Answering(request => request.Target.Contains("/status", StringComparison.Ordinal)
            ? (200, """{"status":"COMPLETED","error":"Request timed out","error_type":"request_timeout"}""")
            : (404, """{"detail":"Request not found"}"""));
        using var house = new Outside();
        var failed = Assert.IsType<Reading.Failed>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel));
        Assert.Equal(FailureCode.ProcessingTimeout, failed.Failure.Code);
    }

    [Fact]
    public async Task Reads_and_cancels_go_to_the_configured_address_and_an_id_cannot_change_the_path()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        var provider = Provider(new Uri(server.Address, "fal/queue"), house);
        Assert.IsType<Reading.InProgress>(await provider.ReadAsync("a/../b?c", Cancel));
        await provider.CancelAsync("x", Cancel);
        Assert.Equal(
            ["GET /fal/queue/fal-ai/kling-video/requests/a%2F..%2Fb%3Fc/status?logs=0", "PUT /fal/queue/fal-ai/kling-video/requests/x/cancel"],
            server.Requests.Select(request => $"{request.Method} {request.Target}"));
        Assert.All(server.Requests, request => Assert.Equal("Key canary-key-0123456789", request.Header("Authorization")));
    }

    [Fact]
    public async Task There_is_no_look_up_by_an_id_of_ours()
    {
        await using var server = VendorServer.Answering(_ => (200, "{}"));
        using var house = new Outside();
        Assert.IsType<Sighting.CannotTell>(await Provider(server.Address, house).FindAsync(new AttemptId("att_1"), Cancel));
        Assert.Empty(server.Requests);
    }

    private static SubmissionImage Picture(string name) => new("/nowhere", "image/png", 3, $"https://gate.example/inputs/{name}.png");

    private async Task<VendorRequest> SentAsync(Submission submission)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(submission, Cancel));
        return Assert.Single(server.Requests);
    }
}
