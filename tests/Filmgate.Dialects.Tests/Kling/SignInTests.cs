using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using static Filmgate.Dialects.Tests.Kling.KlingSurface;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>Plain keys and tokens: who is let in, and what the others are told.</summary>
public sealed class SignInTests(TestGateway gateway)
{
    public static TheoryData<string> Let => [.. LetIn.Keys];

    public static TheoryData<string> Kept => [.. KeptOut.Keys];

    private static Dictionary<string, string> LetIn => new()
    {
        ["as Kling's sample does"] = Token($$"""{"iss":"key_1","exp":{{From(1800)}},"nbf":{{From(-5)}}}"""),
        ["without typ"] = Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"HS256"}"""),
        ["with more claims"] = Token($$"""{"iss":"key_1","exp":{{From(1800)}},"iat":{{From(0)}},"aud":"kling","sub":"me","jti":"1"}"""),
        ["with another order and spaces"] = Token($$"""{ "nbf": {{From(-5)}}, "iss": "key_1", "exp": {{From(1800)}} }""", head: """{ "typ":"JWT", "alg":"HS256" }"""),
        ["with fractions of a second"] = Token($$"""{"iss":"key_1","exp":{{From(1800)}}.25,"nbf":{{From(-5)}}.75}"""),
        ["with a key id in its head"] = Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"HS256","typ":"JWT","kid":"other"}"""),
        ["expired, but within the leeway"] = Token($$"""{"iss":"key_1","exp":{{From(-50)}}}"""),
        ["not yet begun, but within the leeway"] = Token($$"""{"iss":"key_1","exp":{{From(1800)}},"nbf":{{From(50)}}}"""),
        ["that ends as a string of digits"] = Token($$"""{"iss":"key_1","exp":"{{From(1800)}}"}"""),
        ["for a day"] = Token($$"""{"iss":"key_1","exp":{{From(86_400)}}}"""),
    };

    private static Dictionary<string, (string Token, int Code)> KeptOut => new()
    {
        ["signed with another secret"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", "another secret that is long enough, too"), 1002),
        ["of an unknown issuer"] = (Token($$"""{"iss":"key_2","exp":{{From(1800)}}}"""), 1002),
        ["without issuer"] = (Token($$"""{"exp":{{From(1800)}}}"""), 1002),
        ["with an issuer that is no text"] = (Token($$"""{"iss":{"a":1},"exp":{{From(1800)}}}"""), 1002),
        ["with an empty issuer"] = (Token($$"""{"iss":"","exp":{{From(1800)}}}"""), 1002),
        ["with alg none and a signature"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"none"}"""), 1002),
        ["with alg none and no signature"] = (Unsigned(Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"none"}""")), 1002),
        ["with alg None"] = (Unsigned(Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"None"}""")), 1002),
        ["without signature"] = (Unsigned(LetIn["as Kling's sample does"]), 1002),
        ["without alg"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"typ":"JWT"}"""), 1002),
        ["that says RS256"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"RS256","typ":"JWT"}"""), 1002),
        ["that says HS512"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: """{"alg":"HS512","typ":"JWT"}"""), 1002),
        ["that brings its own key"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", "mine mine mine mine mine mine mine mine", """{"alg":"HS256","jwk":{"kty":"oct","k":"bWluZSBtaW5lIG1pbmUgbWluZSBtaW5lIG1pbmUgbWluZSBtaW5l"}}"""), 1002),
        ["whose end was moved after it was signed"] = (Moved(LetIn["as Kling's sample does"]), 1002),
        ["whose parts are no base64"] = ("a.b.c", 1002),
        ["whose parts are no JSON"] = ("YWJj.YWJj.YWJj", 1002),
        ["whose parts are empty"] = ("..", 1002),
        ["whose head is a list"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}}""", head: "[]"), 1002),
        ["whose claims are a list"] = (Token("[]"), 1002),
        ["whose claims are cut off"] = (Token("""{"iss":"key_1","exp":"""), 1002),
        ["not yet valid"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}},"nbf":{{From(120)}}}"""), 1003),
        ["neither valid yet nor any more"] = (Token($$"""{"iss":"key_1","exp":{{From(-120)}},"nbf":{{From(120)}}}"""), 1003),
        ["expired"] = (Token($$"""{"iss":"key_1","exp":{{From(-120)}}}"""), 1004),
        ["expired long ago"] = (Token("""{"iss":"key_1","exp":1}"""), 1004),
        ["that ends before time began"] = (Token("""{"iss":"key_1","exp":-1}"""), 1004),
        ["without end"] = (Token("""{"iss":"key_1"}"""), 1000),
        ["that ends as null"] = (Token("""{"iss":"key_1","exp":null}"""), 1002),
        ["that ends as text"] = (Token("""{"iss":"key_1","exp":"tomorrow"}"""), 1002),
        ["that ends as a list"] = (Token($$"""{"iss":"key_1","exp":[{{From(1800)}}]}"""), 1002),
        ["that begins as text"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}},"nbf":"now"}"""), 1002),
        ["for ten years"] = (Token($$"""{"iss":"key_1","exp":{{From(315_360_000)}}}"""), 1000),
        ["in milliseconds"] = (Token($$"""{"iss":"key_1","exp":{{From(1800)}}000}"""), 1000),
        ["for longer than a number counts"] = (Token("""{"iss":"key_1","exp":99999999999999999999}"""), 1002),
        ["for ever"] = (Token("""{"iss":"key_1","exp":1e308}"""), 1002),
    };

    [Theory]
    [MemberData(nameof(Let))]
    public async Task A_token_is_let_in(string which) =>
        Assert.Equal(200, (await gateway.SendAsync("GET", Text, key: LetIn[which])).Status);

    [Theory]
    [MemberData(nameof(Kept))]
    public async Task A_token_is_kept_out(string which)
    {
        var (token, code) = KeptOut[which];
        var answer = await gateway.SendAsync("GET", Text, key: token);
        using var body = JsonDocument.Parse(answer.Body);
        Assert.Equal((401, code, "Bearer"), (answer.Status, body.RootElement.GetProperty("code").GetInt32(), answer.Header("WWW-Authenticate")));
        Assert.DoesNotContain(token, answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", "Bearer " + ScriptedDesk.LiveKey, 200, 0)]
    [InlineData("Authorization", "bearer  " + ScriptedDesk.LiveKey, 200, 0)]
    [InlineData("X-API-KEY", ScriptedDesk.LiveKey, 200, 0)]
    [InlineData("Authorization", "", 401, 1001)]
    [InlineData("Authorization", "Bearer", 401, 1001)]
    [InlineData("X-API-KEY", "", 401, 1001)]
    [InlineData("X-Else", "x", 401, 1001)]
    [InlineData("Authorization", ScriptedDesk.LiveKey, 401, 1002)]
    [InlineData("Authorization", "Basic a2V5Og==", 401, 1002)]
    [InlineData("Authorization", "Bearer a b", 401, 1002)]
    [InlineData("Authorization", "Bearer fg_live_unknown", 401, 1000)]
    [InlineData("X-API-KEY", "fg_live_unknown", 401, 1000)]
    [InlineData("Authorization", "Bearer " + ScriptedDesk.AdminKey, 403, 1103)]
    [InlineData("Authorization", "Bearer " + ScriptedDesk.BusyKey, 429, 1302)]
    public async Task A_key_comes_in_either_header(string header, string value, int status, int code)
    {
        var answer = await gateway.SendAsync("GET", Text, key: null, headers: (header, value));
        using var body = JsonDocument.Parse(answer.Body);
        Assert.Equal((status, code), (answer.Status, body.RootElement.GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Somebody_without_a_key_is_told_how_to_send_one()
    {
        var answer = await gateway.SendAsync("POST", Image, "{", key: null);
        Assert.Equal(
            (401, """{"code":1001,"message":"Authorization is empty. Send Authorization: Bearer with an API key or a token that is signed with a key pair, or an API key as X-API-KEY.","request_id":"R"}"""),
            (answer.Status, Plain(answer.Body)));
    }

    [Fact]
    public async Task A_token_is_as_good_as_its_key_for_everything()
    {
        var token = LetIn["as Kling's sample does"];
        var id = TaskIdOf(await gateway.SendAsync("POST", Text, Words, token));
        Assert.Equal(id, TaskIdOf(await gateway.SendAsync("GET", $"{Text}/{id}", key: token)));
        Assert.Equal(id, TaskIdOf(await gateway.SendAsync("GET", $"{Text}/{id}")));
    }

    [Fact]
    public async Task A_token_that_is_longer_than_any_right_one_is_not_read()
    {
        var token = Token($$"""{"iss":"key_1","exp":{{From(1800)}},"x":"{{new string('a', 4000)}}"}""");
        Assert.Equal(401, (await gateway.SendAsync("GET", Text, key: token)).Status);
    }

    private static string Unsigned(string token) => token[..(token.LastIndexOf('.') + 1)];

    private static string Moved(string token)
    {
        var parts = token.Split('.');
        var claims = Encoding.UTF8.GetBytes($$"""{"iss":"key_1","exp":{{From(3600)}},"nbf":{{From(-5)}}}""");
        return $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(claims)}.{parts[2]}";
    }
}
