using System.Net;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>What the outbound half sends, the inbound half understands; with a plain key and with a pair.</summary>
public sealed class RoundTripTests(TestGateway gateway) : IDisposable
{
    private readonly UpstreamHttp http = new(
        new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] }, new SystemHostResolver(), TimeProvider.System, NullLogger<UpstreamHttp>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, 5, 1, true)]
    [InlineData(GenerationMode.ProImageToVideo, 10, 2, true)]
    [InlineData(GenerationMode.MasterImageToVideo, 5, 1, false)]
    [InlineData(GenerationMode.MasterTextToVideo, 10, 0, false)]
    public async Task A_request_comes_out_as_it_went_in(GenerationMode mode, int seconds, int pictures, bool signs)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, Convert.FromBase64String(KlingSurface.Pixel), Cancel);
            var attempt = new AttemptId($"att_{Guid.NewGuid():n}");
            var request = new GenerationRequest
            {
                Mode = mode,
                Prompt = "A \"lighthouse\"\nin a storm 🎬",
                NegativePrompt = "people",
                DurationSeconds = seconds,
                AspectRatio = pictures == 0 ? AspectRatio.Tall : null,
                CfgScale = 0.5m,
                Provider = "auto",
            };
            var image = new SubmissionImage(path, "image/png", 1, Url: null);
            var provider = Provider(signs);
            var submission = new Submission(attempt, request, false, [.. Enumerable.Repeat(image, pictures)], "https://gate.example/callbacks/token", () => { });

            var accepted = Assert.IsType<SubmitResult.Accepted>(await provider.SubmitAsync(submission, Cancel));

            var draft = KlingSurface.DraftOf(gateway, accepted.UpstreamId.Split('/')[1]);
            Assert.Equal(
                (mode.Rules().Name, request.Prompt, request.NegativePrompt, (decimal)seconds, pictures == 0 ? "9:16" : null, attempt.Value, submission.CallbackUrl),
                (draft.Mode, draft.Prompt, draft.NegativePrompt, draft.Duration, draft.AspectRatio, draft.ExternalId, draft.CallbackUrl));
            Assert.Equal(Enumerable.Repeat("data:;base64," + KlingSurface.Pixel, pictures), draft.ImageUrls);
            Assert.Equal(new Sighting.Found(accepted.UpstreamId), await provider.FindAsync(attempt, Cancel));
            Assert.IsType<Reading.InProgress>(await provider.ReadAsync(accepted.UpstreamId, Cancel));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Clip_charge_and_failure_come_back()
    {
        var clip = new Clip { Id = new ClipId("clip_1"), Sha256 = "00", Length = 1, Width = 1, Height = 1, Duration = TimeSpan.FromSeconds(5), Frames = 1, ExpiresAt = ScriptedDesk.Created };
        var attempt = new Attempt { Id = new AttemptId("a"), Number = 1, Provider = "kling", State = AttemptState.Completed, Cost = new Usd(490_000), PreparedAt = ScriptedDesk.Created };
        var done = KlingSurface.Task("000000000000000000000000000000002001") with { State = TaskState.Success, CompletedAt = ScriptedDesk.Created, Clip = clip, Attempts = [attempt] };
        gateway.Desk.Put(new TaskDetails(done, "https://host.test/v.mp4", null));
        Assert.Equal(
            new Reading.Completed(new ClipLocation.Url("https://host.test/v.mp4"), new Usd(490_000)), await Provider(true).ReadAsync("image2video/65537", Cancel));

        var failed = KlingSurface.Task("000000000000000000000000000000002002") with
        {
            State = TaskState.Failed, CompletedAt = ScriptedDesk.Created, Failure = new Failure(FailureCode.NsfwDetected, "x"),
        };
        gateway.Desk.Put(new TaskDetails(failed, null, null));
        Assert.Equal(
            new Reading.Failed(new Failure(FailureCode.ContentViolation, "Failure to pass the risk control system")), await Provider(true).ReadAsync("image2video/65538", Cancel));
    }

    [Theory]
    [InlineData("@full", RefusalClass.Busy)]
    [InlineData("@over", RefusalClass.Balance)]
    [InlineData("@policy", RefusalClass.Policy)]
    [InlineData("", RefusalClass.Input)]
    public async Task Refusals_of_the_one_half_have_their_class_in_the_other(string prompt, RefusalClass refusal)
    {
        var request = new GenerationRequest { Mode = GenerationMode.MasterTextToVideo, Prompt = prompt, DurationSeconds = 5, AspectRatio = AspectRatio.Wide, CfgScale = 0.5m, Provider = "auto" };
        var submission = new Submission(new AttemptId("att_1"), request, false, [], null, () => { });
        Assert.Equal(refusal, Assert.IsType<SubmitResult.Refused>(await Provider(false).SubmitAsync(submission, Cancel)).Class);
    }

    [Fact]
    public async Task A_wrong_pair_and_an_unknown_attempt_are_told_apart()
    {
        var submission = new Submission(
            new AttemptId("att_1"), new GenerationRequest { Mode = GenerationMode.MasterTextToVideo, Prompt = "a", DurationSeconds = 5, CfgScale = 0, Provider = "auto" }, false, [], null, () => { });
        var stranger = new KlingDialect().Create(Settings() with { ApiKey = null, AccessKey = "key_1", SecretKey = new string('x', 43) }, http, TimeProvider.System);
        Assert.Equal(RefusalClass.Auth, Assert.IsType<SubmitResult.Refused>(await stranger.SubmitAsync(submission, Cancel)).Class);
        Assert.IsType<Sighting.CannotTell>(await stranger.FindAsync(new AttemptId("att_never"), Cancel));
        Assert.Equal(new Sighting.Absent(), await Provider(true).FindAsync(new AttemptId("att_never"), Cancel));
    }

    public void Dispose() => http.Dispose();

    private IVideoProvider Provider(bool signs) => new KlingDialect().Create(
        signs ? Settings() with { ApiKey = null, AccessKey = ScriptedDesk.Owner.Key.Value, SecretKey = ScriptedDesk.OwnerSecret } : Settings(), http, TimeProvider.System);

    private ProviderSettings Settings() => new()
    {
        Name = "vendor", Dialect = "kling", BaseUrl = new Uri($"http://{gateway.Host}/kling"), ApiKey = ScriptedDesk.LiveKey, Facts = new KlingDialect().Facts,
    };
}
