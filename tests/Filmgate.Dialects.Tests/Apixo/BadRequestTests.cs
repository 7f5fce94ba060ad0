using System.Text.Json;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Apixo;

public sealed class BadRequestTests(TestGateway gateway)
{
    public static TheoryData<string> Names => [.. BadRequests.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_bad_request_gets_its_status_and_its_sentence(string name)
    {
        var row = BadRequests.All.Single(row => row.Name == name);
        var answer = await RawHttp.SendAsync(gateway.Endpoint, row.Render(gateway.Host, ScriptedDesk.LiveKey, ScriptedDesk.AdminKey));

        Assert.Equal(row.Status, answer.Status);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.NotNull(answer.Header("X-Request-Id"));
        Assert.Null(answer.Header("X-Injected"));
        Assert.Equal(row.Status == 401 ? "Bearer" : null, answer.Header("WWW-Authenticate"));
        using var envelope = JsonDocument.Parse(answer.Body);
        var message = envelope.RootElement.GetProperty("message").GetString()!;
        Assert.True(row.Expects(message), $"expected: {row.Message}\n     got: {message}");
        Assert.Equal(row.Status, envelope.RootElement.GetProperty("code").GetInt32());
        Assert.Equal(message, envelope.RootElement.GetProperty("data").GetProperty("error").GetString());
        Assert.Equal(row.Status == 400 && row.Method == "POST", envelope.RootElement.GetProperty("data").TryGetProperty("errors", out _));
    }

    [Fact]
    public void The_table_has_many_rows_and_each_its_own_name()
    {
        var names = BadRequests.All.Select(row => row.Name).ToList();
        Assert.True(names.Count >= 80, $"{names.Count} rows");
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public async Task All_wrong_keys_get_one_and_the_same_body()
    {
        var bodies = new HashSet<string>();
        foreach (var row in BadRequests.All.Where(row => row.Status == 401))
        {
            bodies.Add((await RawHttp.SendAsync(gateway.Endpoint, row.Render(gateway.Host, ScriptedDesk.LiveKey, ScriptedDesk.AdminKey))).Body);
        }

        Assert.Equal(
            """{"code":401,"message":"The API key is missing or invalid. Send it as Authorization: Bearer <key>.","data":{"error":"The API key is missing or invalid. Send it as Authorization: Bearer <key>."}}""",
            Assert.Single(bodies));
    }
}
