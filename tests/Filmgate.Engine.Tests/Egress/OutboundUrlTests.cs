using System.Net;
using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Tests.Egress;

public class OutboundUrlTests
{
    private static readonly OutboundUrlRules AnyPort = new() { AllowedPorts = null };

    /// <summary>Hosts that lead to this machine or a private network in some reader's eyes, or are no hosts at all.</summary>
    private static readonly string[] BadHosts =
    [
        // Canonical literals of special ranges.
        "127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "169.254.169.254", "169.254.170.2",
        "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200",
        // Decimal, hexadecimal, octal, short and padded spellings.
        "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0X7F000001", "017700000001", "0177.0.0.1", "0177.0.0.01", "127.1", "127.0.1",
        "00000000127.0.0.1", "127.0.0.01", "127.00.0.1", "0127.0.0.1", "127.0.0.1.", "127.0.0.1..", "127.0.0.256", "127.0.0", "127", "0", "0x0", "00",
        "1.2.3", "1.2.3.4.5", "3232235521", "0xc0a80001", "0xa9fea9fe", "2852039166", "025177524776", "169.254.43518", "0xa9.254.169.254", "4294967295", "4294967296", "127.0.0.0x1",
        "010.8.8.8", "08.8.8.8", "8.8.8.08", "134744072", "0x08080808", "8.8", "8.8.2056", "0x.0x.0x.0x",
        // IPv6, plain and carrying IPv4.
        "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::1]", "[::0001]", "[0::0]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:10.0.0.1]", "[::ffff:0.0.0.0]",
        "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::]", "[2001::1]",
        "[2001:0:a00:1::]", "[2001:db8::1]", "[3fff::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%251]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fec0::1]", "[ff02::1]", "[ff0e::1]", "[100::1]", "[5f00::1]", "[::2]",
        "[2606:4700:4700:0:0:0:0:1111]", "[2606:4700:4700::0001]", "[::ffff:8.8.8.8.]", "[]", "[", "]", "[:]", "[::1", "::1]", "[::1]x", "x[::1]", "[127.0.0.1]", "[::g]", "[v1.x]", "[1::2::3]", "[::1%]", "[::1/]",
        // Names of this machine and of private networks.
        "localhost", "LOCALHOST", "localhost.", "foo.localhost", "a.b.localhost.", "localhost.localhost", "metadata", "metadata.google.internal", "instance-data", "host.docker.internal", "printer.local", "printer.LOCAL.",
        "kubernetes", "kubernetes.default.svc.cluster.local", "intranet", "router", "a", "broadcasthost", "ip6-localhost", "vault.internal.", "internal", "local",
        // Names that end in a number.
        "example.1", "example.com.1", "foo.0x7f", "foo.0x", "foo.127", "1.2.3.4.example.5", "1.2.3.com.09", "127.0.0.1.0x1.",
        // Malformed names.
        "", ".", "..", ".example.com", "example..com", "example.com..", "-a.example.com", "a-.example.com", "exa mple.com", "exa\tmple.com", "exa%6Dple.com", "%31%32%37.0.0.1", "127%2e0.0.1", "ex*mple.com", "*.example.com", "exa,mple.com",
        "exa;mple.com", "exa$mple.com", "exa!mple.com", "exa'mple.com", "exa(mple).com", "exa<mple>.com", "exa{mple}.com", "exa|mple.com", "exa^mple.com", "exa`mple.com", "exa\"mple.com", "exa=mple.com", "exa+mple.com", "exa&mple.com", "exa~mple.com",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
        // Unicode that turns into ASCII, dots or nothing.
        "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "local\u00ADhost", "local\u200Dhost", "local\u200Bhost", "local\u2060host", "\uFEFFlocalhost", "local\u200Chost",
        "127\u20240\u20240\u20241", "example\u2024com", "ex\u200Dample.com", "example\u3002com", "example\uFF0Ecom", "𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭", "ℓocalhost.com", "ſ.example.com", "ª.example.com", "ﬁle.example.com", "\u202Eexample.com", "exam\u034Fple.com\u2028",
        "١٢٧.٠.٠.١", "㎏.example.com", "⑴.example.com", "ʰttp.example.com", "ᵃ.example.com", "☃.example.com", "😀.example.com", "\uD800.example.com", "a\uDC00.example.com", "ﷺ.example.com", "℡.example.com", "²³.example.com", "a\u0338/.example.com", "ｅxample.com",
    ];

    private static readonly string[] BadUrls =
    [
        "", " ", "http", "http:", "http:/", "http://", "https://", "http:///x", "https:///etc/passwd", "//host.example/x", "/etc/passwd", "\\\\host\\x", "\\\\?\\C:\\x", "C:\\x", "C:/x", "x", "?", "#",
        "http:example.com", "http:/example.com", "http:\\\\example.com", "http:/\\example.com", "http://example.com\\@127.0.0.1/", "http://example.com\\.127.0.0.1/", "ht\ttp://example.com/", " http://example.com/", "http://example.com/ ",
        "http://example.com/a b", "http://example.com/a\r\nHost: x", "http://example.com/\0", "http://example.com/\u0085", "http://example.com/\u007f", "http://exam\nple.com/", "http://example.com/\\x",
        "ftp://example.com/", "file:///etc/passwd", "file://example.com/x", "FILE:/etc/passwd", "gopher://example.com/", "dict://example.com/", "ldap://example.com/", "data:image/png;base64,AAAA", "javascript:alert(1)", "jar:http://example.com!/",
        "blob:https://example.com/1", "ws://example.com/", "wss://example.com/", "ssh://example.com/", "tftp://example.com/", "netdoc:/etc/passwd", "about:blank", "mailto:a@example.com", "view-source:https://example.com/", "httpx://example.com/", "hthttp://tp://example.com",
        "unix:/var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "php://filter", "urn:x", "http//example.com", "https;//example.com", "ｈttp://example.com/", "concat:http://example.com",
        "http://user@example.com/", "http://user:pass@example.com/", "http://@example.com/", "http://:@example.com/", "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/", "http://a:b@c@example.com/", "http://example.com%40127.0.0.1/",
        "http://example.com:0/", "http://example.com:65536/", "http://example.com:99999/", "http://example.com:000080/", "http://example.com:-80/", "http://example.com:+80/", "http://example.com:8 0/", "http://example.com:80:80/", "http://example.com:http/", "http://example.com:８０/", "http://example.com:0x50/",
        "http://[::1]:x/", "http://::1/", "http://2606:4700:4700::1111/", "http://fe80::1%eth0/", "http://example.com/\uD800", "http://example.com/?\uDC00x",
    ];

    public static TheoryData<string> Refused =>
        [.. BadHosts.Select(host => $"http://{host}/x.png"), .. BadHosts.Where(h => !h.Contains(':') || h.EndsWith(']')).Select(host => $"https://{host}:8443"), .. BadUrls];

    [Fact]
    public void Every_odd_host_and_url_is_refused_with_a_sentence_that_repeats_nothing_of_it()
    {
        var allowed = new List<string>();
        var count = 0;
        foreach (var row in Refused)
        {
            count++;
            var result = OutboundUrl.Check(row.Data, AnyPort);
            if (result.IsAllowed)
                allowed.Add(row.Data);
            else
                Assert.Matches("^its? [a-z0-9 ,.:/()IPvURL]+$", result.Refusal);
        }
        Assert.Empty(allowed);
        Assert.True(count >= 150, $"{count} rows");
    }

    [Theory]
    [InlineData("https://example.com", "https://example.com/")]
    [InlineData("HTTPS://EXAMPLE.COM/A", "https://example.com/A")]
    [InlineData("http://example.com:80/", "http://example.com/")]
    [InlineData("https://example.com:443", "https://example.com/")]
    [InlineData("https://example.com:8443/x", "https://example.com:8443/x")]
    [InlineData("http://example.com:08080/x", "http://example.com:8080/x")]
    [InlineData("http://example.com:/x", "http://example.com/x")]
    [InlineData("https://example.com./x", "https://example.com./x")]
    [InlineData("https://a_b.example.com/", "https://a_b.example.com/")]
    [InlineData("https://my-bucket.s3.eu-west-1.amazonaws.com/k", "https://my-bucket.s3.eu-west-1.amazonaws.com/k")]
    [InlineData("https://1.example.com/", "https://1.example.com/")]
    [InlineData("https://0x7f.example.com/", "https://0x7f.example.com/")]
    [InlineData("https://127.0.0.1.example.com/", "https://127.0.0.1.example.com/")]
    [InlineData("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://bücher.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://BÜCHER.example/", "https://xn--bcher-kva.example/")]
    [InlineData("https://例え.jp/", "https://xn--r8jz45g.jp/")]
    [InlineData("https://пример.example/", "https://xn--e1afmkfd.example/")]
    [InlineData("https://8.8.8.8/", "https://8.8.8.8/")]
    [InlineData("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/")]
    [InlineData("https://[2606:4700:4700::ABCD]:8443/", "https://[2606:4700:4700::abcd]:8443/")]
    [InlineData("https://example.com?a=b", "https://example.com/?a=b")]
    [InlineData("https://example.com#f", "https://example.com/")]
    [InlineData("https://example.com/x#f?y", "https://example.com/x")]
    [InlineData("https://example.com/%7Eu/%2e%2E/a/../b//c/./d", "https://example.com/%7Eu/%2e%2E/a/../b//c/./d")]
    [InlineData("https://example.com/a%2Fb%00%zz%", "https://example.com/a%2Fb%00%zz%")]
    [InlineData("https://example.com/a?b?c=%7E&d=\"<>^`{|}[]'!*();:@,$+", "https://example.com/a?b?c=%7E&d=\"<>^`{|}[]'!*();:@,$+")]
    [InlineData("https://example.com/é/日?x=ü", "https://example.com/%C3%A9/%E6%97%A5?x=%C3%BC")]
    [InlineData("https://example.com/😀", "https://example.com/%F0%9F%98%80")]
    [InlineData("https://example.com/a@b", "https://example.com/a@b")]
    [InlineData("https://example.com/...", "https://example.com/...")]
    public void An_odd_but_valid_url_is_accepted_and_keeps_its_path_and_query(string text, string expected)
    {
        var result = OutboundUrl.Check(text, OutboundUrlRules.Default);
        Assert.Null(result.Refusal);
        Assert.Equal(expected, result.Url!.OriginalString);
        Assert.Equal(expected[expected.IndexOf('/', 8)..], result.Url.PathAndQuery);
    }

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
