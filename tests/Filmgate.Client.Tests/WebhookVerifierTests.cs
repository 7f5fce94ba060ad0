using System.Security.Cryptography;
using System.Text;

namespace Filmgate.Client.Tests;

public sealed class WebhookVerifierTests
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Other = "whsec_//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";
    private const string Body = """{"id":"evt_1","type":"video.completed","data":{"taskId":"task_1","note":"zażółć 🎬"}}""";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    // The test vector of the Standard Webhooks libraries.
    [Fact]
    public void The_published_vector_is_taken()
    {
        var verifier = new WebhookVerifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var happened = verifier.Verify(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", """{"test": 2432232314}"""u8, DateTimeOffset.FromUnixTimeSeconds(1_614_265_330));
        Assert.Equal(("msg_p5jXN8AQM9LWM0D4loKWxJek", null), (happened.Id, happened.Type));
    }

    [Fact]
    public void A_genuine_event_is_read()
    {
        var happened = Verify(new WebhookVerifier(Secret), Sign(Secret));
        Assert.Equal(("evt_1", "video.completed", "zażółć 🎬"), (happened.Id, happened.Type, happened.Data.GetProperty("note").GetString()));
    }

    [Fact]
    public void Either_secret_and_any_signature_of_several_will_do()
    {
        Verify(new WebhookVerifier(Secret), $"{Sign(Other)} {Sign(Secret)}");
        Verify(new WebhookVerifier(Other, Secret), Sign(Secret));
        Verify(new WebhookVerifier(Secret), $"v1a,{Convert.ToBase64String(new byte[64])} v1,no-base-64 v1, nonsense {Sign(Secret)}");
        Verify(new WebhookVerifier(Secret["whsec_".Length..]), Sign(Secret));
    }

    [Theory]
    [InlineData("", "1700000000", null)]
    [InlineData(null, "1700000000", null)]
    [InlineData("evt_1", null, null)]
    [InlineData("evt_1", "1700000000", "")]
    [InlineData("evt_1", "soon", null)]
    [InlineData("evt_1", "-1", null)]
    [InlineData("evt_1", "99999999999999999999", null)]
    [InlineData("evt_1", "9999999999999", null)]
    [InlineData("evt_1", "1700000001", null)]
    [InlineData("evt_2", "1700000000", null)]
    [InlineData("evt_1", "1700000000", "v1,")]
    [InlineData("evt_1", "1700000000", "v1")]
    public void What_is_missing_malformed_or_of_another_message_is_refused(string? id, string? timestamp, string? signature) =>
        Assert.Throws<WebhookVerificationException>(() => new WebhookVerifier(Secret).Verify(id, timestamp, signature ?? Sign(Secret), Encoding.UTF8.GetBytes(Body), Now));

    [Theory]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void The_receivers_clock_may_be_five_minutes_off_and_not_more(int seconds, bool isTaken)
    {
        var verifier = new WebhookVerifier(Secret);
        var refused = Record.Exception(() => verifier.Verify("evt_1", "1700000000", Sign(Secret), Encoding.UTF8.GetBytes(Body), Now.AddSeconds(seconds)));
        Assert.Equal(isTaken, refused is null);
        new WebhookVerifier(TimeSpan.FromHours(1), Secret).Verify("evt_1", "1700000000", Sign(Secret), Encoding.UTF8.GetBytes(Body), Now.AddSeconds(seconds));
    }

    [Fact]
    public void A_changed_body_or_another_secret_is_refused()
    {
        var verifier = new WebhookVerifier(Secret);
        Assert.Throws<WebhookVerificationException>(() => verifier.Verify("evt_1", "1700000000", Sign(Secret), Encoding.UTF8.GetBytes(Body + " "), Now));
        Assert.Throws<WebhookVerificationException>(() => Verify(verifier, Sign(Other)));
    }

    [Fact]
    public void A_signed_body_that_is_no_JSON_is_refused_and_one_that_is_no_object_has_no_data()
    {
        var verifier = new WebhookVerifier(Secret);
        Assert.Throws<WebhookVerificationException>(() => verifier.Verify("evt_1", "1700000000", Sign(Secret, "{"), "{"u8, Now));
        var odd = verifier.Verify("evt_1", "1700000000", Sign(Secret, "[1]"), "[1]"u8, Now);
        Assert.Equal((null, default), (odd.Type, odd.Data.ValueKind));
    }

    [Fact]
    public void A_malformed_secret_is_refused_without_being_shown()
    {
        var error = Assert.Throws<ArgumentException>(() => new WebhookVerifier("whsec_hush!hush"));
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new WebhookVerifier());
        Assert.Throws<ArgumentOutOfRangeException>(() => new WebhookVerifier(TimeSpan.Zero, Secret));
    }

    private static WebhookEvent Verify(WebhookVerifier verifier, string signature) => verifier.Verify("evt_1", "1700000000", signature, Encoding.UTF8.GetBytes(Body), Now);

    private static string Sign(string secret, string body = Body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"evt_1.1700000000.{body}")));
}
