using Filmgate.Animatic.Pictures;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using SkiaSharp;

namespace Filmgate.Engine.Tests.Lifecycle;

/// <summary>What a provider outside this process is given, and what becomes of what it says.</summary>
public sealed class SubmissionTests : IAsyncLifetime
{
    private static readonly ProviderFacts Outside = new(ProviderTier.Partner, Slots: 4, OwnIdQueryable: true, FailureBills: true)
    {
        ImageTransports = [ImageTransport.Url, ImageTransport.DataUrl],
        SendsCallbacks = true,
    };

    private House _house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_picture_has_a_signed_address_and_the_attempt_an_address_for_posts()
    {
        var (submission, task) = await SubmitAsync(Outside, TinyPicture.Png(120));
        var image = Assert.Single(submission.Images);
        Assert.Equal("image/png", image.MediaType);
        Assert.StartsWith($"https://gate.example/inputs/{task.Inputs!.Value[0].Sha256}.png?expires=", image.Url, StringComparison.Ordinal);
        Assert.StartsWith("https://gate.example/callbacks/", submission.CallbackUrl, StringComparison.Ordinal);
        Assert.Contains(submission.Attempt.Value, submission.CallbackUrl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_neither_fetches_nor_posts_gets_no_addresses()
    {
        var (submission, _) = await SubmitAsync(Outside with { ImageTransports = [ImageTransport.Base64], SendsCallbacks = false }, TinyPicture.Png(120));
        Assert.Null(Assert.Single(submission.Images).Url);
        Assert.Null(submission.CallbackUrl);
    }

    [Fact]
    public async Task WebP_becomes_PNG_for_a_provider_that_takes_none_and_the_original_stays()
    {
        var webp = WebP();
        var (submission, task) = await SubmitAsync(Outside with { TakesWebP = false }, webp);
        var image = Assert.Single(submission.Images);
        Assert.Equal("image/png", image.MediaType);
        Assert.Contains(".png?", image.Url, StringComparison.Ordinal);
        Assert.Equal(new FileInfo(image.Path).Length, image.Length);
        using var png = SKBitmap.Decode(image.Path);
        using var original = SKBitmap.Decode(webp);
        Assert.Equal(original.Bytes, png.Bytes);
        Assert.Equal(webp, await File.ReadAllBytesAsync(_house.Files.PathOf(task.Inputs!.Value[0].Sha256), Cancel));
    }

    [Fact]
    public async Task WebP_stays_as_it_is_for_a_provider_that_takes_it()
    {
        var (submission, _) = await SubmitAsync(Outside, WebP());
        Assert.Equal("image/webp", Assert.Single(submission.Images).MediaType);
    }

    [Fact]
    public void The_same_picture_always_becomes_the_same_bytes_and_a_large_one_a_JPEG()
    {
        var source = Path.Combine(_house.Folder, "source.webp");
        var first = Path.Combine(_house.Folder, "first");
        var second = Path.Combine(_house.Folder, "second");
        File.WriteAllBytes(source, WebP());
        Assert.Equal("image/png", PlainPicture.Write(source, first, 1_000_000));
        Assert.Equal("image/png", PlainPicture.Write(source, second, 1_000_000));
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal("image/jpeg", PlainPicture.Write(source, first, 1000));
        Assert.Equal([0xff, 0xd8], File.ReadAllBytes(first)[..2]);
    }

    [Fact]
    public async Task A_clip_behind_the_providers_door_is_copied_through_it()
    {
        var clip = await TinyClip.BytesAsync;
        var asked = "";
        var provider = Provider(Outside, (reference, target) =>
        {
            asked = reference;
            return target.WriteAsync(clip, Cancel);
        });
        provider.NextReading(new Reading.Completed(new ClipLocation.AtProvider("video_1"), new Usd(1)));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(TaskState.Success, task.State);
        Assert.Equal("video_1", asked);
        Assert.Equal(clip, await File.ReadAllBytesAsync(_house.Files.PathOf(task.Clip!.Sha256), Cancel));
    }

    [Fact]
    public async Task A_door_that_stays_shut_is_knocked_at_again_and_the_generation_is_not_repeated()
    {
        var provider = Provider(Outside, (_, _) => throw new UpstreamException("The provider answered with status 503 instead of the file."));
        provider.NextReading(new Reading.Completed(new ClipLocation.AtProvider("video_1"), new Usd(1)));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal("The clip cannot be fetched: The provider answered with status 503 instead of the file.", task.Failure!.Message);
        Assert.Single(provider.Submissions);
    }

    [Theory]
    [InlineData(RefusalClass.Input, FailureCode.ImageTooLarge)]
    [InlineData(RefusalClass.Policy, FailureCode.NsfwDetected)]
    public async Task A_refusals_own_code_becomes_the_tasks(RefusalClass refusal, FailureCode code)
    {
        var provider = Provider(Outside);
        provider.NextSubmit(new SubmitResult.Refused(refusal, "It says why.", null, code));
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal(new Failure(code, "It says why."), task.Failure);
        Assert.Equal(code, task.LastAttempt!.FailCode);
    }

    [Theory]
    [InlineData(RefusalClass.Balance)]
    [InlineData(RefusalClass.Auth)]
    [InlineData(RefusalClass.Permission)]
    [InlineData(RefusalClass.Outage)]
    public async Task A_provider_that_turned_the_task_away_is_not_asked_again_while_there_is_another(RefusalClass refusal)
    {
        var first = new ScriptedProvider("a", _house.ClipPath);
        var second = new ScriptedProvider("b", _house.ClipPath);
        first.NextSubmit(new SubmitResult.Refused(refusal, "Not here."));
        _house.Providers = new ProviderDirectory([first, second]);
        var task = await _house.RunToEndAsync((await _house.AcceptAsync()).Key);
        Assert.Equal((TaskState.Success, "b"), (task.State, task.LastAttempt!.Provider));
        Assert.Single(first.Submissions);
    }

    [Fact]
    public async Task A_task_that_a_pinned_provider_objects_to_fails_before_anything_is_sent()
    {
        var provider = Provider(Outside with { PromptLengthMax = 5 });
        var sample = House.NewTask();
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(sample with { Request = sample.Request with { Provider = "outside" } })).Key);
        Assert.Equal(FailureCode.PromptTooLong, task.Failure!.Code);
        Assert.Contains("outside takes prompts of at most 5 characters", task.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(provider.Submissions);
        Assert.Empty(task.Attempts);
    }

    private static byte[] WebP()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(320, 300, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.SeaGreen);
        using var paint = new SKPaint { Color = SKColors.Coral };
        canvas.DrawCircle(100, 120, 70, paint);
        return bitmap.Encode(SKEncodedImageFormat.Webp, 90).ToArray();
    }

    private ScriptedProvider Provider(ProviderFacts facts, Func<string, Stream, ValueTask>? door = null)
    {
        var provider = new ScriptedProvider("outside", _house.ClipPath) { Facts = facts, Door = door };
        _house.Providers = new ProviderDirectory([provider]);
        return provider;
    }

    private async Task<(Submission Submission, VideoTask Task)> SubmitAsync(ProviderFacts facts, byte[] picture)
    {
        var provider = Provider(facts);
        var stored = await _house.Files.StoreAsync(picture, Cancel);
        var accepted = await _house.AcceptAsync(House.NewTask("task_1", GenerationRequest.StoredImagePrefix + stored.Sha256));
        var task = await _house.RunToEndAsync(accepted.Key);
        Assert.True(task.State == TaskState.Success, task.Failure?.ToString());
        return (Assert.Single(provider.Submissions), task);
    }
}
