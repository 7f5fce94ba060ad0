using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>Opens the stores for one test, with the two accounts of <see cref="Sample"/> in them.</summary>
public abstract class StoreConformance(StoresUnderTest stores) : IAsyncLifetime
{
    protected StoresUnderTest Stores => stores;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        await stores.OpenAsync();
        await stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        await stores.Accounts.AddAsync(Sample.OtherAccount, [Sample.OtherKey], Sample.Audit(Sample.OtherAccount.Id.Value), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<VideoTask> AcceptAsync(VideoTask task)
    {
        await stores.Tasks.AcceptAsync(task, Cancel);
        return task;
    }

    protected async Task<VideoTask> ApplyAsync(VideoTask task, params TaskTransition[] steps)
    {
        foreach (var step in steps)
        {
            var outcome = await stores.Tasks.ApplyAsync(task, step, Cancel);
            Assert.True(outcome.Won, $"{step.Name} was not applied although nobody else wrote.");
            task = outcome.Task;
        }

        return task;
    }

    protected async Task<VideoTask> LoadAsync(VideoTask task)
    {
        var loaded = await stores.Tasks.LoadAsync(task.Key, Cancel);
        Assert.NotNull(loaded);
        return loaded;
    }

    /// <summary>The whole aggregate is equal: lists by their entries, the rest as records.</summary>
    protected static void AssertSame(VideoTask expected, VideoTask actual)
    {
        Assert.Equal(expected.Request.Images, actual.Request.Images);
        Assert.Equal(expected.Inputs.HasValue, actual.Inputs.HasValue);
        Assert.Equal(expected.Inputs ?? [], actual.Inputs ?? []);
        Assert.Equal(expected.Attempts, actual.Attempts);
        Assert.Equal(WithoutLists(expected), WithoutLists(actual));
    }

    private static VideoTask WithoutLists(VideoTask task) =>
        task with { Request = task.Request with { Images = [] }, Inputs = null, Attempts = [] };
}
