using System.Net;
using Filmgate.Dialects.Kie;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>What the outbound half sends, the inbound half understands, and the other way round.</summary>
public sealed class RoundTripTests(TestGateway gateway) : IDisposable
{
    private readonly UpstreamHttp http = new(
        new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] }, new SystemHostResolver(), TimeProvider.System, NullLogger<UpstreamHttp>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, 5, 1)]
    [InlineData(GenerationMode.ProImageToVideo, 10, 2)]
    [InlineData(GenerationMode.MasterImageToVideo, 5, 1)]
    [InlineData(GenerationMode.MasterTextToVideo, 10, 0)]
    public async Task A_request_comes_out_as_it_went_in(GenerationMode mode, int seconds, int pictures)
    {
        var request = Asking("A \"lighthouse\"\nin a storm 🎬") with
        {
            Mode = mode, NegativePrompt = "people", DurationSeconds = seconds, AspectRatio = pictures == 0 ? AspectRatio.Tall : null, CfgScale = 0.7m,
        };
        string[] addresses = [.. new[] { "https://gate.example/inputs/a?s=1&t=2", "https://gate.example/inputs/b" }.Take(pictures)];
        var images = addresses.Select(address => new SubmissionImage("/nowhere", "image/png", 1, address));

        var accepted = Assert.IsType<SubmitResult.Accepted>(
            await Provider().SubmitAsync(new Submission(new AttemptId("att_1"), request, false, [.. images], "https://gate.example/callbacks/token", () => { }), Cancel));

        var draft = gateway.Desk.Drafts[accepted.UpstreamId];
        Assert.Equal(
            (mode.Rules().Name, request.Prompt, "people", (decimal)seconds, pictures == 0 ? "9:16" : null, 0.7m, "https://gate.example/callbacks/token"),
            (draft.Mode, draft.Prompt, draft.NegativePrompt, draft.Duration, draft.AspectRatio, draft.CfgScale, draft.CallbackUrl));
        Assert.Equal(addresses, draft.ImageUrls);
        Assert.IsType<Reading.InProgress>(await Provider().ReadAsync(accepted.UpstreamId, Cancel));
    }

    [Fact]
    public async Task Clip_and_charge_come_back()
    {
        gateway.Desk.Put(KieSurface.Done("task_kie-round-trip", new Usd(490_000)));
        Assert.Equal(
            new Reading.Completed(new ClipLocation.Url("https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s"), new Usd(490_000)),
            await Provider().ReadAsync("task_kie-round-trip", Cancel));
    }

    [Theory]
    [InlineData(FailureCode.InvalidPrompt, FailureCode.InvalidPrompt)]
    [InlineData(FailureCode.InvalidImageUrl, FailureCode.InvalidPrompt)]
    [InlineData(FailureCode.ProcessingTimeout, FailureCode.ProcessingTimeout)]
    [InlineData(FailureCode.ModelUnavailable, FailureCode.ModelUnavailable)]
    [InlineData(FailureCode.InsufficientCredits, FailureCode.ModelUnavailable)]
    [InlineData(FailureCode.GenerationFailed, FailureCode.GenerationFailed)]
    public async Task Failures_come_back_as_far_as_numbers_tell_them(FailureCode told, FailureCode heard)
    {
        gateway.Desk.Put(KieSurface.Failed($"task_kie-round-{told}", told, "It says why."));
        Assert.Equal(new Reading.Failed(new Failure(heard, "It says why.")), await Provider().ReadAsync($"task_kie-round-{told}", Cancel));
    }

    [Theory]
    [InlineData("@full", RefusalClass.Busy)]
    [InlineData("@over", RefusalClass.Balance)]
    [InlineData("@unavailable", RefusalClass.Outage)]
    [InlineData("", RefusalClass.Input)]
    public async Task Refusals_of_the_one_half_have_their_class_in_the_other(string prompt, RefusalClass refusal)
    {
        var refused = Assert.IsType<SubmitResult.Refused>(await Provider().SubmitAsync(Submission(prompt), Cancel));
        Assert.Equal(refusal, refused.Class);
        Assert.Equal(refusal == RefusalClass.Busy ? TimeSpan.FromSeconds(5) : null, refused.RetryAfter);
    }

    [Fact]
    public async Task A_wrong_key_an_unknown_task_and_an_unknown_attempt_are_told_apart()
    {
        var stranger = new KieDialect().Create(Settings() with { ApiKey = "fg_live_wrong" }, http, TimeProvider.System);
        Assert.Equal(RefusalClass.Auth, Assert.IsType<SubmitResult.Refused>(await stranger.SubmitAsync(Submission("a"), Cancel)).Class);
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.IsType<Reading.Unreadable>(await Provider().ReadAsync("task_never", Cancel)).RetryAfter);
        Assert.IsType<Sighting.CannotTell>(await Provider().FindAsync(new AttemptId("att_never"), Cancel));
    }

    public void Dispose() => http.Dispose();

    private static GenerationRequest Asking(string prompt) =>
        new() { Mode = GenerationMode.MasterTextToVideo, Prompt = prompt, DurationSeconds = 5, AspectRatio = AspectRatio.Wide, CfgScale = 0.5m, Provider = "auto" };

    private static Submission Submission(string prompt) => new(new AttemptId("att_1"), Asking(prompt), false, [], null, () => { });

    private IVideoProvider Provider() => new KieDialect().Create(Settings(), http, TimeProvider.System);

    private ProviderSettings Settings() => new()
    {
        Name = "vendor", Dialect = "kie", BaseUrl = new Uri($"http://{gateway.Host}/kie"), ApiKey = ScriptedDesk.LiveKey, Facts = new KieDialect().Facts,
    };
}
