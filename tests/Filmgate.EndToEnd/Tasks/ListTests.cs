namespace Filmgate.EndToEnd.Tasks;

/// <summary>Lists, filters and pages against a whole gateway, and what else is read there.</summary>
public sealed class ListTests(GatewayInProcess gateway) : IClassFixture<GatewayInProcess>
{
    private const int Shots = 5;

    [Fact]
    public async Task Tasks_are_found_by_page_and_by_each_filter()
    {
        var shots = new List<string>();
        for (var shot = 1; shot <= Shots; shot++)
        {
            var created = await gateway.CreateAsync(
                $$$"""{"source":"reel {{{shot % 2}}}","metadata":{"film":"żuk & co","shot":"{{{shot}}}"},"input":{"mode":"master-text-to-video","prompt":"Shot {{{shot}}} 100% @fail(NSFW_DETECTED)"}}""");
            shots.Insert(0, created.TaskId);
            await gateway.UntilAsync(created.TaskId, "failed");
        }

        // :: Pages.
        var pages = new List<string>();
        var cursor = "";
        for (var page = 0; cursor is not null; page++)
        {
            var data = (await gateway.SendAsync("GET", $"/api/v1/tasks?limit=2&metadata.film=%C5%BCuk+%26+co{cursor}")).Data;
            pages.AddRange(data.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("taskId").GetString()!));
            cursor = data.TryGetProperty("nextCursor", out var next) ? "&cursor=" + next.GetString() : null;
            Assert.True(page < Shots);
        }

        Assert.Equal(shots, pages);

        // :: Filters.
        var third = await gateway.ReadAsync(shots[2]);
        var created3 = third.GetProperty("createTime").GetInt64();
        Assert.Equal([shots[2]], await FindAsync("metadata.film=%C5%BCuk+%26+co&metadata.shot=3"));
        Assert.Equal([shots[0], shots[2], shots[4]], await FindAsync("source=reel+1"));
        Assert.Equal([shots[3]], await FindAsync("prompt=SHOT+2+100%25"));
        Assert.Equal(shots[..3], await FindAsync($"created_from={created3}"));
        Assert.Equal(shots[3..], await FindAsync($"created_before={created3}"));
        Assert.Equal(shots, await FindAsync("state=failed&mode=master-text-to-video"));
        Assert.Empty(await FindAsync("state=success"));
        Assert.Empty(await FindAsync("mode=pro-image-to-video"));
        Assert.Empty(await FindAsync("metadata.film=%C5%BCuk"));
        Assert.Empty(await FindAsync("metadata.movie=%C5%BCuk+%26+co"));

        // :: What was given comes back; the status answer has none of it.
        Assert.Equal("""{"film":"żuk & co","shot":"3"}""", third.GetProperty("metadata").GetRawText());
        Assert.Equal("reel 1", third.GetProperty("source").GetString());
        Assert.Equal(0, third.GetProperty("cost").GetDecimal());
        var status = (await gateway.SendAsync("GET", $"/api/v1/statusTask/kling-2-1?taskId={shots[2]}")).Data;
        Assert.Equal(
            ["taskId", "state", "createTime", "completeTime", "failCode", "failMsg"], status.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task An_estimate_creates_nothing_and_costs_nothing_under_a_test_key()
    {
        var estimate = await gateway.SendAsync("POST", "/api/v1/estimate/kling-2-1", """{"input":{"mode":"master-text-to-video","prompt":"estimated only"}}""");
        Assert.Equal(
            """{"code":200,"message":"success","data":{"price":0,"hold":0,"currency":"USD","provider":"animatic","reason":"A test key only ever reaches the local renderer."}}""",
            estimate.Body);
        Assert.Empty(await FindAsync("prompt=estimated+only"));
    }

    [Theory]
    [InlineData("/openapi.json")]
    [InlineData("/docs/models/schemas/index.json")]
    [InlineData("/docs/models/schemas/kling-2-1.json")]
    [InlineData("/api/v1/models")]
    public async Task The_documents_are_served(string address) => Assert.Equal(200, (await gateway.SendAsync("GET", address)).Status);

    private async Task<List<string>> FindAsync(string query)
    {
        var answer = await gateway.SendAsync("GET", "/api/v1/tasks?" + query);
        Assert.True(answer.Status == 200, answer.Body);
        return [.. answer.Data.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("taskId").GetString()!)];
    }
}
