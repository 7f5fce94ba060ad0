using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Lifecycle;

/// <summary>The service that keeps our files is out of reach for a while.</summary>
public sealed class ArtifactsAwayTests : IAsyncLifetime
{
    private House _house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_task_waits_at_every_stage_for_as_long_as_it_takes_and_is_submitted_once()
    {
        var patience = TimeSpan.FromMinutes(30);
        _house.Routing = new RoutingOptions { ClipPatience = patience };
        var picture = await _house.Files.StoreAsync(TinyPicture.Png(3), Cancel);
        var key = (await _house.AcceptAsync(House.NewTask("task_1", "stored:" + picture.Sha256))).Key;

        // :: Intake: the picture cannot be read.
        _house.Artifacts.IsAway = true;
        var task = await _house.RunAsync(key, task => task.Tries > 4);
        Assert.Equal((TaskState.Pending, null), (task.State, task.Inputs));

        // :: Submission: it cannot be handed on, and no provider has heard of the task.
        _house.Artifacts.IsAway = false;
        await _house.RunAsync(key, task => task.LastAttempt is { State: AttemptState.Prepared });
        _house.Artifacts.IsAway = true;
        task = await _house.RunAsync(key, task => task.Tries > 4);
        Assert.Equal(AttemptState.Prepared, task.LastAttempt!.State);
        Assert.Empty(_house.Provider.Submissions);

        // :: Taking in: the clip cannot be stored, for longer than a clip that cannot be fetched is waited for.
        _house.Artifacts.IsAway = false;
        task = await _house.RunAsync(key, task => task.LastAttempt is { State: AttemptState.Completed });
        var completed = task.LastAttempt!.EndedAt!.Value;
        _house.Artifacts.IsAway = true;
        task = await _house.RunAsync(key, _ => _house.Time.GetUtcNow() - completed > 4 * patience);
        Assert.Equal((TaskState.Processing, AttemptState.Completed), (task.State, task.LastAttempt!.State));
        Assert.Empty(_house.Unfinished);

        // :: And the end: the same attempt, its clip, its charge.
        _house.Artifacts.IsAway = false;
        task = await _house.RunToEndAsync(key);
        Assert.Equal(TaskState.Success, task.State);
        Assert.Single(task.Attempts);
        Assert.Single(_house.Provider.Submissions);
        Assert.True(_house.Files.Contains(task.Clip!.Sha256));
    }

    [Fact]
    public async Task What_the_store_cannot_take_is_told_as_its_own_trouble_and_not_as_the_clips()
    {
        _house.Artifacts.IsAway = true;
        var outcome = await _house.ClipIntake.TakeInAsync(
            House.NewTask(), new Model.Providers.ClipLocation.LocalFile(_house.ClipPath), _house.Provider, Cancel);
        Assert.IsType<ClipOutcome.Unstored>(outcome);
        Assert.Empty(_house.Unfinished);
    }

    [Fact]
    public async Task A_request_that_brings_its_picture_is_put_off_and_nothing_is_created()
    {
        _house.Artifacts.IsAway = true;
        var images = await _house.RequestImages.ReadAsync(House.Account.Id, [TinyPicture.DataUrl(9)], Cancel);
        Assert.Empty(images.Faults);
        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(async () => await _house.RequestImages.StoreAsync(images, Cancel));
    }
}
