using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>What a caller is told who asks too often or has too little money.</summary>
public sealed class LimitTests(TestGateway gateway)
{
    [Theory]
    [InlineData("GET", "/api/v1/statusTask/kling-2-1?taskId=t")]
    [InlineData("GET", "/api/v1/tasks")]
    [InlineData("GET", "/api/v1/apikeys/current-balance")]
    [InlineData("POST", "/api/v1/generateTask/kling-2-1")]
    [InlineData("POST", "/api/v1/generateTask/sora-2")]
    public async Task A_used_up_minute_is_refused_everywhere_and_says_when_the_next_one_begins(string method, string address)
    {
        var refused = await gateway.SendAsync(method, address, method == "POST" ? "{}" : null, ScriptedDesk.BusyKey);
        Assert.Equal(429, refused.Status);
        Assert.Equal(("3", "7", "0", "3"), Waits(refused));
        Assert.Equal(
            """{"code":429,"message":"The account has used its 7 requests of this minute; the Retry-After header says when the next one begins.","data":{"error":"The account has used its 7 requests of this minute; the Retry-After header says when the next one begins."}}""",
            refused.Body);
    }

    [Fact]
    public async Task Too_many_tasks_in_flight_are_refused()
    {
        var refused = await CreateAsync("@full");
        Assert.Equal(429, refused.Status);
        Assert.Equal(("5", "3", "0", "5"), Waits(refused));
        Assert.Equal(
            """{"code":429,"message":"The account has its 3 tasks in flight.","data":{"error":"The account has its 3 tasks in flight."}}""", refused.Body);
    }

    [Fact]
    public async Task A_budget_that_does_not_reach_says_what_is_missing()
    {
        var refused = await CreateAsync("@over");
        Assert.Equal((402, null), (refused.Status, refused.Header("Retry-After")));
        Assert.Equal(
            """{"code":402,"message":"The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration.","data":{"error":"The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration.","failCode":"INSUFFICIENT_CREDITS","failMsg":"The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration."}}""",
            refused.Body);
    }

    private static (string?, string?, string?, string?) Waits(Transcript answer) =>
        (answer.Header("Retry-After"), answer.Header("RateLimit-Limit"), answer.Header("RateLimit-Remaining"), answer.Header("RateLimit-Reset"));

    private Task<Transcript> CreateAsync(string prompt) =>
        gateway.SendAsync("POST", "/api/v1/generateTask/kling-2-1", $$$"""{"input":{"prompt":"{{{prompt}}}"}}""");
}
