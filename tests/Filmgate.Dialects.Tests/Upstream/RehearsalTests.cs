using System.Net;
using System.Text;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Dialects.Upstream;
using Filmgate.Engine.Egress;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Dialects.Tests.Upstream;

/// <summary>
/// What a prompt asks for under a test key, said in each vendor's form by our inbound half and read by our outbound half: the status and the
/// words are the vendor's, and the class is the one that was asked for.
/// </summary>
public sealed class RehearsalTests(TestGateway gateway) : IDisposable
{
    private readonly RecordingHttp http = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => http.Dispose();

    [Theory]
    [InlineData("apixo", "@busy", 429, "\"code\":429", RefusalClass.Busy)]
    [InlineData("apixo", "@refuse(input)", 400, "\"failCode\":\"INVALID_PROMPT\"", RefusalClass.Input)]
    [InlineData("apixo", "@refuse(policy)", 403, "\"failCode\":\"CONTENT_VIOLATION\"", RefusalClass.Policy)]
    [InlineData("apixo", "@refuse(balance)", 402, "\"failCode\":\"INSUFFICIENT_CREDITS\"", RefusalClass.Balance)]
    [InlineData("apixo", "@refuse(auth)", 401, "\"code\":401", RefusalClass.Auth)]
    [InlineData("apixo", "@refuse(permission)", 403, "\"code\":403", RefusalClass.Permission)]
    [InlineData("apixo", "@refuse(outage)", 404, "\"failCode\":\"MODEL_UNAVAILABLE\"", RefusalClass.Outage)]
    [InlineData("apixo", "@server-error", 500, "\"code\":500", null)]
    [InlineData("kling", "@busy", 429, "\"code\":1303", RefusalClass.Busy)]
    [InlineData("kling", "@refuse(input)", 400, "\"code\":1201", RefusalClass.Input)]
    [InlineData("kling", "@refuse(policy)", 400, "\"code\":1301", RefusalClass.Policy)]
    [InlineData("kling", "@refuse(balance)", 429, "\"code\":1102", RefusalClass.Balance)]
    [InlineData("kling", "@refuse(auth)", 401, "\"code\":1000", RefusalClass.Auth)]
    [InlineData("kling", "@refuse(permission)", 403, "\"code\":1103", RefusalClass.Permission)]
    // Kling says it with a status that proves nothing; a look-up by our own id does.
    [InlineData("kling", "@refuse(outage)", 503, "\"code\":5001", null)]
    [InlineData("kling", "@server-error", 500, "\"code\":5000", null)]
    [InlineData("fal", "@busy", 429, "\"type\":\"concurrent_requests_limit\"", RefusalClass.Busy)]
    [InlineData("fal", "@refuse(input)", 422, "\"type\":\"value_error\"", RefusalClass.Input)]
    [InlineData("fal", "@refuse(policy)", 422, "\"type\":\"content_policy_violation\"", RefusalClass.Policy)]
    [InlineData("fal", "@refuse(balance)", 403, "\"detail\":\"User is locked.", RefusalClass.Balance)]
    [InlineData("fal", "@refuse(auth)", 401, "\"detail\":\"No user found for Key ID and Secret.", RefusalClass.Auth)]
    [InlineData("fal", "@refuse(permission)", 403, "\"detail\":\"Acted out:", RefusalClass.Permission)]
    [InlineData("fal", "@refuse(outage)", 404, "\"detail\":\"Acted out:", RefusalClass.Outage)]
    [InlineData("fal", "@server-error", 500, "\"error_type\":\"internal_error\"", null)]
    [InlineData("replicate", "@busy", 429, "\"retry_after\":2", RefusalClass.Busy)]
    [InlineData("replicate", "@refuse(input)", 422, "\"title\":\"Input validation failed\"", RefusalClass.Input)]
    [InlineData("replicate", "@refuse(policy)", 422, "\"title\":\"Content policy violation\"", RefusalClass.Policy)]
    [InlineData("replicate", "@refuse(balance)", 402, "\"title\":\"Insufficient credit\"", RefusalClass.Balance)]
    [InlineData("replicate", "@refuse(auth)", 401, "\"title\":\"Unauthenticated\"", RefusalClass.Auth)]
    [InlineData("replicate", "@refuse(permission)", 403, "\"title\":\"Permission denied\"", RefusalClass.Permission)]
    [InlineData("replicate", "@refuse(outage)", 404, "\"title\":\"Not found\"", RefusalClass.Outage)]
    [InlineData("replicate", "@server-error", 500, "\"title\":\"Internal server error\"", null)]
    [InlineData("openai-videos", "@busy", 429, "\"code\":\"rate_limit_exceeded\"", RefusalClass.Busy)]
    [InlineData("openai-videos", "@refuse(input)", 400, "\"code\":\"invalid_prompt\"", RefusalClass.Input)]
    [InlineData("openai-videos", "@refuse(policy)", 400, "\"code\":\"moderation_blocked\"", RefusalClass.Policy)]
    [InlineData("openai-videos", "@refuse(balance)", 402, "\"code\":\"insufficient_quota\"", RefusalClass.Balance)]
    [InlineData("openai-videos", "@refuse(auth)", 401, "\"code\":\"invalid_api_key\"", RefusalClass.Auth)]
    [InlineData("openai-videos", "@refuse(permission)", 403, "\"code\":\"insufficient_permissions\"", RefusalClass.Permission)]
    [InlineData("openai-videos", "@refuse(outage)", 404, "\"code\":\"model_not_found\"", RefusalClass.Outage)]
    [InlineData("openai-videos", "@server-error", 500, "\"code\":\"internal_error\"", null)]
    [InlineData("kie", "@busy", 200, "\"code\":429", RefusalClass.Busy)]
    [InlineData("kie", "@refuse(input)", 200, "\"code\":422", RefusalClass.Input)]
    [InlineData("kie", "@refuse(policy)", 200, "\"code\":422", RefusalClass.Policy)]
    [InlineData("kie", "@refuse(balance)", 200, "\"code\":402", RefusalClass.Balance)]
    [InlineData("kie", "@refuse(auth)", 200, "\"code\":401", RefusalClass.Auth)]
    [InlineData("kie", "@refuse(permission)", 200, "\"code\":403", RefusalClass.Permission)]
    [InlineData("kie", "@refuse(outage)", 200, "\"code\":455", RefusalClass.Outage)]
    [InlineData("kie", "@server-error", 500, "\"code\":500", null)]
    public async Task A_refusal_has_the_vendors_form_and_the_class_that_was_asked_for(string dialect, string directive, int status, string words, RefusalClass? expected)
    {
        var prompt = $"A pier {directive} {Guid.NewGuid():n}";
        var result = await Provider(dialect).SubmitAsync(Submission(prompt), Cancel);

        Assert.True(http.Last is UpstreamAnswer.Answered, $"No answer was read: {http.Last}");
        var answer = (UpstreamAnswer.Answered)http.Last;
        var body = Encoding.UTF8.GetString(answer.Body.Span);
        Assert.Equal(status, answer.Status);
        Assert.Contains(words, body, StringComparison.Ordinal);
        Assert.Contains(directive, body, StringComparison.Ordinal);
        Assert.Equal(0, Accepted(prompt));

        var refused = result as SubmitResult.Refused;
        Assert.Equal(expected, refused?.Class);
        Assert.True(expected is not null || result is SubmitResult.Unknown, result.ToString());
        Assert.Equal(expected == RefusalClass.Busy ? TimeSpan.FromSeconds(2) : null, refused?.RetryAfter);
    }

    [Theory]
    [InlineData("apixo", null)]
    [InlineData("filmgate", true)]
    [InlineData("kling", true)]
    [InlineData("fal", null)]
    [InlineData("replicate", null)]
    [InlineData("openai-videos", null)]
    [InlineData("kie", null)]
    public async Task A_lost_answer_and_a_lost_request_look_alike_and_only_a_look_up_tells_them_apart(string dialect, bool? canBeLookedUp)
    {
        var (lostAnswer, lostRequest) = ($"A pier @lost-answer {Guid.NewGuid():n}", $"A pier @lost-request {Guid.NewGuid():n}");
        var (accepted, never) = (Submission(lostAnswer), Submission(lostRequest));
        var provider = Provider(dialect);

        foreach (var submission in (Submission[])[accepted, never])
        {
            var unknown = Assert.IsType<SubmitResult.Unknown>(await provider.SubmitAsync(submission, Cancel));
            Assert.IsType<UpstreamAnswer.Lost>(http.Last);
            Assert.NotEmpty(unknown.Reason);
        }

        Assert.Equal((1, 0), (Accepted(lostAnswer), Accepted(lostRequest)));
        Assert.IsType(canBeLookedUp is true ? typeof(Sighting.Found) : typeof(Sighting.CannotTell), await provider.FindAsync(accepted.Attempt, Cancel));
        Assert.IsType(canBeLookedUp is true ? typeof(Sighting.Absent) : typeof(Sighting.CannotTell), await provider.FindAsync(never.Attempt, Cancel));
    }

    [Theory]
    [InlineData("fal", "/fal/queue/fal-ai/kling-video/v2.1/master/text-to-video", """{"prompt":"#"}""")]
    [InlineData("replicate", "/replicate/v1/models/kwaivgi/kling-v2.1-master/predictions", """{"input":{"prompt":"#"}}""")]
    public async Task A_client_that_repeats_a_lost_creation_gets_the_task_that_was_made(string vendor, string path, string body)
    {
        // The vendor's JavaScript client does it by itself, and without a key by which the repetition could be known.
        var prompt = $"A pier @lost-answer {vendor} {Guid.NewGuid():n}";
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Client.BaseAddress };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", (vendor == "fal" ? "Key " : "Bearer ") + ScriptedDesk.LiveKey);
        async Task<HttpResponseMessage> CreateAsync()
        {
            using var content = new StringContent(body.Replace("#", prompt, StringComparison.Ordinal), Encoding.UTF8, "application/json");
            return await client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        }

        await Assert.ThrowsAsync<HttpRequestException>(CreateAsync);
        using var repeated = await CreateAsync();
        Assert.True(repeated.IsSuccessStatusCode, await repeated.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("true", Assert.Single(repeated.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(1, Accepted(prompt));
    }

    private int Accepted(string prompt) => gateway.Desk.Drafts.Values.Count(draft => draft.Prompt == prompt);

    private IVideoProvider Provider(string dialect)
    {
        var known = ProviderDialects.Find(dialect)!;
        var mount = dialect switch { "kling" => "/kling", "fal" => "/fal/queue", "replicate" => "/replicate", "kie" => "/kie", _ => "" };
        return known.Create(
            new ProviderSettings
            {
                Name = "vendor", Dialect = dialect, BaseUrl = new Uri($"http://{gateway.Host}{mount}"), ApiKey = ScriptedDesk.LiveKey, Facts = known.Facts,
            },
            http,
            TimeProvider.System);
    }

    private static Submission Submission(string prompt) => new(
        new AttemptId($"att_{Guid.NewGuid():n}"),
        new GenerationRequest { Mode = GenerationMode.MasterTextToVideo, Prompt = prompt, DurationSeconds = 5, AspectRatio = AspectRatio.Wide, CfgScale = 0.5m, Provider = "auto" },
        IsTest: false,
        [],
        CallbackUrl: null,
        () => { });

    private sealed class RecordingHttp : IUpstreamHttp, IDisposable
    {
        private readonly UpstreamHttp inner = new(
            new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] }, new SystemHostResolver(), TimeProvider.System, NullLogger<UpstreamHttp>.Instance);

        public UpstreamAnswer? Last { get; private set; }

        public async ValueTask<UpstreamAnswer> SendAsync(UpstreamRequest request, CancellationToken cancellationToken) =>
            Last = await inner.SendAsync(request, cancellationToken);

        public ValueTask CopyAsync(UpstreamRequest request, Stream target, long lengthMax, CancellationToken cancellationToken) =>
            inner.CopyAsync(request, target, lengthMax, cancellationToken);

        public void Dispose() => inner.Dispose();
    }
}
