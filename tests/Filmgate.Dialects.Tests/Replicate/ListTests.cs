using System.Text.Json;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary><c>GET /predictions</c>: pages of 100, newest first, whose links a client follows as they stand.</summary>
public sealed class ListTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    private const string List = OwnGateway.Base + "/predictions";

    [Fact]
    public async Task A_client_that_follows_the_links_sees_every_prediction_once_in_both_directions()
    {
        var ids = new List<string>();
        for (var i = 0; i < 205; i++)
        {
            ids.Insert(0, await gateway.CreateAsync(key: ScriptedDesk.OtherKey));
        }

        var pages = new List<(string? Previous, string? Next, string[] Ids)> { await ReadAsync(List) };
        Assert.Null(pages[0].Previous);
        while (pages[^1].Next is { } next)
        {
            Assert.StartsWith(ScriptedDesk.PublicAddress + List + "?cursor=", next, StringComparison.Ordinal);
            pages.Add(await ReadAsync(next[ScriptedDesk.PublicAddress.Length..]));
        }

        Assert.Equal([100, 100, 5], pages.Select(page => page.Ids.Length));
        Assert.Equal(ids, pages.SelectMany(page => page.Ids));

        var back = await ReadAsync(pages[2].Previous![ScriptedDesk.PublicAddress.Length..]);
        Assert.Equal(pages[1].Ids, back.Ids);
        var first = await ReadAsync(back.Previous![ScriptedDesk.PublicAddress.Length..]);
        Assert.Equal(pages[0].Ids, first.Ids);
        Assert.Null(first.Previous);
        Assert.Equal(pages[1].Ids, (await ReadAsync(first.Next![ScriptedDesk.PublicAddress.Length..])).Ids);
    }

    [Fact]
    public async Task An_empty_list_has_no_links()
    {
        var answer = await gateway.SendAsync("GET", List + "?source=web", key: ScriptedDesk.OtherKey);
        Assert.Equal((200, """{"previous":null,"next":null,"results":[]}"""), (answer.Status, answer.Body));
        Assert.Equal(answer.Body, (await gateway.SendAsync("GET", $"{List}?cursor=o{new string('0', 36)}")).Body);
    }

    [Fact]
    public async Task An_entry_is_the_prediction_itself()
    {
        var id = await gateway.CreateAsync();
        var one = await gateway.SendAsync("GET", $"{List}/{id}");
        var all = await gateway.SendAsync("GET", List + "?source=api&_=1");
        Assert.Contains($$""","results":[{{one.Body}}""", all.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_narrow_the_list_and_stay_in_its_links()
    {
        await gateway.SendAsync("GET", List + "?created_after=2026-01-02&created_before=2026-01-03T04:05:06.789Z", key: ScriptedDesk.ListKey);
        Assert.Equal(
            (DateTimeOffset.Parse("2026-01-02T00:00:00Z"), DateTimeOffset.Parse("2026-01-03T04:05:06.789Z"), 101),
            (gateway.Desk.Filter!.CreatedFrom!.Value, gateway.Desk.Filter.CreatedBefore!.Value, gateway.Desk.Filter.Limit));

        for (var i = 0; i < 101; i++)
        {
            await gateway.CreateAsync(key: ScriptedDesk.ListKey);
        }

        var page = await gateway.SendAsync("GET", List + "?created_after=2026-01-02T00:00:00%2B01:00", key: ScriptedDesk.ListKey);
        Assert.Contains("&created_after=2026-01-02T00%3A00%3A00%2B01%3A00\"", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cursor=x", "cursor must be that of next or previous of an earlier answer, got x")]
    [InlineData("cursor=", "cursor must be that of next or previous of an earlier answer, got \\\"\\\"")]
    [InlineData("cursor=o123", "cursor must be that of next or previous of an earlier answer, got o123")]
    [InlineData("created_after=yesterday", "created_after must be an ISO 8601 time such as 2026-01-31T12:00:00Z, got yesterday")]
    [InlineData("source=moon", "source must be web or api, got moon")]
    [InlineData("source=web&source=web", "source must be given once in the query")]
    public async Task A_malformed_query_is_refused(string query, string detail)
    {
        var answer = await gateway.SendAsync("GET", $"{List}?{query}");
        Assert.Equal((400, $$"""{"title":"Bad request","detail":"{{detail}}","status":400}"""), (answer.Status, answer.Body));
    }

    private async Task<(string? Previous, string? Next, string[] Ids)> ReadAsync(string address)
    {
        var answer = await gateway.SendAsync("GET", address, key: ScriptedDesk.OtherKey);
        Assert.Equal(200, answer.Status);
        using var page = JsonDocument.Parse(answer.Body);
        return (
            page.RootElement.GetProperty("previous").GetString(),
            page.RootElement.GetProperty("next").GetString(),
            [.. page.RootElement.GetProperty("results").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!)]);
    }
}
