using System.Net;
using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Tests.Egress;

public class OutboundUrlTests
{
    private static readonly OutboundUrlRules AnyPort = new() { AllowedPorts = null };

    [Fact]
    public void The_length_is_limited_to_2048_characters()
    {
        Assert.True(OutboundUrl.Check("https://example.com/".PadRight(2048, 'a'), OutboundUrlRules.Default).IsAllowed);
        Assert.False(OutboundUrl.Check("https://example.com/".PadRight(2049, 'a'), OutboundUrlRules.Default).IsAllowed);
        Assert.False(OutboundUrl.Check(null, OutboundUrlRules.Default).IsAllowed);
    }

    [Theory]
    [InlineData(22), InlineData(25), InlineData(6379), InlineData(5432), InlineData(1), InlineData(65535), InlineData(81)]
    public void An_unusual_port_is_refused_on_a_public_host(int port)
    {
        Assert.Contains("port", OutboundUrl.Check($"https://example.com:{port}/", OutboundUrlRules.Default).Refusal, StringComparison.Ordinal);
        Assert.Contains("port", OutboundUrl.Check($"https://8.8.8.8:{port}/", OutboundUrlRules.Default).Refusal, StringComparison.Ordinal);
        Assert.True(OutboundUrl.Check($"https://example.com:{port}/", AnyPort).IsAllowed);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "http://127.0.0.1:3000/", true)]
    [InlineData("127.0.0.0/8", "http://localhost:3000/", true)]
    [InlineData("::1/128", "http://localhost:3000/", true)]
    [InlineData("::1/128", "http://[::1]:3000/", true)]
    [InlineData("127.0.0.0/8", "http://[::ffff:127.0.0.1]:3000/", true)]
    [InlineData("10.0.0.0/8", "http://localhost:3000/", false)]
    [InlineData("10.0.0.0/8", "http://minio:9000/bucket", true)]
    [InlineData("10.0.0.0/8", "http://files.internal/x", true)]
    [InlineData("10.0.0.0/8", "http://192.168.0.1/", false)]
    [InlineData("10.0.0.0/8", "http://0x0a000001/", false)]
    [InlineData("10.0.0.0/8", "http://10.1/", false)]
    [InlineData("10.0.0.0/8", "http://8.8.8.8:22/", false)]
    [InlineData("10.0.0.0/8", "http://user@10.0.0.1/", false)]
    public void An_opened_network_opens_its_own_addresses_only(string network, string url, bool allowed) =>
        Assert.Equal(allowed, OutboundUrl.Check(url, new OutboundUrlRules { AllowNetworks = [IPNetwork.Parse(network)] }).IsAllowed);

    [Theory]
    [InlineData("", "https://example.com/hook", true), InlineData("", "http://example.com/hook", false), InlineData("", "http://8.8.8.8/hook", false)]
    [InlineData("10.0.0.0/8", "http://10.0.0.1:9/hook", true), InlineData("10.0.0.0/8", "http://8.8.8.8/hook", false), InlineData("10.0.0.0/8", "http://receiver.example/hook", true)]
    public void A_webhook_needs_https_except_towards_an_opened_network(string network, string url, bool allowed)
    {
        var rules = new EgressOptions { AllowNetworks = network.Length == 0 ? [] : [IPNetwork.Parse(network)] }.CallbackRules;
        Assert.Equal(allowed, OutboundUrl.Check(url, rules).IsAllowed);
    }

    [Theory]
    [InlineData("/y", "https://a.example/y"), InlineData("y", "https://a.example/p/y"), InlineData("../y", "https://a.example/y"), InlineData("../../../y?z", "https://a.example/y?z")]
    [InlineData("./", "https://a.example/p/"), InlineData("..", "https://a.example/"), InlineData("?z", "https://a.example/p/x?z"), InlineData("#f", "https://a.example/p/x?q=1/2")]
    [InlineData("//b.example/y", "https://b.example/y"), InlineData("https://b.example/%7Ey/../z", "https://b.example/%7Ey/../z"), InlineData("/\u00C3\u00A9", "https://a.example/%C3%A9")]
    [InlineData("y:z/..", null), InlineData("file:///etc/passwd", null), InlineData("//127.0.0.1/", null), InlineData("http:/x", null), InlineData("\\\\b.example", null), InlineData("//\u00E9.example/", null)]
    [InlineData("http://a.example/y", null), InlineData("HTTP://b.example/", null), InlineData("/y z", null), InlineData("//", null), InlineData("///x", null), InlineData("https://u:p@b.example/", null), InlineData("./a:b", "https://a.example/p/a:b")]
    public void A_redirect_is_resolved_and_checked(string location, string? expected)
    {
        var from = OutboundUrl.Check("https://a.example/p/x?q=1/2", OutboundUrlRules.Default).Url!;
        Assert.Equal(expected, OutboundUrl.CheckRedirect(from, location, OutboundUrlRules.Default).Url?.OriginalString);
    }

    [Fact]
    public void Random_text_never_throws_and_whatever_is_allowed_has_an_ascii_public_host()
    {
        var random = new Random(20260301);
        string[] parts = ["http", "https", "://", ":", "/", "//", "@", "[", "]", "::1", "127.0.0.1", "localhost", ".", "%", "%2e", "\\", "é", "①", "\u200d", "\ud800", "example.com", "0x7f", "?", "#", "80", "xn--", "-", " ", "\0", "ffff:", "。"];
        for (var i = 0; i < 100_000; i++)
        {
            var text = random.Next(4) == 0 ? "" : "https://";
            for (var n = random.Next(8); n >= 0; n--)
                text += parts[random.Next(parts.Length)];
            var result = OutboundUrl.Check(text, AnyPort);
            if (result.Url is not { } url)
                continue;
            Assert.Equal(url.IdnHost, url.Host);
            Assert.False(url.IsLoopback, text);
            Assert.True(!IPAddress.TryParse(url.IdnHost, out var literal) || PublicAddress.IsPublic(literal), text);
            Assert.True(OutboundUrl.Check(url.OriginalString, AnyPort).IsAllowed, text);
        }
    }
}
