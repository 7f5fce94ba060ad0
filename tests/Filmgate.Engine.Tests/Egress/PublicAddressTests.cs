using System.Net;
using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Tests.Egress;

public class PublicAddressTests
{
    [Theory]
    [InlineData("0.0.0.0"), InlineData("0.255.255.255"), InlineData("10.0.0.0"), InlineData("10.255.255.255")]
    [InlineData("100.64.0.0"), InlineData("100.127.255.255"), InlineData("127.0.0.1"), InlineData("127.255.255.255")]
    [InlineData("169.254.0.0"), InlineData("169.254.169.254"), InlineData("172.16.0.0"), InlineData("172.31.255.255")]
    [InlineData("192.0.0.0"), InlineData("192.0.0.255"), InlineData("192.0.2.1"), InlineData("192.88.99.1")]
    [InlineData("192.168.0.0"), InlineData("192.168.255.255"), InlineData("198.18.0.0"), InlineData("198.19.255.255")]
    [InlineData("198.51.100.7"), InlineData("203.0.113.7"), InlineData("224.0.0.1"), InlineData("239.255.255.255")]
    [InlineData("240.0.0.0"), InlineData("255.255.255.254"), InlineData("255.255.255.255"), InlineData("168.63.129.16")]
    [InlineData("::"), InlineData("::1"), InlineData("::127.0.0.1"), InlineData("::8.8.8.8"), InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:0.0.0.0"), InlineData("::ffff:10.1.2.3"), InlineData("::ffff:169.254.169.254"), InlineData("::ffff:168.63.129.16")]
    [InlineData("::ffff:0:127.0.0.1"), InlineData("::ffff:0:8.8.8.8"), InlineData("64:ff9b::7f00:1"), InlineData("64:ff9b::808:808")]
    [InlineData("64:ff9b:1::1"), InlineData("100::1"), InlineData("fc00::1"), InlineData("fd00:ec2::254"), InlineData("fe80::1")]
    [InlineData("fe80::1%1"), InlineData("2606:4700:4700::1111%1"), InlineData("fec0::1"), InlineData("ff02::1"), InlineData("5f00::1")]
    [InlineData("2001::1"), InlineData("2001:0:7f00:1::"), InlineData("2001:1ff::1"), InlineData("2001:db8::1"), InlineData("2002:7f00:1::")]
    [InlineData("2002:808:808::1"), InlineData("3fff::1"), InlineData("3fff:fff:ffff::1"), InlineData("4000::1"), InlineData("1fff::1")]
    [InlineData("2a00:1450::5efe:7f00:1"), InlineData("2a00:1450::200:5efe:808:808")]
    public void An_address_of_a_special_range_is_not_public(string address) =>
        Assert.False(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.0.0.0"), InlineData("8.8.8.8"), InlineData("9.255.255.255"), InlineData("11.0.0.0"), InlineData("100.63.255.255")]
    [InlineData("100.128.0.0"), InlineData("126.255.255.255"), InlineData("128.0.0.0"), InlineData("169.253.255.255"), InlineData("169.255.0.0")]
    [InlineData("172.15.255.255"), InlineData("172.32.0.0"), InlineData("192.0.1.0"), InlineData("192.167.255.255"), InlineData("192.169.0.0")]
    [InlineData("198.17.255.255"), InlineData("198.20.0.0"), InlineData("223.255.255.255"), InlineData("168.63.129.15"), InlineData("168.63.129.17")]
    [InlineData("::ffff:8.8.8.8"), InlineData("2606:4700:4700::1111"), InlineData("2001:200::1"), InlineData("2003::1"), InlineData("2a00::1"), InlineData("3ffe::1"), InlineData("2a00:1450::5eff:7f00:1")]
    public void An_address_beside_the_special_ranges_is_public(string address) =>
        Assert.True(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void A_mapped_address_is_dialled_as_the_address_inside() =>
        Assert.Equal(IPAddress.Parse("8.8.8.8"), PublicAddress.Normalise(IPAddress.Parse("::ffff:8.8.8.8")));

    [Theory]
    [InlineData(null, 0), InlineData("", 0), InlineData("  ", 0), InlineData("127.0.0.0/8", 1), InlineData("10.0.0.0/8, fd00::/8 ,192.168.1.7", 3), InlineData("::1", 1)]
    public void A_list_of_networks_is_read(string? text, int count)
    {
        Assert.True(AllowedNetworks.TryParse(text, out var networks, out var error), error);
        Assert.Equal(count, networks.Count);
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8"), InlineData("10.0.0.0/33", "0 to 32"), InlineData("fd00::/129", "0 to 128"), InlineData("lan", "\"lan\"")]
    [InlineData("10.0.0.0/8,,::1", "two commas"), InlineData("10/8", "\"10/8\""), InlineData("0x7f.1/8", "\"0x7f.1/8\""), InlineData("10.0.0.0/", "prefix length")]
    [InlineData("10.0.0.0/-1", "prefix length"), InlineData("::ffff:10.0.0.0/104", "IPv4 form"), InlineData("10.0.0.0/8;127.0.0.0/8", "prefix length")]
    public void A_bad_network_is_named_with_the_way_out(string text, string expected)
    {
        Assert.False(AllowedNetworks.TryParse(text, out var networks, out var error));
        Assert.Empty(networks);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_bad_networks_are_named_at_once()
    {
        Assert.False(AllowedNetworks.TryParse("one,10.0.0.0/8,two", out _, out var error));
        Assert.Contains("\"one\"", error, StringComparison.Ordinal);
        Assert.Contains("\"two\"", error, StringComparison.Ordinal);
    }
}
