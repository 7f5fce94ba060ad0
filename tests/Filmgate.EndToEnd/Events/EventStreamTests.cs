using System.Net;
using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.EndToEnd.House;
using Filmgate.EndToEnd.Tasks;

namespace Filmgate.EndToEnd.Events;

/// <summary>The two streams over HTTP: what is told, refused, resumed and freed.</summary>
public sealed class EventStreamTests(GatewayInProcess gateway) : IClassFixture<GatewayInProcess>
{
    private const string Fails = """{"input":{"mode":"master-text-to-video","prompt":"@fail(CONTENT_VIOLATION)"}}""";
    private const string Stalls = """{"input":{"mode":"master-text-to-video","prompt":"@stall"}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_task_is_told_as_it_is_and_then_to_its_end_and_each_answer_has_the_shape_that_is_described()
    {
        using var client = gateway.NewClient();
        var id = (await gateway.CreateAsync("""{"input":{"mode":"master-text-to-video","prompt":"@delay(1s) @fail(CONTENT_VIOLATION)"}}""")).TaskId;
        using var stream = await EventReader.OpenAsync(client, $"/api/v1/tasks/{id}/events");
        Assert.Equal(
            (200, "text/event-stream", "no-store"),
            ((int)stream.Response.StatusCode, stream.Response.Content.Headers.ContentType!.ToString(), stream.Response.Headers.CacheControl!.ToString()));
        var all = new List<Told>();
        while (await stream.NextAsync() is { } told)
        {
            all.Add(told);
        }

        Assert.Equal("end", all[^1].Type);
        Assert.All(all.SkipLast(1), told => Assert.Equal("task", told.Type));
        Assert.Equal(all.Select(told => long.Parse(told.Id!)).Order().Distinct(), all.Select(told => long.Parse(told.Id!)).Distinct());
        Assert.Equal("failed", all[^1].Json.GetProperty("state").GetString());
        Assert.Equal((await gateway.ReadAsync(id)).GetRawText(), all[^1].Data);
        Assert.Contains(all, told => told.Json.GetProperty("state").GetString() == "processing"
            && told.Json.GetProperty("attempts")[0].GetProperty("provider").GetString() == "animatic");
        var document = JsonElement.Parse((await gateway.SendAsync("GET", "/openapi.json")).Body);
        var checker = new SchemaChecker(document);
        var schema = document.GetProperty("paths").GetProperty("/api/v1/tasks/{id}/events").GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("text/event-stream").GetProperty("schema");
        Assert.All(all, told => Assert.Null(checker.Fault(schema, told.Json)));

        // Whoever missed the end is told it, and whoever has it is told that there is nothing more.
        using var missed = await EventReader.OpenAsync(client, $"/api/v1/tasks/{id}/events", all[0].Id);
        Assert.Equal(all[^1], await missed.NextAsync());
        Assert.Null(await missed.NextAsync());
        using var had = await EventReader.OpenAsync(client, $"/api/v1/tasks/{id}/events", all[^1].Id);
        Assert.Equal(HttpStatusCode.NoContent, had.Response.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/tasks/task_000000000000000000000000000000000000/events", null, true, 404, "There is no such task")]
    [InlineData("/api/v1/tasks/nonsense/events", null, true, 404, "There is no such task")]
    [InlineData("/api/v1/tasks/nonsense/events", "one", true, 400, "Last-Event-ID must be the id of an event of this stream, which is a whole number; got one")]
    [InlineData("/api/v1/tasks/nonsense/events", "-1", true, 400, "Last-Event-ID must be")]
    [InlineData("/api/v1/tasks/nonsense/events", null, false, 401, "The API key is missing or invalid")]
    [InlineData("/api/v1/events", null, false, 401, "The API key is missing or invalid")]
    [InlineData("/api/v1/events", "x", true, 400, "Last-Event-ID must be an id that a stream of this account gave; got x")]
    [InlineData("/api/v1/events", "99999999999999999999", true, 400, "Last-Event-ID must be")]
    [InlineData("/api/v1/events", "123456", true, 400, "Last-Event-ID must be")]
    [InlineData("/api/v1/events", "evt_01hzzzzzzz00000000000000000000000000", true, 410, "are kept no longer")]
    [InlineData("/api/v1/events?events=video.completed,video.done", null, true, 400, "events must name events with commas between: video.accepted,")]
    [InlineData("/api/v1/events?events=", null, true, 400, "events must name events")]
    public async Task What_cannot_be_told_is_refused_in_the_form_of_all_refusals(string address, string? lastId, bool hasKey, int status, string message)
    {
        using var client = gateway.NewClient(hasKey);
        using var refused = await EventReader.OpenAsync(client, address, lastId);
        var body = await refused.RestAsync();
        Assert.True((int)refused.Response.StatusCode == status, body);
        Assert.Contains(message, JsonElement.Parse(body).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_hears_what_its_endpoints_are_sent_with_the_same_ids_and_bytes()
    {
        using var client = gateway.NewClient();
        var endpoint = (await gateway.SendAsync(
            "POST", "/api/v1/webhooks/endpoints", """{"url":"https://receiver.example.com/hook","events":["video.accepted","video.in_progress","video.failed"]}""")).Data.GetProperty("endpointId").GetString();
        using var stream = await EventReader.OpenAsync(client, "/api/v1/events");
        Assert.Equal((200, "no-store"), ((int)stream.Response.StatusCode, stream.Response.Headers.CacheControl!.ToString()));
        var id = (await gateway.CreateAsync(Fails)).TaskId;
        var told = await OfTaskAsync(stream, id, 3);
        Assert.Equal(["video.accepted", "video.in_progress", "video.failed"], told.Select(one => one.Type));
        var deliveries = (await gateway.SendAsync("GET", $"/api/v1/webhooks/deliveries?endpointId={endpoint}&taskId={id}")).Data.GetProperty("deliveries").EnumerateArray()
            .Select(delivery => (delivery.GetProperty("eventId").GetString(), delivery.GetProperty("deliveryId").GetString())).Reverse().ToList();
        Assert.Equal(deliveries.Select(delivery => delivery.Item1).Order(), told.Select(one => one.Id).Order());
        foreach (var (eventId, deliveryId) in deliveries)
        {
            var body = (await gateway.SendAsync("GET", $"/api/v1/webhooks/deliveries/{deliveryId}")).Data.GetProperty("body").GetString();
            Assert.Equal(body, told.Single(one => one.Id == eventId).Data);
        }

        var document = JsonElement.Parse((await gateway.SendAsync("GET", "/openapi.json")).Body);
        var checker = new SchemaChecker(document);
        Assert.All(told, one => Assert.Null(checker.Fault(document.GetProperty("components").GetProperty("schemas").GetProperty("Event"), one.Json)));
        await gateway.SendAsync("DELETE", $"/api/v1/webhooks/endpoints/{endpoint}");
    }

    [Fact]
    public async Task A_listener_goes_on_where_it_was_cut_off_also_before_its_first_event_and_hears_only_what_it_wants()
    {
        using var client = gateway.NewClient();
        string begin;
        using (var first = await EventReader.OpenAsync(client, "/api/v1/events"))
        {
            begin = first.Response.Headers.GetValues("Last-Event-ID").Single();
        }

        var id = (await gateway.CreateAsync(Fails)).TaskId;
        await gateway.UntilAsync(id, "failed");
        using var second = await EventReader.OpenAsync(client, "/api/v1/events", begin);
        var told = await OfTaskAsync(second, id, 3);
        using var third = await EventReader.OpenAsync(client, "/api/v1/events", told[0].Id);
        Assert.Equal(told[1..], await OfTaskAsync(third, id, 2));
        using var narrow = await EventReader.OpenAsync(client, "/api/v1/events?events=video.failed,video.completed", begin);
        Assert.Equal(told[2], (await OfTaskAsync(narrow, id, 1))[0]);
    }

    [Fact]
    public async Task Closing_the_tab_frees_everything()
    {
        var id = (await gateway.CreateAsync(Stalls)).TaskId;
        var (watched, listeners) = gateway.Audience;
        using var client = gateway.NewClient();
        var tabs = new List<EventReader>();
        for (var i = 0; i < 20; i++)
        {
            tabs.Add(await EventReader.OpenAsync(client, $"/api/v1/tasks/{id}/events"));
            await tabs[^1].MustNextAsync();
            tabs.Add(await EventReader.OpenAsync(client, "/api/v1/events"));
        }

        await Eventually.TrueAsync(() => gateway.Audience.Listeners >= listeners + 20, Patience, "Twenty listeners");
        Assert.True(gateway.Audience.Watched > watched);
        tabs.ForEach(tab => tab.Dispose());
        await Eventually.BecomesAsync(() => Task.FromResult(gateway.Audience), audience => audience is (0, 0), Patience, "Nobody's watch");
        await gateway.SendAsync("POST", $"/api/v1/tasks/{id}/cancel");
    }

    // Other tests of the class share the account, so their events come between.
    private static async Task<List<Told>> OfTaskAsync(EventReader stream, string task, int count)
    {
        var all = new List<Told>();
        while (all.Count < count)
        {
            var told = await stream.MustNextAsync();
            Assert.Equal((told.Id, told.Type), (told.Json.GetProperty("id").GetString(), told.Json.GetProperty("type").GetString()));
            if (told.Json.GetProperty("data").GetProperty("id").GetString() == task)
            {
                all.Add(told);
            }
        }

        return all;
    }
}
