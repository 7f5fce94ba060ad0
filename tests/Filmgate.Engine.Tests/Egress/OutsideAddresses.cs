namespace Filmgate.Engine.Tests.Egress;

/// <summary>An address from outside that must be refused.</summary>
/// <param name="Url">The address; <see cref="OutsideAddresses.Trap"/> stands for the port of a listener that must never be reached.</param>
/// <param name="Refusal">The reason, word for word.</param>
internal sealed record RefusedAddress(string Url, string Refusal)
{
    /// <summary>The address with the port of the listener.</summary>
    public string At(int port) => Url.Replace(OutsideAddresses.Trap, port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

/// <summary>
/// The table of what callers, providers and name servers may try: addresses that are refused, each with its reason, answers to a name look-up that
/// are refused, and odd ones of both kinds that are good. Every surface that takes an address is held against it.
/// </summary>
internal static class OutsideAddresses
{
    /// <summary>What stands for the port of a listener that must never be reached.</summary>
    public const string Trap = "{port}";

    private const string
        NotPublic = "its address is not on the public internet",
        ThisMachine = "its host name stands for this machine",
        Inside = "its host name has no meaning on the public internet",
        OddIPv4 = "its IPv4 address is not in canonical form (four decimal numbers)",
        OddIPv6 = "its IPv6 address is not in canonical form",
        BrokenIPv6 = "its IPv6 address is malformed",
        EndsInNumber = "its host name ends in a number",
        OddLetters = "its host has characters that do not belong in a host name",
        OddLabel = "its host name has an empty label or one longer than 63 characters",
        Hyphen = "its host name has a label that begins or ends with a hyphen",
        NoName = "its host name is empty or longer than 253 characters",
        NoHost = "it has no host",
        NoPort = "its port is not a number from 1 to 65535",
        ClosedPort = "its port is not one of the open ones",
        User = "it carries a user name or password",
        Space = "it has a space, a backslash or a control character in it",
        Scheme = "it does not begin with http:// or https://",
        Surrogate = "it has half a surrogate pair in it";

    private static readonly string Label64 = new('a', 64);
    private static readonly string Name254 = string.Join('.', Enumerable.Repeat(new string('a', 49), 5)) + ".aaaa";

    // Each host stands in https://host:port/x.png, behind which the listener waits.
    private static readonly (string Refusal, string[] Hosts)[] Hosts =
    [
        (NotPublic,
        [
            // This machine; 0.0.0.0 leads a socket to it as well.
            "127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.0.0.1", "0.255.255.255",
            // Private networks, carrier-grade NAT, link-local.
            "10.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.254", "169.254.0.1", "169.254.255.254",
            // Metadata of clouds: most, Amazon's containers, Tencent, Oracle, Alibaba, Azure.
            "169.254.169.254", "169.254.170.2", "169.254.0.23", "192.0.0.192", "100.100.100.200", "168.63.129.16",
            // Protocol assignments, documentation, the 6to4 relay, benchmarks, multicast, the reserved block, broadcast.
            "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "198.18.0.1", "198.19.255.254", "224.0.0.1", "224.0.0.251", "239.255.255.250", "240.0.0.1", "255.255.255.254", "255.255.255.255",
            // This machine, unique local, link-local, site-local, multicast, discard-only, segment routing, unassigned.
            "[::]", "[::1]", "[::2]", "[fc00::1]", "[fd00::1]", "[fd12:3456:789a:1::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[ff02::1]", "[ff05::1:3]", "[ff0e::1]", "[100::1]", "[5f00::1]", "[1fff::1]", "[4000::1]",
            // Metadata of Amazon and Google.
            "[fd00:ec2::254]", "[fd20:ce::254]",
            // IPv4 within IPv6: compatible, mapped, translated, NAT64 of both kinds, 6to4, Teredo, ISATAP.
            "[::127.0.0.1]", "[::8.8.8.8]", "[::ffff:127.0.0.1]", "[::FFFF:10.0.0.1]", "[::ffff:0:0]", "[::ffff:169.254.169.254]", "[::ffff:168.63.129.16]", "[::ffff:0:127.0.0.1]", "[::ffff:0:8.8.8.8]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::808:808]",
            "[64:ff9b:1::1]", "[64:ff9b:1:ffff::a00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2002:808:808::1]", "[2001::1]", "[2001:0:a00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
            "[2a00:1450::5efe:127.0.0.1]", "[2a00:1450::5efe:10.0.0.1]", "[2a00:1450:0:1:200:5efe:808:808]", "[fe80::5efe:10.0.0.1]",
            // Protocol assignments and documentation.
            "[2001:2::1]", "[2001:10::1]", "[2001:20::1]", "[2001:1ff:ffff::1]", "[2001:db8::1]", "[2001:db8:ffff::1]", "[3fff::1]", "[3fff:fff:ffff::1]",
        ]),
        (OddIPv4,
        [
            "2130706433", "017700000001", "0177.0.0.1", "0177.0.0.01", "127.1", "127.0.1", "00000000127.0.0.1", "127.0.0.01", "127.00.0.1", "0127.0.0.1", "127.0.0.1.", "127.0.0.1..", "127.0.0.256", "127.0.0", "127", "0", "00", "0.0",
            "1.2.3", "1.2.3.4.5", "3232235521", "2852039166", "025177524776", "169.254.43518", "10.1", "192.168.257", "4294967295", "4294967296", "99999999999999999999", "010.8.8.8", "08.8.8.8", "8.8.8.08", "134744072", "8.8", "8.8.2056", "1.1.1.1.",
            ".", "..", "...",
        ]),
        (EndsInNumber,
        [
            "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0X7F000001", "0x0", "0xc0a80001", "0xa9fea9fe", "0xa9.254.169.254", "127.0.0.0x1", "0x08080808", "0x.0x.0x.0x", "0xffffffffff7f000001",
            "example.1", "example.com.1", "foo.0x7f", "foo.0x", "foo.127", "1.2.3.com.09", "127.0.0.1.0x1.", "metadata.169", "example.com.0x7f.",
        ]),
        (OddIPv6,
        [
            "[0:0:0:0:0:0:0:1]", "[0000::1]", "[::0001]", "[0::0]", "[::7f00:1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0.0.0.0]", "[::ffff:0:7f00:1]", "[2a00:1450::5efe:7f00:1]", "[64:ff9b::127.0.0.1]", "[2606:4700:4700:0:0:0:0:1111]", "[2606:4700:4700::0001]",
            "[::FFFF:7F00:0001]", "[0:0::1]", "[fe80:0::1]",
        ]),
        (BrokenIPv6,
        [
            "[fe80::1%251]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fe80::1%eth0]", "[::1%]", "[2606:4700:4700::1111%251]", "[::ffff:8.8.8.8.]", "[]", "[:]", "[::g]", "[v1.x]", "[v6.::1]", "[1::2::3]", "[127.0.0.1]", "[localhost]",
            "[::ffff:256.0.0.1]", "[1:2:3:4:5:6:7:8:9]", "[::12345]", "[[::1]]",
        ]),
        (ThisMachine, ["localhost", "LOCALHOST", "LocalHost", "localhost.", "foo.localhost", "a.b.localhost.", "localhost.localhost", "127.0.0.1.localhost"]),
        (Inside,
        [
            "metadata", "metadata.google.internal", "METADATA.google.INTERNAL.", "instance-data", "host.docker.internal", "gateway.docker.internal", "printer.local", "printer.LOCAL.", "kubernetes", "kubernetes.default.svc.cluster.local", "intranet", "router", "a",
            "broadcasthost", "ip6-localhost", "ip6-loopback", "localdomain", "vault.internal.", "internal", "local", "wpad", "xn--p1ai", "рф",
        ]),
        (NoName, [Name254]),
        (OddLabel, [".example.com", "example..com", "example.com..", "localhost..", $"{Label64}.com", $"example.{Label64}", "..example.com"]),
        (Hyphen, ["-a.example.com", "a-.example.com", "-.example.com", "example.-com"]),
        (OddLetters,
        [
            // Percent signs, quotes and signs of other grammars.
            "exa%6Dple.com", "%31%32%37.0.0.1", "127%2e0.0.1", "%6c%6f%63%61%6c%68%6f%73%74", "example.com%00.example.org", "example.com%2f.example.org", "example.com%40127.0.0.1", "ex*mple.com", "*.example.com", "exa,mple.com", "exa;mple.com", "exa$mple.com",
            "exa!mple.com", "exa'mple.com", "exa(mple).com", "exa<mple>.com", "exa{mple}.com", "exa|mple.com", "exa^mple.com", "exa`mple.com", "exa\"mple.com", "exa=mple.com", "exa+mple.com", "exa&mple.com", "exa~mple.com", "127.0.0.1,example.com", "example.com]", "]",
            // Digits and dots of other scripts, circled and full-width letters.
            "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "127\u20240\u20240\u20241", "example\u2024com", "example\u3002com", "example\uFF0Ecom", "example\uFF61com", "𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭", "ｅxample.com", "١٢٧.٠.٠.١", "१२७.0.0.1", "²³.example.com",
            "⑴.example.com", "㎏.example.com", "℡.example.com", "ﷺ.example.com", "ﬁle.example.com", "ℓocalhost.com", "ſ.example.com", "ª.example.com", "ʰttp.example.com", "ᵃ.example.com", "☃.example.com", "😀.example.com", "example.com／x", "example.com＠127.0.0.1", "example.com：80", "：：１",
            // Letters that cannot be seen.
            "local\u00ADhost", "local\u200Dhost", "local\u200Bhost", "local\u200Chost", "local\u2060host", "\uFEFFlocalhost", "local\u034Fhost", "local\u180Ehost", "ex\u200Dample.com", "\u202Eexample.com", "exam\u034Fple.com\u2028", "example.com\u2060", "a\u0338\u3000.example.com", "\uD800.example.com", "a\uDC00.example.com",
        ]),
    ];

    private static readonly (string Refusal, string[] Urls)[] Urls =
    [
        (Space,
        [
            " ", "\\\\host\\x", "\\\\?\\C:\\x", "C:\\x", "http:\\\\example.com", "http:/\\example.com", "https://example.com\\@127.0.0.1:{port}/", "https://127.0.0.1:{port}\\@example.com/", "https://example.com\\.127.0.0.1/", "ht\ttps://example.com/", "https://exa mple.com/", "https://exa\tmple.com/",
            "https://example.com/a b", "https://example.com/a\r\nHost: x", "https://example.com/\0", "https://example.com/\u0085", "https://example.com/\u007f", "https://exam\nple.com/", "https://example.com/\\x", "https:\n//example.com/", "https://example.com:8 0/", "https://127.0.0.1:{port}\t/", "\u0001https://example.com/",
        ]),
        (Scheme,
        [
            "http", "http:", "http:/", "https:", "//host.example/x", "//127.0.0.1:{port}/", "/etc/passwd", "C:/x", "x", "?", "#", ".", "null", "example.com/a.png", "127.0.0.1:{port}/", "localhost:{port}", "http:example.com", "http:/example.com", "https:/example.com", "https:example.com/a", "https//example.com", "https;//example.com",
            "ftp://example.com/a.png", "ftps://example.com/", "sftp://example.com/", "file:///etc/passwd", "file://example.com/x", "FILE:/etc/passwd", "gopher://127.0.0.1:{port}/", "dict://127.0.0.1:{port}/", "ldap://example.com/", "ldaps://example.com/", "javascript:alert(1)", "jar:https://example.com!/", "blob:https://example.com/1",
            "ws://127.0.0.1:{port}/", "wss://example.com/", "ssh://example.com/", "telnet://127.0.0.1:{port}/", "tftp://example.com/", "smb://example.com/x", "redis://127.0.0.1:{port}/", "netdoc:/etc/passwd", "about:blank", "mailto:a@example.com", "view-source:https://example.com/", "feed:https://example.com/", "httpx://example.com/", "hthttp://tp://example.com",
            "unix:/var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "php://filter", "expect://id", "s3://bucket/key", "urn:x", "concat:http://example.com", "ｈttps://example.com/", "h\u200Bttps://example.com/", "https\u00AD://example.com/", "https：//example.com/", "https:／／example.com/",
        ]),
        (NoHost, ["http://", "https://", "http:///x", "https:///etc/passwd", "https://?x", "https://#x", "https://:{port}/", "https:////127.0.0.1/"]),
        (BrokenIPv6, ["https://[", "https://[::1", "https://[::1]x/", "https://[::1/]", "https://[::1]:{port}]/"]),
        (User,
        [
            "https://user@example.com/", "https://user:password@example.com/", "https://@example.com/", "https://:@example.com/", "https://example.com@127.0.0.1:{port}/", "https://example.com:80@127.0.0.1:{port}/", "https://a:b@c@example.com/", "https://@127.0.0.1:{port}/", "https://127.0.0.1:{port}@example.com/",
            "https://[::1]@example.com/", "https://example.com;@127.0.0.1:{port}/", "https://user%40@example.com/",
        ]),
        (NotPublic, ["https://127.0.0.1:{port}#@example.com/", "https://127.0.0.1:{port}?@example.com/", "https://127.0.0.1", "https://127.0.0.1:/", "https://127.0.0.1:443/", "https://10.0.0.1/#.example.com", "https://[::1]/x?y", "HTTPS://169.254.169.254/latest/meta-data/"]),
        (NoPort,
        [
            "https://example.com:0/", "https://example.com:65536/", "https://example.com:99999/", "https://example.com:000080/", "https://example.com:-80/", "https://example.com:+80/", "https://example.com:http/", "https://example.com:80a/", "https://example.com:８０/", "https://example.com:0x50/", "https://[::1]:x/",
            "https://example.com:4294967376/", "https://example.com:1e2/", "https://2606:4700:4700::abcd/", "https://fe80::1%eth0/",
        ]),
        (OddLetters, ["https://example.com:80:80/", "https://::1/", "https://x[::1]/", "https://::1]/", "https://127.0.0.1:{port}:80/"]),
        (ClosedPort,
        [
            "https://example.com:1/", "https://example.com:21/", "https://example.com:22/", "https://example.com:25/", "https://example.com:53/", "https://example.com:81/", "https://example.com:2375/", "https://example.com:5432/", "https://example.com:6379/", "https://example.com:9200/", "https://example.com:11211/",
            "https://example.com:65535/", "https://8.8.8.8:22/", "https://[2606:4700:4700::1111]:22/", "https://example.com.:6443/",
        ]),
        (Surrogate, ["https://example.com/\uD800", "https://example.com/?\uDC00x"]),
    ];

    /// <summary>What is refused wherever an address is taken: as a picture, as a callback and as a webhook endpoint.</summary>
    public static IReadOnlyList<RefusedAddress> Refused { get; } =
    [
        .. Hosts.SelectMany(group => group.Hosts.Select(host => new RefusedAddress($"https://{host}:{Trap}/x.png", group.Refusal))),
        .. Urls.SelectMany(group => group.Urls.Select(url => new RefusedAddress(url, group.Refusal))),
        new("", "it is empty"),
        new("https://example.com/".PadRight(2049, 'a'), "it is longer than 2048 characters"),
        new("https://" + new string('a', 5000) + ".com/", "it is longer than 2048 characters"),
    ];

    /// <summary>What is refused only where events go, because they must not cross the internet in the clear; a picture may come from there, or be in the text.</summary>
    public static IReadOnlyList<RefusedAddress> RefusedForEvents { get; } =
    [
        new("http://example.com/hook", "it is not https"), new("HTTP://EXAMPLE.COM:8080/hook", "it is not https"), new("http://8.8.8.8/hook", "it is not https"), new("http://[2606:4700:4700::1111]/hook", "it is not https"),
        new("data:image/png;base64,AAAA", Scheme), new("DATA:text/plain;base64,AAAA", Scheme),
    ];

    /// <summary>Answers to the look-up of a name that must not be reached, alone or among good ones.</summary>
    public static IReadOnlyList<string> RefusedAnswers { get; } =
    [
        "127.0.0.1", "127.0.0.53", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200",
        "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:168.63.129.16", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:0:7f00:1::",
        "2001:2::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%1", "2606:4700:4700::1111%1", "fec0::1", "ff02::1", "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1",
        "8.8.8.8,127.0.0.1", "127.0.0.1,8.8.8.8", "2606:4700:4700::1111,::1", "8.8.8.8,8.8.4.4,::ffff:10.0.0.1", "8.8.8.8,2606:4700:4700::1111,1.1.1.1,9.9.9.9,169.254.169.254",
    ];

    /// <summary>Odd ones that are good, and as what they are asked for.</summary>
    public static TheoryData<string, string> Allowed => new()
    {
        { "https://example.com", "https://example.com/" },
        { "HTTPS://EXAMPLE.COM/A", "https://example.com/A" },
        { "http://example.com:80/", "http://example.com/" },
        { "https://example.com:443", "https://example.com/" },
        { "https://example.com:8443/x", "https://example.com:8443/x" },
        { "http://example.com:08080/x", "http://example.com:8080/x" },
        { "http://example.com:/x", "http://example.com/x" },
        { "https://example.com./x", "https://example.com./x" },
        { "https://a_b.example.com/", "https://a_b.example.com/" },
        { "https://my-bucket.s3.eu-west-1.amazonaws.com/k", "https://my-bucket.s3.eu-west-1.amazonaws.com/k" },
        { "https://1.example.com/", "https://1.example.com/" },
        { "https://0x7f.example.com/", "https://0x7f.example.com/" },
        { "https://127.0.0.1.example.com/", "https://127.0.0.1.example.com/" },
        { "https://localhost.example.com/", "https://localhost.example.com/" },
        { "https://internal.example/", "https://internal.example/" },
        { "https://local.example.org/", "https://local.example.org/" },
        { "https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/" },
        { "https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/" },
        { "https://bücher.example/", "https://xn--bcher-kva.example/" },
        { "https://BÜCHER.example/", "https://xn--bcher-kva.example/" },
        { "https://例え.jp/", "https://xn--r8jz45g.jp/" },
        { "https://пример.example/", "https://xn--e1afmkfd.example/" },
        { $"https://{new string('a', 63)}.example.com/", $"https://{new string('a', 63)}.example.com/" },
        { "https://a--b.example.com/", "https://a--b.example.com/" },
        { "https://8.8.8.8/", "https://8.8.8.8/" },
        { "https://1.1.1.1/", "https://1.1.1.1/" },
        { "https://1.1.1.1:8443/", "https://1.1.1.1:8443/" },
        { "https://9.255.255.255/", "https://9.255.255.255/" },
        { "https://11.0.0.1/", "https://11.0.0.1/" },
        { "https://100.63.255.255/", "https://100.63.255.255/" },
        { "https://100.128.0.1/", "https://100.128.0.1/" },
        { "https://172.32.0.1/", "https://172.32.0.1/" },
        { "https://192.0.1.1/", "https://192.0.1.1/" },
        { "https://198.20.0.1/", "https://198.20.0.1/" },
        { "https://223.255.255.255/", "https://223.255.255.255/" },
        { "https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/" },
        { "https://[2606:4700:4700::ABCD]:8443/", "https://[2606:4700:4700::abcd]:8443/" },
        { "https://[2001:4860:4860::8888]:443/", "https://[2001:4860:4860::8888]/" },
        { "https://[2a00:1450:4001:81b::200e]/", "https://[2a00:1450:4001:81b::200e]/" },
        { "https://[::ffff:8.8.8.8]/", "https://[::ffff:8.8.8.8]/" },
        { "https://example.com?a=b", "https://example.com/?a=b" },
        { "https://example.com#f", "https://example.com/" },
        { "https://example.com/x#f?y", "https://example.com/x" },
        { "https://example.com/%7Eu/%2e%2E/a/../b//c/./d", "https://example.com/%7Eu/%2e%2E/a/../b//c/./d" },
        { "https://example.com/a%2Fb%00%zz%", "https://example.com/a%2Fb%00%zz%" },
        { "https://example.com/a?b?c=%7E&d=\"<>^`{|}[]'!*();:@,$+", "https://example.com/a?b?c=%7E&d=\"<>^`{|}[]'!*();:@,$+" },
        { "https://example.com/é/日?x=ü", "https://example.com/%C3%A9/%E6%97%A5?x=%C3%BC" },
        { "https://example.com/😀", "https://example.com/%F0%9F%98%80" },
        { "https://example.com/a@b", "https://example.com/a@b" },
        { "https://example.com/http://127.0.0.1/", "https://example.com/http://127.0.0.1/" },
        { "https://example.com/...", "https://example.com/..." },
    };
}
