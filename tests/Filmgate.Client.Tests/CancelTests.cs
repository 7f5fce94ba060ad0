using System.Net;
using Filmgate.Testing;

namespace Filmgate.Client.Tests;

public sealed class CancelTests
{
    private const string Cancel = "POST /api/v1/tasks/t1/cancel";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static FilmgateClient ClientOf(ScriptedServer server) => new(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { Time = new HastyTime() });

    public static TheoryData<string, VideoCancellation> Outcomes => new()
    {
        { "canceled", VideoCancellation.Canceled },
        { "requested", VideoCancellation.Requested },
        { "too_late", VideoCancellation.TooLate },
        { "undone", new VideoCancellation("undone") },
    };

    [Theory]
    [MemberData(nameof(Outcomes), DisableDiscoveryEnumeration = true)]
    public async Task What_came_of_it_is_told_and_an_outcome_from_the_future_survives(string word, VideoCancellation outcome)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Cancel, Reply.Data($$"""{"taskId":"t1","outcome":"{{word}}"}"""));
        using var client = ClientOf(server);

        Assert.Equal(outcome, await client.Rehydrate("t1").CancelAsync(Ct));
        Assert.Equal("", server.Requests[0].Body);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_because_a_second_wish_changes_nothing()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Cancel, Reply.Lost, Reply.Data("""{"taskId":"t1","outcome":"requested"}"""));
        using var client = ClientOf(server);

        Assert.Equal(VideoCancellation.Requested, await client.Rehydrate("t1").CancelAsync(Ct));
        Assert.Equal(2, server.Count(Cancel));
    }

    [Fact]
    public async Task An_unknown_task_is_an_error_and_asked_for_once()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var client = ClientOf(server);

        var error = await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").CancelAsync(Ct));

        Assert.Equal(HttpStatusCode.NotFound, error.Status);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_answer_without_an_outcome_is_an_error()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Cancel, Reply.Data("""{"taskId":"t1"}"""));
        using var client = ClientOf(server);

        await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").CancelAsync(Ct));
    }
}
