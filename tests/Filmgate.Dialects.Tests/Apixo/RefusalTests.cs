using System.Text;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>Answers of the desk, of the router and of chance, in the one error shape.</summary>
public sealed class RefusalTests(TestGateway gateway)
{
    [Fact]
    public async Task Every_fault_of_a_request_stands_in_the_answer_with_its_field_and_value()
    {
        var (status, body) = await gateway.CreateAsync(Encoding.UTF8.GetBytes(
            """{"input":{"mode":"master-text-to-video","prompt":"","duration":7}}"""));
        Assert.Equal(400, status);
        Assert.Equal(
            """{"code":400,"message":"input.prompt is required: 1 to 5000 characters, not only spaces, got \"\"; input.duration must be 5 or 10 (seconds), got 7","data":{"error":"input.prompt is required: 1 to 5000 characters, not only spaces, got \"\"; input.duration must be 5 or 10 (seconds), got 7","failCode":"INVALID_PROMPT","failMsg":"input.prompt is required: 1 to 5000 characters, not only spaces, got \"\"","errors":[{"field":"input.prompt","value":"","message":"input.prompt is required: 1 to 5000 characters, not only spaces, got \"\""},{"field":"input.duration","value":"7","message":"input.duration must be 5 or 10 (seconds), got 7"}]}}""",
            body);
    }

    [Theory]
    [InlineData("@broke", 402, "INSUFFICIENT_CREDITS")]
    [InlineData("@policy", 403, "INSUFFICIENT_CREDITS")]
    [InlineData("@several", 400, "INSUFFICIENT_CREDITS")]
    public async Task Money_and_policy_have_their_own_status_and_code(string prompt, int status, string code)
    {
        var (got, body) = await CreateAsync(prompt);
        Assert.Equal(status, got);
        Assert.Contains($"\"failCode\":\"{code}\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@unavailable", "3")]
    [InlineData("@forever", "300")]
    public async Task A_house_that_cannot_take_a_task_says_when_to_come_back(string prompt, string seconds)
    {
        using var content = Content(prompt);
        using var answer = await gateway.Client.PostAsync(
            new Uri("/api/v1/generateTask/kling-2-1", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Equal(seconds, Assert.Single(answer.Headers.GetValues("Retry-After")));
        Assert.Equal(
            """{"code":503,"message":"The store does not answer.","data":{"error":"The store does not answer."}}""",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_fault_of_ours_shows_a_trace_id_and_nothing_else()
    {
        using var content = Content("@bug");
        using var answer = await gateway.Client.PostAsync(
            new Uri("/api/v1/generateTask/kling-2-1", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var id = Assert.Single(answer.Headers.GetValues("X-Request-Id"));
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Equal(
            $$$"""{"code":500,"message":"Something went wrong on our side. Trace id: {{{id}}}","data":{"error":"Something went wrong on our side. Trace id: {{{id}}}"}}""",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("DELETE", "/elsewhere/a", 405, "GET, POST")]
    [InlineData("OPTIONS", "/elsewhere/a/", 405, "GET, POST")]
    [InlineData("POST", "/elsewhere/a", 415, null)]
    [InlineData("GET", "/elsewhere/a/b", 404, null)]
    [InlineData("GET", "/elsewhere", 404, null)]
    [InlineData("GET", "/", 404, null)]
    [InlineData("GET", "/%ff", 404, null)]
    [InlineData("PUT", "/api/v1/tasks/t", 405, "GET")]
    [InlineData("HEAD", "/api/v1/generateTask/kling-2-1", 405, "POST")]
    public async Task The_catch_all_hides_neither_method_nor_content_type(string method, string path, int status, string? allow)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("x", Encoding.UTF8, "text/plain");
        }

        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(allow, answer.Content.Headers.Allow.Count == 0 ? null : string.Join(", ", answer.Content.Headers.Allow));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
    }

    private static StringContent Content(string prompt) => new($$$"""{"input":{"prompt":"{{{prompt}}}"}}""", Encoding.UTF8, "application/json");

    private async Task<(int Status, string Body)> CreateAsync(string prompt) =>
        await gateway.CreateAsync(Encoding.UTF8.GetBytes($$$"""{"input":{"prompt":"{{{prompt}}}"}}"""));
}
