using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.Tests.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>Kling as a provider, with a plain key.</summary>
public class OutboundTests : OutboundConformance
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new KlingDialect();

    protected override string UpstreamId => "text2video/900000000000000001";

    protected override (int Status, string Body) Answer(VendorRequest request, VendorState state) => (200, Fixture(state switch
    {
        VendorState.Accepted => "created",
        VendorState.Working => "processing",
        VendorState.Done => "succeed",
        _ => "failed",
    }));

    protected override string ListAnswer(string[] upstreamIds, VendorState state)
    {
        var answer = JsonNode.Parse(Answer(null!, state).Body)!;
        var task = answer["data"]!;
        answer["data"] = new JsonArray([.. upstreamIds.Select(id =>
        {
            var entry = task.DeepClone();
            entry["task_id"] = id.Split('/')[1];
            return entry;
        })]);
        return answer.ToJsonString();
    }

    // The task itself, without an envelope and without its kind.
    protected override string CallbackBody => JsonNode.Parse(Fixture("succeed"))!["data"]!.ToJsonString();

    protected override string CallbackId => "either/900000000000000001";

    [Fact]
    public async Task A_task_whose_kind_is_not_known_is_read_under_both()
    {
        await using var server = VendorServer.Answering(request => request.Target.StartsWith("/v1/videos/image2video/", StringComparison.Ordinal)
            ? (200, Fixture("succeed"))
            : (404, """{"code":1203,"message":"no such task","request_id":"r"}"""));
        using var house = new Outside();
        var provider = Provider(server.Address, house);
        Assert.IsType<Reading.Completed>(await provider.ReadAsync(CallbackId, Cancel));
        Assert.Equal(["/v1/videos/text2video/900000000000000001", "/v1/videos/image2video/900000000000000001"], server.Requests.Select(request => request.Target));
        Assert.Empty((await provider.ReadManyAsync([Followed(CallbackId)], Cancel))!);
    }

    [Fact]
    public async Task Several_tasks_are_read_by_one_page_of_the_list_of_their_kind()
    {
        await using var server = VendorServer.Answering(_ => (200, ListAnswer([UpstreamId], VendorState.Working)));
        using var house = new Outside();
        var readings = await Provider(server.Address, house).ReadManyAsync([Followed(UpstreamId), Followed(OtherId), Followed("image2video/900000000000000001")], Cancel);
        Assert.Equal([UpstreamId], readings!.Keys);
        Assert.Equal("/v1/videos/text2video?pageNum=1&pageSize=100", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task Words_alone_go_as_the_recorded_request_does() =>
        Assert.Equal(("/v1/videos/text2video", Fixture("text2video-request")), await RequestOfAsync(Submission()));

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, 5, 1, """{"model_name":"kling-v2-1","mode":"std","prompt":"A lighthouse in a storm, slow push in","negative_prompt":"people","duration":"5","image":"AQID","callback_url":"https://gate.example/callbacks/token","external_task_id":"att_01hzx5conformance00000000000"}""")]
    [InlineData(GenerationMode.ProImageToVideo, 10, 2, """{"model_name":"kling-v2-1","mode":"pro","prompt":"A lighthouse in a storm, slow push in","negative_prompt":"people","duration":"10","image":"AQID","image_tail":"AQID","callback_url":"https://gate.example/callbacks/token","external_task_id":"att_01hzx5conformance00000000000"}""")]
    [InlineData(GenerationMode.MasterImageToVideo, 5, 1, """{"model_name":"kling-v2-1-master","prompt":"A lighthouse in a storm, slow push in","negative_prompt":"people","duration":"5","image":"AQID","callback_url":"https://gate.example/callbacks/token","external_task_id":"att_01hzx5conformance00000000000"}""")]
    public async Task Each_mode_has_its_model_and_its_pictures(GenerationMode mode, int seconds, int pictures, string body)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, [1, 2, 3], Cancel);
            var within = new SubmissionImage(path, "image/png", 3, Url: null);
            var request = Submission().Request with { Mode = mode, DurationSeconds = seconds, AspectRatio = null };
            Assert.Equal(("/v1/videos/image2video", body), await RequestOfAsync(Submission(request, [.. Enumerable.Repeat(within, pictures)])));

            var start = within with { Url = "https://gate.example/inputs/a.png" };
            var byAddress = (await RequestOfAsync(Submission(request, [.. Enumerable.Repeat(start, pictures)]))).Body;
            Assert.Equal(body.Replace("AQID", start.Url, StringComparison.Ordinal), byAddress);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task What_is_not_given_is_not_sent_and_a_callback_without_tls_is_kept_back()
    {
        var request = Submission().Request with { NegativePrompt = null, AspectRatio = AspectRatio.Tall };
        var (_, body) = await RequestOfAsync(Submission(request) with { CallbackUrl = "http://gate.example/callbacks/token" });
        Assert.Equal(
            """{"model_name":"kling-v2-1-master","prompt":"A lighthouse in a storm, slow push in","duration":"5","aspect_ratio":"9:16","external_task_id":"att_01hzx5conformance00000000000"}""",
            body);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_proves_that_nothing_was_sent()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var longest = string.Concat(Enumerable.Repeat("🎬", 2500));
        Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(Submission(Submission().Request with { Prompt = longest }), Cancel));
        var refused = Assert.IsType<SubmitResult.Refused>(
            await Provider(server.Address, house).SubmitAsync(Submission(Submission().Request with { Prompt = longest + "a" }), Cancel));
        Assert.Equal((RefusalClass.Input, FailureCode.PromptTooLong), (refused.Class, refused.Code));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("", "/v1/videos/text2video")]
    [InlineData("/", "/v1/videos/text2video")]
    [InlineData("/v1", "/v1/videos/text2video")]
    [InlineData("/v1/videos/", "/v1/videos/text2video")]
    [InlineData("/kling", "/kling/v1/videos/text2video")]
    public async Task The_address_may_end_in_the_beginning_of_the_path(string ending, string target)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        await Provider(new Uri(server.Address.GetLeftPart(UriPartial.Authority) + ending), house).SubmitAsync(Submission(), Cancel);
        Assert.Equal(target, Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData(401, 1000, RefusalClass.Auth)]
    [InlineData(401, 1001, RefusalClass.Auth)]
    [InlineData(401, 1002, RefusalClass.Auth)]
    [InlineData(401, 1003, RefusalClass.Auth)]
    [InlineData(401, 1004, RefusalClass.Auth)]
    [InlineData(429, 1100, RefusalClass.Permission)]
    [InlineData(429, 1101, RefusalClass.Balance)]
    [InlineData(429, 1102, RefusalClass.Balance)]
    [InlineData(403, 1103, RefusalClass.Permission)]
    [InlineData(400, 1200, RefusalClass.Input)]
    [InlineData(400, 1201, RefusalClass.Input)]
    [InlineData(404, 1202, RefusalClass.Input)]
    [InlineData(404, 1203, RefusalClass.Input)]
    [InlineData(400, 1300, RefusalClass.Policy)]
    [InlineData(400, 1301, RefusalClass.Policy)]
    [InlineData(429, 1302, RefusalClass.Busy)]
    [InlineData(429, 1303, RefusalClass.Busy)]
    [InlineData(429, 1304, RefusalClass.Permission)]
    [InlineData(200, 1102, RefusalClass.Balance)]
    [InlineData(500, 5000, null)]
    [InlineData(503, 5001, null)]
    [InlineData(504, 5002, null)]
    [InlineData(418, 1999, RefusalClass.Input)]
    [InlineData(200, 1999, null)]
    [InlineData(201, 0, null)]
    public async Task The_code_decides_and_not_the_status(int status, int code, RefusalClass? refusal)
    {
        await using var server = VendorServer.Answering(_ => (status, $$"""{"code":{{code}},"message":"It says why.","request_id":"r"}"""));
        using var house = new Outside();
        var result = await Provider(server.Address, house).SubmitAsync(Submission(), Cancel);
        if (refusal is null)
        {
            Assert.IsType<SubmitResult.Unknown>(result);
            return;
        }

        var refused = Assert.IsType<SubmitResult.Refused>(result);
        Assert.Equal((refusal, "It says why."), (refused.Class, refused.Reason));
        Assert.Equal(refusal == RefusalClass.Policy ? FailureCode.ContentViolation : null, refused.Code);
    }

    [Theory]
    [InlineData("File is not in a valid base64 format", FailureCode.InvalidImageUrl)]
    [InlineData("Image pixel is invalid", FailureCode.UnsupportedFormat)]
    [InlineData("The length of prompt exceeds 2500", FailureCode.PromptTooLong)]
    [InlineData("image and image_tail can not be empty", null)]
    [InlineData("model/mode/duration(kling-v2-1/std/5) is not supported with image_tail", null)]
    public async Task Words_tell_what_kind_of_bad_input_it_was(string words, FailureCode? code)
    {
        await using var server = VendorServer.Answering(_ => (400, $$"""{"code":1201,"message":"{{words}}","request_id":"r"}"""));
        using var house = new Outside();
        Assert.Equal(code, Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel)).Code);
    }

    [Theory]
    [InlineData("Failure to pass the risk control system", FailureCode.ContentViolation)]
    [InlineData("Image pixel is invalid", FailureCode.UnsupportedFormat)]
    [InlineData("The resolution or aspect ratio of the input image is invalid. Please ensure it meets the required specifications.", FailureCode.UnsupportedFormat)]
    [InlineData("Out of luck", FailureCode.GenerationFailed)]
    public async Task The_reason_of_a_failed_task_becomes_a_code(string words, FailureCode code)
    {
        await using var server = VendorServer.Answering(_ => (200, Fixture("failed").Replace("Out of order", words, StringComparison.Ordinal)));
        using var house = new Outside();
        var failed = Assert.IsType<Reading.Failed>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel));
        Assert.Equal(new Failure(code, words), failed.Failure);
    }

    [Theory]
    [InlineData("\"2\"", 280_000L)]
    [InlineData("\"3.5\"", 490_000L)]
    [InlineData("20", 2_800_000L)]
    [InlineData("\"0\"", 0L)]
    [InlineData("\"-1\"", null)]
    [InlineData("\"1e9\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    public async Task Units_are_charged_at_the_unit_price(string units, long? micros)
    {
        await using var server = VendorServer.Answering(_ => (200, Fixture("succeed").Replace("\"2\"", units, StringComparison.Ordinal)));
        using var house = new Outside();
        var completed = Assert.IsType<Reading.Completed>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel));
        Assert.Equal(new ClipLocation.Url("https://cdn.example.com/v.mp4"), completed.Location);
        Assert.Equal(micros is { } known ? new Usd(known) : null, completed.Cost);
    }

    [Fact]
    public async Task A_cheaper_price_list_makes_cheaper_units()
    {
        await using var server = VendorServer.Answering(_ => (200, Fixture("succeed")));
        using var house = new Outside();
        var settings = Settings(server.Address);
        settings = settings with { Facts = settings.Facts with { Prices = settings.Facts.Prices.With(GenerationMode.StandardImageToVideo, 5, new Usd(252_000)) } };
        var completed = Assert.IsType<Reading.Completed>(await Dialect.Create(settings, house.Http, TimeProvider.System).ReadAsync(UpstreamId, Cancel));
        Assert.Equal(new Usd(252_000), completed.Cost);
    }

    [Theory]
    [InlineData("succeed", "\"url\":\"https://cdn.example.com/v.mp4\",", "")]
    [InlineData("processing", "processing", "succeeded")]
    [InlineData("succeed", "\"code\":0", "\"code\":1302")]
    public async Task A_success_without_a_clip_and_a_state_without_a_name_are_read_again(string fixture, string right, string wrong)
    {
        await using var server = VendorServer.Answering(_ => (200, Fixture(fixture).Replace(right, wrong, StringComparison.Ordinal)));
        using var house = new Outside();
        Assert.IsType<Reading.Unreadable>(await Provider(server.Address, house).ReadAsync(UpstreamId, Cancel));
    }

    [Fact]
    public async Task A_task_is_read_under_the_address_of_its_kind_and_its_id_cannot_change_the_path()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        await Provider(server.Address, house).ReadAsync("image2video/9", Cancel);
        await Provider(server.Address, house).ReadAsync("text2video/a/../../b?x=1&y", Cancel);
        Assert.Equal(["/v1/videos/image2video/9", "/v1/videos/text2video/a%2F..%2F..%2Fb%3Fx%3D1%26y"], server.Requests.Select(request => request.Target));
    }

    [Theory]
    [InlineData(404, "unknown", true)]
    [InlineData(200, "unknown", true)]
    [InlineData(500, "unknown", false)]
    public async Task An_id_that_neither_kind_knows_is_not_there(int status, string fixture, bool isNotThere)
    {
        // Which kind a post is about is not known, so both are asked; what only one of them says proves nothing.
        await using var server = VendorServer.Answering(request => (request.Target.Contains("image2video", StringComparison.Ordinal) ? 404 : status, Fixture(fixture)));
        using var house = new Outside();
        var provider = Provider(server.Address, house);
        Assert.True(provider.TryReadCallbackId("""{"task_id":"900"}"""u8.ToArray(), out var id));
        Assert.Equal(isNotThere, Assert.IsType<Reading.Unreadable>(await provider.ReadAsync(id, Cancel)).IsNotThere);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("text2video", "text2video/900000000000000001")]
    [InlineData("image2video", "image2video/900000000000000001")]
    public async Task A_submission_is_found_by_our_attempt_under_either_kind(string kind, string found)
    {
        await using var server = VendorServer.Answering(request =>
            request.Target == $"/v1/videos/{kind}/job-7" ? (200, Fixture("processing")) : (404, Fixture("unknown")));
        using var house = new Outside();
        Assert.Equal(new Sighting.Found(found), await Provider(server.Address, house).FindAsync(new AttemptId("job-7"), Cancel));
    }

    [Fact]
    public async Task A_submission_that_neither_kind_has_is_certainly_not_there()
    {
        await using var server = VendorServer.Answering(_ => (404, Fixture("unknown")));
        using var house = new Outside();
        Assert.Equal(new Sighting.Absent(), await Provider(server.Address, house).FindAsync(new AttemptId("job-7"), Cancel));
        Assert.Equal(["/v1/videos/text2video/job-7", "/v1/videos/image2video/job-7"], server.Requests.Select(request => request.Target));
    }

    [Theory]
    [InlineData(200, "processing", "job-7", "job-8")]
    [InlineData(500, "unknown", "1203", "5000")]
    [InlineData(400, "unknown", "1203,\"message\":\"The task does not exist", "1201,\"message\":\"The task is odd")]
    public async Task What_one_kind_cannot_say_for_sure_proves_nothing(int status, string fixture, string right, string wrong)
    {
        await using var server = VendorServer.Answering(request => request.Target.Contains("text2video", StringComparison.Ordinal)
            ? (status, Fixture(fixture).Replace(right, wrong, StringComparison.Ordinal)) : (404, Fixture("unknown")));
        using var house = new Outside();
        Assert.IsType<Sighting.CannotTell>(await Provider(server.Address, house).FindAsync(new AttemptId("job-7"), Cancel));
    }

    [Theory]
    [InlineData("a", null, null, null)]
    [InlineData(null, "a", "0123456789abcdef0123456789abcdef", null)]
    [InlineData("a", "a", null, "set either the one key or the pair")]
    [InlineData("a", "a", "0123456789abcdef0123456789abcdef", "set either the one key or the pair")]
    [InlineData(null, "a", null, "SecretKey is missing")]
    [InlineData(null, null, "0123456789abcdef0123456789abcdef", "AccessKey is missing")]
    [InlineData(null, null, null, "ApiKey is missing")]
    [InlineData(null, "a", "short", "SecretKey is shorter than 32 bytes")]
    public void Credentials_are_one_key_or_a_pair(string? key, string? access, string? secret, string? fault)
    {
        var found = Dialect.CredentialFault(Settings(new Uri("https://api.example.com")) with { ApiKey = key, AccessKey = access, SecretKey = secret });
        Assert.Equal(fault is null, found is null);
        Assert.Contains(fault ?? "", found ?? "", StringComparison.Ordinal);
    }

    /// <summary>An exchange in the recorded shape, composed from the documented facts.</summary>
    protected static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Kling", $"{name}.json")).TrimEnd();

    private async Task<(string Target, string Body)> RequestOfAsync(Submission submission)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(submission, Cancel));
        var request = Assert.Single(server.Requests);
        return (request.Target, request.Text);
    }
}

/// <summary>The same with a key pair.</summary>
public sealed class PairOutboundTests : OutboundTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override bool TakesPair => true;

    [Fact]
    public async Task Each_request_is_signed_afresh_by_the_clock_of_the_house()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        var clock = new SetClock { Now = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_900) };
        var provider = Dialect.Create(Settings(server.Address) with { AccessKey = "a\"b" }, house.Http, clock);
        await provider.ReadAsync(UpstreamId, Cancel);
        clock.Now += TimeSpan.FromHours(1);
        await provider.ReadAsync(UpstreamId, Cancel);
        Assert.Equal(
            [
                "Bearer " + KlingSurface.Token("""{"iss":"a\u0022b","exp":1760001800,"nbf":1759999995}""", Settings(server.Address).SecretKey!),
                "Bearer " + KlingSurface.Token("""{"iss":"a\u0022b","exp":1760005400,"nbf":1760003595}""", Settings(server.Address).SecretKey!),
            ],
            server.Requests.Select(request => request.Header("Authorization")));
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
