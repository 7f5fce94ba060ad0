using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Replicate;
using Filmgate.Dialects.Tests.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Replicate;

public sealed class OutboundTests : OutboundConformance
{
    private const string Prediction = """
        {"id":"rrr4z55ocneqzikepnug6xezpe","model":"kwaivgi/kling-v2.1-master","version":"hidden","input":{"prompt":"sea"},"logs":"",
        "output":@output,"data_removed":@removed,"error":@error,"source":"api","status":"@status","created_at":"2026-11-23T10:00:00.000Z","metrics":{},
        "urls":{"get":"https://api.replicate.com/v1/predictions/rrr4z55ocneqzikepnug6xezpe","cancel":"https://api.replicate.com/v1/predictions/rrr4z55ocneqzikepnug6xezpe/cancel"}}
        """;

    // Made at 10:00 on 2026-11-23.
    private static readonly AttemptId Sent = new("att_01m83xj8807h2k9m4p6r8t0v1w3x5y7z9a2b");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new ReplicateDialect();

    protected override string UpstreamId => "rrr4z55ocneqzikepnug6xezpe";

    protected override (int Status, string Body) Answer(VendorRequest request, VendorState state) => state switch
    {
        VendorState.Accepted => (201, Says("starting")),
        VendorState.Working => (200, Says("processing")),
        VendorState.Done => (200, Says("succeeded", "\"https://replicate.delivery/xezq/clip.mp4\"")),
        _ => (200, Says("failed", error: "\"Prediction interrupted; please retry (code: PA)\"")),
    };

    protected override string ListAnswer(string[] upstreamIds, VendorState state) => $$"""
        {"previous":null,"next":"https://api.replicate.com/v1/predictions?cursor=cD0y","results":[{{string.Join(',', upstreamIds.Select(id =>
            Answer(null!, state).Body.Replace("\"id\":\"" + UpstreamId, "\"id\":\"" + id, StringComparison.Ordinal)))}}]}
        """;

    [Fact]
    public async Task Several_predictions_are_read_by_the_list_of_the_time_in_which_they_were_made()
    {
        await using var server = VendorServer.Answering(_ => (200, ListAnswer([UpstreamId], VendorState.Working)));
        using var house = new Outside();
        var first = Followed(UpstreamId);
        await Provider(server.Address, house).ReadManyAsync([first, first with { UpstreamId = OtherId, AcceptedAt = first.AcceptedAt.AddSeconds(30) }], Cancel);
        Assert.Equal(
            "/v1/predictions?created_after=2026-11-23T09:59:55.000Z&created_before=2026-11-23T10:00:30.050Z", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task A_submission_without_an_answer_is_found_by_the_address_that_it_posts_to()
    {
        var ours = Answer(null!, VendorState.Working).Body.Replace("\"source\"", $"\"webhook\":\"https://gate.example/callbacks/acc_1.task_1.{Sent.Value}.sig\",\"source\"", StringComparison.Ordinal);
        var stranger = Answer(null!, VendorState.Done).Body.Replace(UpstreamId, "strangerstranger", StringComparison.Ordinal);
        await using var server = VendorServer.Answering(request => request.Target.Contains("cursor=", StringComparison.Ordinal)
            ? (200, $$"""{"previous":null,"next":null,"results":[{{stranger}},{{ours}}]}""")
            : (200, $$"""{"previous":null,"next":"https://elsewhere.example/v1/predictions?cursor=cD0%2By&x=1","results":[{{stranger}},{}]}"""));
        using var house = new Outside();
        var provider = Provider(server.Address, house);
        Assert.Equal(new Sighting.Found(UpstreamId), await provider.FindAsync(Sent, Cancel));

        // The address of the next page is not called: only its cursor is taken, to the address that the settings name.
        Assert.Equal(
            ["/v1/predictions?created_after=2026-11-23T09:59:00.000Z&created_before=2026-11-23T10:10:00.000Z",
             "/v1/predictions?created_after=2026-11-23T09:59:00.000Z&created_before=2026-11-23T10:10:00.000Z&cursor=cD0%2By"],
            server.Requests.Select(request => request.Target));
        Assert.IsType<Sighting.CannotTell>(await provider.FindAsync(new AttemptId(Sent.Value[..^1] + "zz"), Cancel));
        Assert.IsType<Sighting.CannotTell>(await provider.FindAsync(new AttemptId("other"), Cancel));
    }

    [Fact]
    public async Task A_list_without_an_end_is_left_after_a_few_pages()
    {
        await using var server = VendorServer.Answering(_ => (200, """{"previous":null,"next":"https://api.replicate.com/v1/predictions?cursor=again","results":[]}"""));
        using var house = new Outside();
        Assert.IsType<Sighting.CannotTell>(await Provider(server.Address, house).FindAsync(Sent, Cancel));
        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [InlineData(GenerationMode.MasterTextToVideo, "kling-v2.1-master", """{"input":{"prompt":"sea","duration":10,"negative_prompt":"people","aspect_ratio":"9:16"},""")]
    [InlineData(GenerationMode.MasterImageToVideo, "kling-v2.1-master", """{"input":{"prompt":"sea","duration":10,"negative_prompt":"people","start_image":"https://gate.example/a"},""")]
    [InlineData(GenerationMode.StandardImageToVideo, "kling-v2.1", """{"input":{"prompt":"sea","mode":"standard","duration":10,"negative_prompt":"people","start_image":"https://gate.example/a"},""")]
    [InlineData(GenerationMode.ProImageToVideo, "kling-v2.1", """{"input":{"prompt":"sea","mode":"pro","duration":10,"negative_prompt":"people","start_image":"https://gate.example/a","end_image":"https://gate.example/b"},""")]
    public async Task Each_mode_is_a_model_and_its_fields(GenerationMode mode, string model, string input)
    {
        string[] pictures = mode switch
        {
            GenerationMode.MasterTextToVideo => [],
            GenerationMode.ProImageToVideo => ["https://gate.example/a", "https://gate.example/b"],
            _ => ["https://gate.example/a"],
        };
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var request = Submission().Request with
        {
            Mode = mode, Prompt = "sea", DurationSeconds = 10, AspectRatio = mode == GenerationMode.MasterTextToVideo ? AspectRatio.Tall : null,
        };
        await Provider(server.Address, house).SubmitAsync(Submission(request, [.. pictures.Select(url => new SubmissionImage("/nowhere", "image/png", 3, url))]), Cancel);
        var sent = Assert.Single(server.Requests);
        Assert.Equal($"/v1/models/kwaivgi/{model}/predictions", sent.Target);
        Assert.Equal(input + """ "webhook":"https://gate.example/callbacks/token","webhook_events_filter":["completed"]}""".Trim(), sent.Text);
        Assert.Equal(("Bearer canary-key-0123456789", "1h", null), (sent.Header("Authorization"), sent.Header("Cancel-After"), sent.Header("Prefer")));
    }

    [Fact]
    public async Task A_callback_address_without_tls_is_kept_back_and_an_empty_negative_prompt_is_left_out()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        await Provider(server.Address, house).SubmitAsync(Submission(Submission().Request with { NegativePrompt = "" }) with { CallbackUrl = "http://gate.example/callbacks/token" }, Cancel);
        Assert.Equal("""{"input":{"prompt":"A lighthouse in a storm, slow push in","duration":5,"aspect_ratio":"16:9"}}""", Assert.Single(server.Requests).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/v1")]
    [InlineData("/v1/")]
    public async Task The_address_may_end_in_the_version_of_the_api(string ending)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        var provider = Provider(new Uri(server.Address, ending), house);
        await provider.ReadAsync("a/../b?x", Cancel);
        await provider.CancelAsync("p1", Cancel);
        Assert.Equal(["GET /v1/predictions/a%2F..%2Fb%3Fx", "POST /v1/predictions/p1/cancel"], server.Requests.Select(request => $"{request.Method} {request.Target}"));
    }

    [Fact]
    public async Task Pictures_without_an_address_are_sent_ahead_to_the_file_store()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, [1, 2, 3], Cancel);
            await using var server = VendorServer.Answering(request => request.Target == "/v1/files"
                ? (201, """{"id":"f1","content_type":"image/png","urls":{"get":"https://api.replicate.com/v1/files/f1"}}""")
                : Answer(request, VendorState.Accepted));
            using var house = new Outside();
            var request = Submission().Request with { Mode = GenerationMode.MasterImageToVideo, AspectRatio = null };
            var result = await Provider(server.Address, house).SubmitAsync(Submission(request, new SubmissionImage(path, "image/png", 3, Url: null)), Cancel);
            Assert.IsType<SubmitResult.Accepted>(result);
            var (file, task) = (server.Requests[0], server.Requests[1]);
            Assert.Equal("multipart/form-data; boundary=filmgate-att_01hzx5conformance00000000000-0", file.Header("Content-Type"));
            Assert.Equal(
                "--filmgate-att_01hzx5conformance00000000000-0\r\nContent-Disposition: form-data; name=\"content\"; filename=\"picture.png\"\r\nContent-Type: image/png\r\n\r\n"
                + "\u0001\u0002\u0003\r\n--filmgate-att_01hzx5conformance00000000000-0--\r\n",
                file.Text);
            Assert.Equal("Bearer canary-key-0123456789", file.Header("Authorization"));
            Assert.Equal("https://api.replicate.com/v1/files/f1", JsonElement.Parse(task.Text).GetProperty("input").GetProperty("start_image").GetString());

            var within = Dialect.Create(Settings(server.Address) with { ImageTransport = ImageTransport.DataUrl }, house.Http, TimeProvider.System);
            await within.SubmitAsync(Submission(request, new SubmissionImage(path, "image/png", 3, Url: null)), Cancel);
            Assert.Contains("\"start_image\":\"data:image/png;base64,AQID\"", server.Requests[2].Text, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(500, "{}", RefusalClass.Outage)]
    [InlineData(200, "{}", RefusalClass.Outage)]
    [InlineData(200, "<html>", RefusalClass.Outage)]
    [InlineData(401, """{"detail":"key"}""", RefusalClass.Auth)]
    [InlineData(413, """{"detail":"too large"}""", RefusalClass.Input)]
    [InlineData(429, """{"detail":"slow"}""", RefusalClass.Busy)]
    public async Task A_file_store_that_does_not_take_a_picture_proves_that_nothing_was_submitted(int status, string body, RefusalClass refusal)
    {
        var path = Path.GetTempFileName();
        try
        {
            await using var server = VendorServer.Answering(_ => (status, body));
            using var house = new Outside();
            var request = Submission().Request with { Mode = GenerationMode.MasterImageToVideo, AspectRatio = null };
            var result = await Provider(server.Address, house).SubmitAsync(Submission(request, new SubmissionImage(path, "image/png", 0, Url: null)), Cancel);
            Assert.Equal(refusal, Assert.IsType<SubmitResult.Refused>(result).Class);
            Assert.Equal("/v1/files", Assert.Single(server.Requests).Target);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(401, """{"title":"Unauthenticated","detail":"You did not pass a valid authentication token","status":401}""", RefusalClass.Auth, null)]
    [InlineData(402, """{"title":"Insufficient credit","detail":"You have insufficient credit to run this model.","status":402}""", RefusalClass.Balance, null)]
    [InlineData(403, """{"detail":"Not allowed.","status":403}""", RefusalClass.Permission, null)]
    [InlineData(404, """{"detail":"The requested resource could not be found.","status":404}""", RefusalClass.Outage, null)]
    [InlineData(422, """{"detail":"- input.duration: must be one of the following: 5, 10\n","status":422,"title":"Input validation failed","invalid_fields":[{"type":"enum","field":"input.duration","description":"x"}]}""", RefusalClass.Input, null)]
    [InlineData(422, """{"title":"Invalid version or not permitted","detail":"The specified version does not exist (or perhaps you don't have permission to use it?)","status":422}""", RefusalClass.Permission, null)]
    [InlineData(422, """{"detail":"Flagged by content moderation.","status":422}""", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(422, """{"detail":"NSFW content detected.","status":422}""", RefusalClass.Policy, FailureCode.NsfwDetected)]
    [InlineData(429, """{"detail":"Request was throttled. Your rate limit resets in 7 s.","status":429,"retry_after":7}""", RefusalClass.Busy, null)]
    public async Task An_error_is_read_by_status_title_and_detail(int status, string body, RefusalClass refusal, FailureCode? code)
    {
        await using var server = VendorServer.Answering(_ => (status, body));
        using var house = new Outside();
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
        Assert.Equal((refusal, code), (refused.Class, refused.Code));
        Assert.Equal(status == 429 ? TimeSpan.FromSeconds(7) : null, refused.RetryAfter);
        Assert.Equal(JsonElement.Parse(body).GetProperty("detail").GetString()!.Trim(), refused.Reason);
    }

    [Theory]
    [InlineData("1e9", 3600.0)]
    [InlineData("1e30", null)]
    [InlineData("2.5", 2.5)]
    [InlineData("\"4\"", 4.0)]
    [InlineData("0", null)]
    [InlineData("-3", null)]
    [InlineData("\"soon\"", null)]
    public async Task A_wait_in_the_body_is_kept_within_reason(string given, double? seconds)
    {
        await using var server = VendorServer.Answering(_ => (429, $$"""{"detail":"slow","retry_after":{{given}}}"""));
        using var house = new Outside();
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
        Assert.Equal(seconds, refused.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("\"https://replicate.delivery/a.mp4\"", "https://replicate.delivery/a.mp4")]
    [InlineData("[\"https://replicate.delivery/a.mp4\",\"https://replicate.delivery/b.mp4\"]", "https://replicate.delivery/a.mp4")]
    [InlineData("\"http://127.0.0.1/a.mp4\"", "http://127.0.0.1/a.mp4")]
    [InlineData("\"file:///etc/passwd\"", null)]
    [InlineData("\"a.mp4\"", null)]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    public async Task A_clip_is_one_address_or_the_first_of_a_list(string output, string? address)
    {
        await using var server = VendorServer.Answering(_ => (200, Says("succeeded", output)));
        using var house = new Outside();
        var reading = await Provider(server.Address, house).ReadAsync("p1", Cancel);
        if (address is null)
        {
            Assert.IsType<Reading.Unreadable>(reading);
        }
        else
        {
            Assert.Equal(new ClipLocation.Url(address), Assert.IsType<Reading.Completed>(reading).Location);
        }
    }

    [Theory]
    [InlineData("starting", typeof(Reading.InProgress))]
    [InlineData("processing", typeof(Reading.InProgress))]
    [InlineData("aborted", typeof(Reading.Lost))]
    [InlineData("canceled", typeof(Reading.Failed))]
    [InlineData("queued", typeof(Reading.Unreadable))]
    public async Task Every_state_has_its_meaning(string status, Type reading)
    {
        await using var server = VendorServer.Answering(_ => (200, Says(status)));
        using var house = new Outside();
        Assert.IsType(reading, await Provider(server.Address, house).ReadAsync("p1", Cancel));
    }

    [Theory]
    [InlineData("The input or output was flagged as sensitive. Please try again with different inputs. (E005) (abc)", FailureCode.ContentViolation)]
    [InlineData("NSFW content detected in image", FailureCode.NsfwDetected)]
    [InlineData("Prediction interrupted; please retry (code: PA)", FailureCode.GenerationFailed)]
    public async Task A_failed_prediction_tells_why(string error, FailureCode code)
    {
        await using var server = VendorServer.Answering(_ => (200, Says("failed", error: $"\"{error}\"")));
        using var house = new Outside();
        Assert.Equal(new Failure(code, error), Assert.IsType<Reading.Failed>(await Provider(server.Address, house).ReadAsync("p1", Cancel)).Failure);
    }

    [Fact]
    public async Task A_clip_that_the_vendor_has_removed_will_not_come_back()
    {
        await using var server = VendorServer.Answering(_ => (200, Says("succeeded", removed: "true")));
        using var house = new Outside();
        Assert.Equal(FailureCode.GenerationFailed, Assert.IsType<Reading.Failed>(await Provider(server.Address, house).ReadAsync("p1", Cancel)).Failure.Code);
    }

    private static string Says(string status, string output = "null", string error = "null", string removed = "false") => Prediction
        .Replace("@status", status, StringComparison.Ordinal).Replace("@output", output, StringComparison.Ordinal)
        .Replace("@error", error, StringComparison.Ordinal).Replace("@removed", removed, StringComparison.Ordinal);
}
