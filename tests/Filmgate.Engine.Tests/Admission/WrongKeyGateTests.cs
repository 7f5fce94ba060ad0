using System.Net;
using Filmgate.Engine.Admission;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Admission;

/// <summary>Row J8 of the reliability reference: the count behind the answer.</summary>
public sealed class WrongKeyGateTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.7");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 20, TimeSpan.Zero));
    private readonly WrongKeyGate _gate;

    public WrongKeyGateTests() => _gate = new WrongKeyGate(_time, NullLogger<WrongKeyGate>.Instance);

    [Fact]
    public void An_address_is_told_to_wait_beyond_its_limit_until_the_minute_is_over()
    {
        Assert.All(Enumerable.Range(0, WrongKeyGate.WrongKeysMax), _ => Assert.True(_gate.Note(Guesser).IsAllowed));
        for (var i = 0; i < 10_000; i++)
        {
            var verdict = _gate.Note(Guesser);
            Assert.Equal((false, WrongKeyGate.WrongKeysMax, TimeSpan.FromSeconds(40)), (verdict.IsAllowed, verdict.Limit, verdict.Reset));
        }

        _time.Advance(TimeSpan.FromSeconds(39.9));
        Assert.False(_gate.Note(Guesser).IsAllowed);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(_gate.Note(Guesser).IsAllowed);
    }

    [Theory]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void An_address_and_a_network_of_IPv6_are_counted_apart(string first, string second, bool together)
    {
        Exhaust(IPAddress.Parse(first));

        Assert.Equal(!together, _gate.Note(IPAddress.Parse(second)).IsAllowed);
    }

    [Fact]
    public void A_connection_without_an_address_is_counted_too()
    {
        Exhaust(null);

        Assert.False(_gate.Note(null).IsAllowed);
        Assert.True(_gate.Note(Guesser).IsAllowed);
    }

    [Fact]
    public void Beyond_the_memory_all_further_addresses_are_counted_together()
    {
        for (var i = 0; i < WrongKeyGate.AddressesMax; i++)
        {
            Assert.True(_gate.Note(new IPAddress(0x0A000000L + i)).IsAllowed);
        }

        for (var i = 0; i < WrongKeyGate.WrongKeysMax; i++)
        {
            Assert.True(_gate.Note(new IPAddress(0x0B000000L + i)).IsAllowed);
        }

        Assert.False(_gate.Note(Guesser).IsAllowed);
        Assert.True(_gate.Note(new IPAddress(0x0A000000L)).IsAllowed);
    }

    private void Exhaust(IPAddress? address)
    {
        for (var i = 0; i < WrongKeyGate.WrongKeysMax; i++)
        {
            _gate.Note(address);
        }
    }
}
