using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.OpenAiVideos;
using Filmgate.Dialects.Tests.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

public sealed class OutboundTests : OutboundConformance
{
    private const string Boundary = "filmgate-att_01hzx5conformance00000000000";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IProviderDialect Dialect => new OpenAiVideosDialect();

    protected override string UpstreamId => "video_68d7512d07848190b3e45da0ecbebcde004da08e1e0678d5";

    protected override (int Status, string Body) Answer(VendorRequest request, VendorState state) => (200, Fixture(state switch
    {
        VendorState.Accepted => "accepted",
        VendorState.Working => "working",
        VendorState.Done => "completed",
        _ => "failed",
    }));

    protected override string CallbackBody =>
        $$$"""{"id":"evt_1","object":"event","created_at":1760000000,"type":"video.completed","data":{"id":"{{{UpstreamId}}}"}}""";

    [Fact]
    public void A_gateway_that_posts_the_video_itself_says_which_it_is()
    {
        using var house = new Outside();
        Assert.True(Provider(new Uri("https://api.example.com"), house).TryReadCallbackId(Encoding.UTF8.GetBytes(Fixture("completed")), out var id));
        Assert.Equal(UpstreamId, id);
    }

    [Fact]
    public async Task A_video_from_words_is_asked_for_by_a_form_without_a_file()
    {
        var request = await SentAsync(Submission());
        Assert.Equal(("POST", "/v1/videos"), (request.Method, request.Target));
        Assert.Equal($"multipart/form-data; boundary={Boundary}", request.Header("Content-Type"));
        Assert.Equal("att_01hzx5conformance00000000000", request.Header("Idempotency-Key"));
        Assert.Equal("Bearer canary-key-0123456789", request.Header("Authorization"));
        Assert.Equal(
            Part("model", "kling-2.1-master") + Part("prompt", "A lighthouse in a storm, slow push in") + Part("seconds", "5") + Part("size", "1920x1080")
            + Part("negative_prompt", "people") + $"--{Boundary}--\r\n",
            request.Text);
    }

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, "kling-2.1-standard", "image/png", "png")]
    [InlineData(GenerationMode.ProImageToVideo, "kling-2.1-pro", "image/jpeg", "jpg")]
    [InlineData(GenerationMode.MasterImageToVideo, "kling-2.1-master", "image/webp", "webp")]
    public async Task A_picture_goes_as_a_file_and_the_size_is_left_to_it(GenerationMode mode, string model, string type, string ending)
    {
        using var picture = new Picture(type, "https://gate.example/inputs/a.png");
        var request = await SentAsync(Submission(
            new GenerationRequest { Mode = mode, Prompt = "ż 🎬", DurationSeconds = 10, CfgScale = 0.75m, Provider = "auto" }, [picture.Image]));
        Assert.Equal(
            Part("model", model) + Part("prompt", "ż 🎬") + Part("seconds", "10") + Part("cfg_scale", "0.75")
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"input_reference\"; filename=\"input_reference.{ending}\"\r\nContent-Type: {type}\r\n\r\n\u0001\u0002\u0003\r\n--{Boundary}--\r\n",
            request.Text);
    }

    [Theory]
    [InlineData(ImageTransport.Url, "https://gate.example/inputs/a.png")]
    [InlineData(ImageTransport.DataUrl, "data:image/png;base64,AQID")]
    public async Task Where_the_operator_wants_addresses_or_data_URLs_it_is_JSON(ImageTransport transport, string reference)
    {
        using var picture = new Picture("image/png", "https://gate.example/inputs/a.png");
        var request = await SentAsync(
            Submission(new GenerationRequest { Mode = GenerationMode.ProImageToVideo, Prompt = "a \"cat\"", NegativePrompt = "blur", DurationSeconds = 5, CfgScale = 0.75m, Provider = "auto" }, [picture.Image]),
            transport);
        Assert.Equal("application/json", request.Header("Content-Type"));
        Assert.Equal(
            $$$"""{"model":"kling-2.1-pro","prompt":"a \u0022cat\u0022","seconds":"5","negative_prompt":"blur","cfg_scale":0.75,"input_reference":{"image_url":"{{{reference}}}"}}""",
            request.Text);
    }

    [Theory]
    [InlineData(AspectRatio.Wide, "1920x1080")]
    [InlineData(AspectRatio.Tall, "1080x1920")]
    [InlineData(AspectRatio.Square, "1080x1080")]
    public async Task A_shape_goes_as_a_size(AspectRatio ratio, string size)
    {
        var request = await SentAsync(Submission(Submission().Request with { AspectRatio = ratio }), ImageTransport.DataUrl);
        Assert.Equal(size, JsonElement.Parse(request.Text).GetProperty("size").GetString());
    }

    [Fact]
    public async Task An_end_frame_is_refused_before_anything_is_sent()
    {
        using var picture = new Picture("image/png", null);
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var request = new GenerationRequest { Mode = GenerationMode.ProImageToVideo, Prompt = "a cat", DurationSeconds = 5, CfgScale = 0.5m, Provider = "auto" };
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(request, [picture.Image, picture.Image]), Cancel));
        Assert.Equal((RefusalClass.Input, FailureCode.ModelUnavailable), (refused.Class, refused.Code));
        Assert.Contains("no end frame", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(ImageTransport.Upload)]
    [InlineData(ImageTransport.DataUrl)]
    public async Task A_picture_that_cannot_be_read_proves_that_nothing_was_sent(ImageTransport transport)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var provider = Dialect.Create(Settings(server.Address) with { ImageTransport = transport }, house.Http, TimeProvider.System);
        var missing = new SubmissionImage("/nowhere/picture", "image/png", 3, Url: null);
        var result = await provider.SubmitAsync(Submission(Submission().Request with { Mode = GenerationMode.ProImageToVideo, AspectRatio = null }, [missing]), Cancel);
        Assert.Equal(RefusalClass.Outage, Assert.IsType<SubmitResult.Refused>(result).Class);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_address_may_end_in_the_version_or_not()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        foreach (var ending in new[] { "", "v1", "v1/", "openai/v1" })
        {
            await Provider(new Uri(server.Address + ending), house).ReadAsync("video_1", Cancel);
        }

        Assert.Equal(["/v1/videos/video_1", "/v1/videos/video_1", "/v1/videos/video_1", "/openai/v1/videos/video_1"], server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task An_upstream_id_cannot_change_the_path()
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Working));
        using var house = new Outside();
        await Provider(server.Address, house).ReadAsync("a/../../b?x=1&y", Cancel);
        Assert.Equal("/v1/videos/a%2F..%2F..%2Fb%3Fx%3D1%26y", Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData(400, "moderation_blocked", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(400, "content_policy_violation", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(403, "content_filter", RefusalClass.Policy, FailureCode.ContentViolation)]
    [InlineData(400, "nsfw_detected", RefusalClass.Policy, FailureCode.NsfwDetected)]
    [InlineData(400, "invalid_image_url", RefusalClass.Input, FailureCode.InvalidImageUrl)]
    [InlineData(400, "invalid_image_format", RefusalClass.Input, FailureCode.UnsupportedFormat)]
    [InlineData(400, "image_file_too_large", RefusalClass.Input, FailureCode.ImageTooLarge)]
    [InlineData(400, "failed_to_download_image", RefusalClass.Input, FailureCode.ImageDownloadFailed)]
    [InlineData(400, "string_above_max_length", RefusalClass.Input, FailureCode.PromptTooLong)]
    [InlineData(400, "invalid_prompt", RefusalClass.Input, FailureCode.InvalidPrompt)]
    [InlineData(400, "invalid_value", RefusalClass.Input, null)]
    [InlineData(422, "idempotency_key_reused", RefusalClass.Input, null)]
    [InlineData(400, "invalid_api_key", RefusalClass.Auth, null)]
    [InlineData(401, "invalid_api_key", RefusalClass.Auth, null)]
    [InlineData(402, "insufficient_quota", RefusalClass.Balance, null)]
    [InlineData(429, "insufficient_quota", RefusalClass.Balance, null)]
    [InlineData(403, "insufficient_balance", RefusalClass.Balance, null)]
    [InlineData(429, "billing_hard_limit_reached", RefusalClass.Balance, null)]
    [InlineData(403, "insufficient_user_quota", RefusalClass.Balance, null)]
    [InlineData(403, "insufficient_permissions", RefusalClass.Permission, null)]
    [InlineData(400, "model_not_found", RefusalClass.Outage, null)]
    [InlineData(404, "model_not_found", RefusalClass.Outage, null)]
    [InlineData(404, "not_found", RefusalClass.Outage, null)]
    [InlineData(429, "rate_limit_exceeded", RefusalClass.Busy, null)]
    public async Task A_refusal_is_read_from_its_code(int status, string code, RefusalClass refusal, FailureCode? failure)
    {
        var refused = await RefusalOfAsync(status, $$$"""{"error":{"message":"It says why.","type":"invalid_request_error","param":null,"code":"{{{code}}}"}}""");
        Assert.Equal((refusal, failure, "It says why."), (refused.Class, refused.Code, refused.Reason));
    }

    [Fact]
    public async Task A_refusal_without_a_code_is_read_from_its_type_and_one_without_an_error_from_the_body()
    {
        Assert.Equal(RefusalClass.Balance, (await RefusalOfAsync(429, """{"error":{"message":"no","type":"insufficient_quota","param":null,"code":null}}""")).Class);
        var refused = await RefusalOfAsync(403, Fixture("new-api-refused"));
        Assert.Equal((RefusalClass.Balance, "user quota is not enough"), (refused.Class, refused.Reason));
        Assert.Equal((RefusalClass.Input, "no such thing"), ((await RefusalOfAsync(400, """{"error":"no such thing"}""")).Class, (await RefusalOfAsync(400, """{"detail":"no such thing"}""")).Reason));
    }

    [Theory]
    [InlineData("new-api-accepted", "task_9Jx")]
    [InlineData("accepted", "video_68d7512d07848190b3e45da0ecbebcde004da08e1e0678d5")]
    public async Task Gateways_answer_with_an_id(string fixture, string id)
    {
        await using var server = VendorServer.Answering(_ => (200, Fixture(fixture)));
        using var house = new Outside();
        Assert.Equal(id, Assert.IsType<SubmitResult.Accepted>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel)).UpstreamId);
    }

    [Theory]
    [InlineData("working", 33)]
    [InlineData("new-api-working", 50)]
    [InlineData("vllm-omni-working", 12)]
    public async Task Progress_is_read_of_every_gateway(string fixture, int percent)
    {
        Assert.Equal(percent, Assert.IsType<Reading.InProgress>(await ReadAsync(Fixture(fixture))).Percent);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("in_progress")]
    [InlineData("pending")]
    [InlineData("PROCESSING")]
    [InlineData("submitted")]
    [InlineData("running")]
    [InlineData("throttled")]
    public async Task Words_for_work_in_progress(string status) => Assert.IsType<Reading.InProgress>(await ReadAsync($$"""{"id":"v","status":"{{status}}"}"""));

    [Theory]
    [InlineData("completed")]
    [InlineData("succeeded")]
    [InlineData("SUCCESS")]
    public async Task A_clip_lies_behind_the_providers_door_and_nowhere_else(string status)
    {
        // An address in the answer is not followed: the content has an address of its own.
        var completed = Assert.IsType<Reading.Completed>(await ReadAsync($$$"""{"id":"other","status":"{{{status}}}","metadata":{"url":"https://cdn.example.com/v.mp4"}}"""));
        Assert.Equal(new ClipLocation.AtProvider("v"), completed.Location);
        Assert.IsType<Reading.Completed>(await ReadAsync(Fixture("new-api-completed")));
    }

    [Theory]
    [InlineData("failed", "moderation_blocked", FailureCode.ContentViolation, "Why.")]
    [InlineData("failed", "image_content_policy_violation", FailureCode.ContentViolation, "Why.")]
    [InlineData("failed", "nsfw_detected", FailureCode.NsfwDetected, "Why.")]
    [InlineData("failed", "invalid_image_url", FailureCode.InvalidImageUrl, "Why.")]
    [InlineData("failed", "processing_timeout", FailureCode.ProcessingTimeout, "Why.")]
    [InlineData("failed", "model_unavailable", FailureCode.ModelUnavailable, "Why.")]
    [InlineData("failed", "video_generation_failed", FailureCode.GenerationFailed, "Why.")]
    [InlineData("failed", "canceled", FailureCode.GenerationFailed, "canceled: Why.")]
    [InlineData("failed", "odd_thing", FailureCode.GenerationFailed, "odd_thing: Why.")]
    [InlineData("failed", "insufficient_quota", FailureCode.ModelUnavailable, "The provider has stopped the task, because our account there has no credit.")]
    [InlineData("cancelled", null, FailureCode.GenerationFailed, "cancelled: Why.")]
    [InlineData("expired", null, FailureCode.GenerationFailed, "expired: Why.")]
    public async Task A_failure_is_read_from_its_code(string status, string? code, FailureCode failure, string message)
    {
        var failed = Assert.IsType<Reading.Failed>(await ReadAsync(JsonSerializer.Serialize(new { id = "v", status, error = new { code, message = "Why." } })));
        Assert.Equal(new Failure(failure, message), failed.Failure);
    }

    [Theory]
    [InlineData("3000", 3)]
    [InlineData("1", 1)]
    [InlineData("86400000", 60)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public async Task The_next_read_is_when_the_gateway_says(string? header, int? seconds)
    {
        await using var server = new VendorServer((_, connection) => connection.AnswerAsync(
            200, Fixture("working"), "Content-Type: application/json\r\n" + (header is null ? "" : $"OpenAI-Poll-After-Ms: {header}\r\n")));
        using var house = new Outside();
        var reading = Assert.IsType<Reading.InProgress>(await Provider(server.Address, house).ReadAsync("v", Cancel));
        Assert.Equal(seconds, reading.ReadAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("""{"id":"v","status":"paused"}""")]
    [InlineData("""{"id":"v"}""")]
    [InlineData("""{"id":"v","status":7}""")]
    public async Task A_state_without_a_name_is_read_again(string body) => Assert.IsType<Reading.Unreadable>(await ReadAsync(body));

    [Fact]
    public async Task The_content_is_copied_with_our_key_and_a_redirect_is_not_followed()
    {
        await using var canary = VendorServer.Answering(_ => (200, "stolen"));
        var isRedirect = false;
        await using var server = new VendorServer((_, connection) => isRedirect
            ? connection.AnswerAsync(302, "", $"Location: {canary.Address}stolen\r\n")
            : connection.AnswerAsync(200, [1, 2, 3], "Content-Type: video/mp4\r\n"));
        using var house = new Outside();
        using var target = new MemoryStream();
        await Provider(server.Address, house).CopyClipAsync("video_1", target, 10, Cancel);
        Assert.Equal([1, 2, 3], target.ToArray());
        var request = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/v1/videos/video_1/content", "Bearer canary-key-0123456789"), (request.Method, request.Target, request.Header("Authorization")));

        isRedirect = true;
        await Assert.ThrowsAsync<UpstreamException>(async () => await Provider(server.Address, house).CopyClipAsync("video_1", target, 10, Cancel));
        Assert.Empty(canary.Requests);
    }

    [Fact]
    public async Task Nothing_is_deleted_or_canceled_there()
    {
        await using var server = VendorServer.Answering(_ => (200, "{}"));
        using var house = new Outside();
        await Provider(server.Address, house).ReleaseAsync("video_1", Cancel);
        await Provider(server.Address, house).CancelAsync("video_1", Cancel);
        Assert.Empty(server.Requests);
    }

    private static string Part(string name, string value) => $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    private static string Fixture(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "Fixtures", name + ".json"));

    private async Task<VendorRequest> SentAsync(Submission submission, ImageTransport? transport = null)
    {
        await using var server = VendorServer.Answering(request => Answer(request, VendorState.Accepted));
        using var house = new Outside();
        var provider = Dialect.Create(Settings(server.Address) with { ImageTransport = transport }, house.Http, TimeProvider.System);
        Assert.IsType<SubmitResult.Accepted>(await provider.SubmitAsync(submission, Cancel));
        return Assert.Single(server.Requests);
    }

    private async Task<SubmitResult.Refused> RefusalOfAsync(int status, string body)
    {
        await using var server = VendorServer.Answering(_ => (status, body));
        using var house = new Outside();
        return Assert.IsType<SubmitResult.Refused>(await Provider(server.Address, house).SubmitAsync(Submission(), Cancel));
    }

    private async Task<Reading> ReadAsync(string body)
    {
        await using var server = VendorServer.Answering(_ => (200, body));
        using var house = new Outside();
        return await Provider(server.Address, house).ReadAsync("v", Cancel);
    }

    /// <summary>A picture of three bytes in the store.</summary>
    private sealed class Picture : IDisposable
    {
        public Picture(string type, string? url)
        {
            var path = Path.GetTempFileName();
            File.WriteAllBytes(path, [1, 2, 3]);
            Image = new SubmissionImage(path, type, 3, url);
        }

        public SubmissionImage Image { get; }

        public void Dispose() => File.Delete(Image.Path);
    }
}
