using System.Collections.Immutable;
using System.Net;
using Filmgate.Engine.Cluster;
using Orleans.Runtime;

namespace Filmgate.Engine.Tests.Cluster;

public sealed class ClusterDutiesTests
{
    private static readonly ImmutableArray<string> Duties = [.. Enumerable.Range(0, 3000).Select(number => $"destination-{number}")];

    [Fact]
    public void Every_node_finds_the_same_holder_in_whatever_order_it_knows_the_others()
    {
        ImmutableArray<SiloAddress> living = [Silo(1), Silo(2), Silo(3)];
        ImmutableArray<SiloAddress> otherwise = [Silo(3), Silo(1), Silo(2)];
        Assert.All(Duties, duty => Assert.Equal(ClusterDuties.HolderOf(duty, living), ClusterDuties.HolderOf(duty, otherwise)));
    }

    [Fact]
    public void Nodes_share_evenly()
    {
        var holders = Duties.CountBy(duty => ClusterDuties.HolderOf(duty, [Silo(1), Silo(2), Silo(3)])!).ToList();
        Assert.Equal(3, holders.Count);
        Assert.All(holders, holder => Assert.InRange(holder.Value, 800, 1200));
    }

    [Fact]
    public void A_node_that_goes_leaves_its_own_duties_to_others_and_moves_none_else()
    {
        ImmutableArray<SiloAddress> before = [Silo(1), Silo(2), Silo(3)];
        ImmutableArray<SiloAddress> after = [Silo(1), Silo(3)];
        foreach (var duty in Duties)
        {
            var held = ClusterDuties.HolderOf(duty, before);
            Assert.Equal(held!.Equals(Silo(2)) ? ClusterDuties.HolderOf(duty, after) : held, ClusterDuties.HolderOf(duty, after));
        }
    }

    [Fact]
    public void Where_nobody_lives_nobody_holds_anything() => Assert.Null(ClusterDuties.HolderOf("retention", []));

    private static SiloAddress Silo(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11110 + number), 1000 + number);
}
