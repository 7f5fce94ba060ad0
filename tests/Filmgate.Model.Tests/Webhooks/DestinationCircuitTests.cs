using Filmgate.Model.Webhooks;

namespace Filmgate.Model.Tests.Webhooks;

public sealed class DestinationCircuitTests
{
    private const int Usual = 16;

    private static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    [Fact]
    public void It_begins_with_two_at_a_time_and_gets_more_with_each_success()
    {
        var circuit = DestinationCircuit.Unknown;
        var allowed = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            allowed.Add(circuit.Concurrency(Usual));
            circuit = circuit.After(Answer(200, i));
        }

        Assert.Equal([2, 4, 8, 16, 16], allowed);
        Assert.True(circuit.IsTrusted);
        Assert.False(DestinationCircuit.Unknown.IsTrusted);
    }

    [Fact]
    public void Five_failures_in_a_row_open_it_and_further_ones_lengthen_the_pause_up_to_its_limit()
    {
        var circuit = DestinationCircuit.Unknown.After(Answer(200, 0)).After(Answer(200, 0));
        var pauses = new List<double>();
        for (var second = 1; second <= 12; second++)
        {
            circuit = circuit.After(Answer(500, second));
            pauses.Add(circuit.NotBefore is { } time ? (time - Start.AddSeconds(second)).TotalSeconds : 0);
        }

        Assert.Equal([0, 0, 0, 0, 0.25, 0.5, 1, 2, 2, 2, 2, 2], pauses);
        Assert.Equal((true, 1, false), (circuit.IsOpen, circuit.Concurrency(Usual), circuit.IsTrusted));
    }

    [Fact]
    public void A_success_between_failures_keeps_it_closed()
    {
        var circuit = DestinationCircuit.Unknown;
        for (var second = 0; second < 40; second++)
        {
            circuit = circuit.After(Answer(second % 5 == 4 ? 200 : 500, second));
            Assert.False(circuit.IsOpen);
        }
    }

    [Fact]
    public void Failures_of_attempts_that_were_under_way_when_it_opened_tell_nothing_new()
    {
        var circuit = DestinationCircuit.Unknown;
        for (var i = 0; i < 16; i++)
        {
            circuit = circuit.After(new DeliveryAttempt(Start, TimeSpan.FromSeconds(15), null, "No answer in time.", null));
        }

        Assert.Equal((5, Start.AddSeconds(15.25)), (circuit.Failures, circuit.NotBefore));
    }

    [Fact]
    public void Successes_shorten_the_pause_and_close_it_with_two_at_a_time()
    {
        var circuit = DestinationCircuit.Unknown;
        for (var second = 0; second < 20; second++)
        {
            circuit = circuit.After(Answer(500, second));
        }

        circuit = circuit.After(Answer(200, 100));
        Assert.Equal((true, Start.AddSeconds(101)), (circuit.IsOpen, circuit.NotBefore));
        circuit = circuit.After(Answer(200, 200));
        Assert.Equal((true, Start.AddSeconds(200.25)), (circuit.IsOpen, circuit.NotBefore));
        Assert.Equal(DestinationCircuit.Unknown, circuit.After(Answer(200, 300)));
    }

    [Theory]
    [InlineData(429, 60, 60)]
    [InlineData(503, 60, 60)]
    [InlineData(503, 3600, 300)]
    [InlineData(500, 60, null)]
    public void Who_asks_for_fewer_requests_gets_none_for_that_time_within_reason(int status, int asked, int? seconds)
    {
        var circuit = DestinationCircuit.Unknown.After(Answer(status, 0) with { RetryAfter = TimeSpan.FromSeconds(asked) });
        Assert.Equal(seconds is { } wait ? Start.AddSeconds(wait) : null, circuit.NotBefore);
    }

    [Theory]
    [InlineData("https://h.example/hook?a=1", "acc_1|https://h.example:443")]
    [InlineData("https://H.example:8443/other", "acc_1|https://h.example:8443")]
    [InlineData("http://10.0.0.1", "acc_1|http://10.0.0.1:80")]
    [InlineData("https://ż.example/", "acc_1|https://xn--hha.example:443")]
    [InlineData("no address", "acc_1|no address")]
    public void Callbacks_of_one_account_to_one_server_are_one_destination(string url, string expected) =>
        Assert.Equal(expected, Destination.Of(new Filmgate.Model.Identity.AccountId("acc_1"), url));

    [Fact]
    public void Names_of_events_are_read_back_and_a_test_cannot_be_asked_for()
    {
        Assert.Equal(["video.accepted", "video.in_progress", "video.completed", "video.failed", "endpoint.disabled"], WebhookEventNames.Choices);
        Assert.All(WebhookEventNames.Choices, name => Assert.Equal(name, WebhookEventNames.Find(name)!.Value.Name()));
        Assert.Null(WebhookEventNames.Find("test.ping"));
        Assert.Null(WebhookEventNames.Find("video.*"));
        Assert.Equal(["video.completed", "video.failed"], WebhookEventNames.Default.NamesOf());
    }

    private static DeliveryAttempt Answer(int status, int second) => new(Start.AddSeconds(second), TimeSpan.Zero, status, null, null);
}
