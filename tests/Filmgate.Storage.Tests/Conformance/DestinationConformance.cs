using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>Destinations are due when their next delivery is, whatever is written to those.</summary>
public abstract class DestinationConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly DateTimeOffset Done = Sample.Start.AddSeconds(9);

    [Fact]
    public async Task Each_destination_is_found_once_however_much_waits_for_it()
    {
        for (var i = 0; i < 30; i++)
        {
            await FinishAsync(i, i < 25 ? "https://dead.example/hook" : $"https://live-{i}.example/hook", Done.AddSeconds(i));
        }

        Assert.Equal(
            [
                ("acc_1|https://dead.example:443", Done), ("acc_1|https://live-25.example:443", Done.AddSeconds(25)), ("acc_1|https://live-26.example:443", Done.AddSeconds(26)),
            ],
            await DueAsync(Done.AddSeconds(26)));
        Assert.Equal(Done.AddSeconds(27), await Stores.Deliveries.NextDueAsync(Done.AddSeconds(26), Cancel));
        Assert.Null(await Stores.Deliveries.NextDueAsync(Done.AddSeconds(29), Cancel));
    }

    [Fact]
    public async Task A_destination_follows_its_deliveries_through_any_run_of_attempts_resends_and_ends()
    {
        const int Count = 12;
        var random = new Random(11);
        for (var i = 0; i < Count; i++)
        {
            await FinishAsync(i, $"https://receiver-{i % 3}.example/hook", Done.AddSeconds(random.Next(60)));
        }

        var now = Done.AddMinutes(1);
        for (var step = 0; step < 200; step++)
        {
            now = now.AddSeconds(random.Next(30));
            var all = await Stores.Deliveries.ListAsync(Sample.Account.Id, new DeliveryFilter { Limit = Count }, Cancel);
            var one = all[random.Next(all.Length)];
            if (one.State == DeliveryState.Pending)
            {
                var status = random.Next(4) == 0 ? 200 : 500;
                await Stores.Deliveries.RecordAsync(
                    one, new DeliveryAttempt(now, TimeSpan.Zero, status, null, null), random.Next(5) == 0 ? null : now.AddSeconds(random.Next(1, 90)), DisablingRule.Default,
                    _ => throw new NotSupportedException(), Cancel);
            }
            else if (random.Next(2) == 0)
            {
                await Stores.Deliveries.ResendAsync(Sample.Account.Id, one.Id, now, Cancel);
            }
            else
            {
                await Stores.Deliveries.ReplayAsync(Sample.Account.Id, new DeliveryFilter { Limit = 2 }, now, Cancel);
            }

            all = await Stores.Deliveries.ListAsync(Sample.Account.Id, new DeliveryFilter { Limit = Count }, Cancel);
            var expected = all.Where(delivery => delivery.DueAt is not null)
                .GroupBy(delivery => Destination.Of(delivery.Account, delivery.Url))
                .Select(group => (group.Key, group.Min(delivery => delivery.DueAt!.Value)))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal);
            Assert.Equal(expected, (await DueAsync(DateTimeOffset.MaxValue)).OrderBy(pair => pair.Item1, StringComparer.Ordinal));
        }

        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    private async Task FinishAsync(int number, string url, DateTimeOffset at) => await ApplyAsync(
        await AcceptAsync(Sample.Task($"task_{number}") with { CallbackUrl = url }),
        Sample.Fail(Sample.Callback($"evt_{number}") with { Url = url }, at));

    private async Task<IEnumerable<(string, DateTimeOffset)>> DueAsync(DateTimeOffset now) =>
        (await Stores.Deliveries.FindDueDestinationsAsync(now, Cancel)).Select(destination => (destination.Name, destination.DueAt));
}
