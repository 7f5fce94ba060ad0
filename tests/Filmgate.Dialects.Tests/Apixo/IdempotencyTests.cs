using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>Section A of the reliability reference, as far as the wire is concerned.</summary>
public sealed class IdempotencyTests(TestGateway gateway)
{
    private const string Create = "/api/v1/generateTask/kling-2-1";
    private const string Body = """{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5}}""";

    [Fact]
    public async Task A_repeated_request_gets_the_same_body_and_a_header_that_says_so()
    {
        var first = await CreateAsync("k-replay", Body);
        Assert.Equal(200, first.Status);
        Assert.Null(first.Header("Idempotent-Replayed"));
        for (var i = 0; i < 10; i++)
        {
            var again = await CreateAsync("k-replay", Body);
            Assert.Equal((200, first.Body, "true"), (again.Status, again.Body, again.Header("Idempotent-Replayed")));
        }
    }

    [Theory]
    [InlineData("""  {"input" : {"duration":"5", "prompt":"\u0061 cat","mode":"master-text-to-video"} , "unknown":1}""")]
    [InlineData("""{"request_type":"async","callback_url":"https://ignored.test/","input":{"mode":"master-text-to-video","prompt":"a cat","duration":5.0}}""")]
    public async Task Another_spelling_of_the_same_request_is_a_replay(string spelling)
    {
        var first = await CreateAsync("k-spelling", Body);
        var again = await CreateAsync("k-spelling", spelling);
        Assert.Equal((200, first.Body, "true"), (again.Status, again.Body, again.Header("Idempotent-Replayed")));
    }

    [Theory]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cap","duration":5}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":10}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5},"metadata":{"a":"b"}}""")]
    public async Task Another_request_under_the_same_key_is_refused(string other)
    {
        await CreateAsync("k-reused", Body);
        var refused = await CreateAsync("k-reused", other);
        Assert.Equal(422, refused.Status);
        Assert.Equal(
            """{"code":422,"message":"This Idempotency-Key was used within 24 hours for another request; nothing was created. Use a new key, or send the same request again.","data":{"error":"This Idempotency-Key was used within 24 hours for another request; nothing was created. Use a new key, or send the same request again.","failCode":"IDEMPOTENCY_KEY_REUSED","failMsg":"This Idempotency-Key was used within 24 hours for another request; nothing was created. Use a new key, or send the same request again."}}""",
            refused.Body);
    }

    [Fact]
    public async Task Keys_of_two_accounts_do_not_meet()
    {
        var mine = await CreateAsync("k-shared", Body);
        var theirs = await CreateAsync("k-shared", """{"input":{"mode":"master-text-to-video","prompt":"another"}}""", ScriptedDesk.OtherKey);
        Assert.Equal((200, null), (theirs.Status, theirs.Header("Idempotent-Replayed")));
        Assert.NotEqual(mine.Body, theirs.Body);
    }

    [Fact]
    public async Task A_key_whose_first_request_was_refused_is_free()
    {
        Assert.Equal(400, (await CreateAsync("k-mended", """{"input":{"mode":"master-text-to-video"}}""")).Status);
        var mended = await CreateAsync("k-mended", Body);
        Assert.Equal((200, null), (mended.Status, mended.Header("Idempotent-Replayed")));
    }

    [Theory]
    [InlineData("!")]
    [InlineData("~a,b;c=\"d\"")]
    [InlineData("255")]
    public async Task Any_visible_ascii_is_a_key(string key) =>
        Assert.Equal(200, (await CreateAsync(key == "255" ? new string('k', 255) : key, Body)).Status);

    [Fact]
    public async Task A_key_means_nothing_where_nothing_is_created()
    {
        var estimate = await gateway.SendAsync("POST", "/api/v1/estimate/kling-2-1", Body, headers: ("Idempotency-Key", "not a key"));
        Assert.Equal((200, null), (estimate.Status, estimate.Header("Idempotent-Replayed")));
    }

    private Task<Transcript> CreateAsync(string idempotencyKey, string body, string key = ScriptedDesk.LiveKey) =>
        gateway.SendAsync("POST", Create, body, key, ("Idempotency-Key", idempotencyKey));
}
