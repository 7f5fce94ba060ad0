using Filmgate.Engine.Maintenance;
using Filmgate.Engine.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Maintenance;

public sealed class OverdueSweeperTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private House _house = null!;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task What_a_last_life_left_behind_is_woken_as_overdue_and_not_as_if_there_were_news()
    {
        var task = await _house.AcceptAsync();
        var start = new EngineStart();
        using var sweeper = new OverdueSweeper(_house.Tasks, _house.Waker, _house.Options, start, _house.Time, NullLogger<OverdueSweeper>.Instance);
        await sweeper.StartAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_house.Waker.Overdue);
        start.Set();
        using var patience = new CancellationTokenSource(Patience);
        while (_house.Waker.Overdue.IsEmpty)
        {
            await Task.Delay(5, patience.Token);
        }

        Assert.Equal([task.Key], _house.Waker.Overdue);
        Assert.Empty(_house.Waker.Tasks);
        await sweeper.StopAsync(TestContext.Current.CancellationToken);
    }
}
