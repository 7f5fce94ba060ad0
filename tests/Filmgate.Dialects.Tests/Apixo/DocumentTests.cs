using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Routing;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>The documents that describe the API say what the API does.</summary>
public sealed class DocumentTests(TestGateway gateway)
{
    private const string IndexAddress = "/docs/models/schemas/index.json";
    // The server maps these, because they stream, to the disk or to the caller, or belong to no task; there they are held against this document.
    private static bool IsMappedElsewhere(string path) => path == "/api/v1/uploads" || path.StartsWith("/api/v1/webhooks", StringComparison.Ordinal)
        || path.EndsWith("/events", StringComparison.Ordinal);

    private const string Create = "/api/v1/generateTask/kling-2-1";

    // A schema cannot say these: they are about bytes, spelling, configuration or text that is no Unicode.
    private static readonly string[] BeyondSchema =
    [
        "in capitals", "U+0000", "surrogate", "UTF-8", "Latin-1", "byte order", "field twice", "idempotency", "provider unknown", "halves in the wrong order",
        "with 40 decimals", "5 and 10 000 zeros", "5 000 fields", "name twice",
    ];

    [Fact]
    public async Task The_index_keeps_the_rules_of_the_public_client()
    {
        // Its rules: models is an array, four fields are strings, and schema_path is resolved below the base once leading slashes are dropped.
        var index = await ReadAsync(IndexAddress);
        var models = index.GetProperty("models");
        Assert.Equal(JsonValueKind.Array, models.ValueKind);
        Assert.Equal(models.GetArrayLength(), index.GetProperty("total_models").GetInt32());
        foreach (var model in models.EnumerateArray())
        {
            foreach (var name in new[] { "model_id", "slug", "category", "integration_type", "title", "schema_path", "doc_path" })
            {
                Assert.Equal(JsonValueKind.String, model.GetProperty(name).ValueKind);
            }

            Assert.Contains(model.GetProperty("category").GetString(), new[] { "image", "video", "audio", "text" });
            Assert.Contains(model.GetProperty("integration_type").GetString(), new[] { "task_api", "llm_gateway" });
            await ReadAsync("/docs/" + model.GetProperty("schema_path").GetString()!.TrimStart('/'));
        }

        Assert.Equal(GenerationRules.Model, models[0].GetProperty("model_id").GetString());
    }

    [Fact]
    public async Task The_schema_refuses_what_the_gateway_refuses()
    {
        var schema = await ReadAsync("/docs/models/schemas/kling-2-1.json");
        var checker = new SchemaChecker(schema);
        var compared = 0;
        foreach (var row in BadRequests.All.Where(row => row is { Status: 400, Path: Create } && !BeyondSchema.Any(part => row.Name.Contains(part, StringComparison.Ordinal))))
        {
            if (Parse(row.Body!) is { } body)
            {
                Assert.True(checker.Fault(schema, body) is not null, row.Name);
                compared++;
            }
        }

        Assert.True(compared >= 70, $"{compared}");
    }

    [Theory]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a"}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a","duration":"10","aspect_ratio":"9:16","image_urls":[],"cfg_scale":1}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a","image_urls":null,"aspect_ratio":null,"duration":null,"cfg_scale":null,"negative_prompt":null}}""")]
    [InlineData("""{"input":{"prompt":"a","image_urls":["https://e.test/a.png"]}}""")]
    [InlineData("""{"input":{"mode":null,"prompt":"a","image_urls":["https://e.test/a.png"],"aspect_ratio":"4:3"}}""")]
    [InlineData("""{"input":{"mode":"pro-image-to-video","prompt":"a","duration":5.0,"image_urls":["https://e.test/a.png","https://e.test/b.png"]}}""")]
    [InlineData("""{"input":{"mode":"master-image-to-video","prompt":"a","image_urls":["https://e.test/a.png"]},"webhook":1}""")]
    [InlineData("""{"request_type":"callback","callback_url":"https://e.test/","input":{"mode":"master-text-to-video","prompt":"a"}}""")]
    [InlineData("""{"request_type":null,"callback_url":null,"provider":"animatic","source":"","metadata":{"a":""},"input":{"mode":"master-text-to-video","prompt":"a"}}""")]
    public async Task The_schema_takes_what_the_gateway_takes(string body)
    {
        Assert.Equal(200, (await gateway.CreateAsync(Encoding.UTF8.GetBytes(body))).Status);
        var schema = await ReadAsync("/docs/models/schemas/kling-2-1.json");
        using var document = JsonDocument.Parse(body);
        Assert.Null(new SchemaChecker(schema).Fault(schema, document.RootElement));
    }

    [Fact]
    public async Task Models_and_schema_show_every_mode_as_the_rules_have_it()
    {
        var schema = await ReadAsync("/docs/models/schemas/kling-2-1.json");
        var answer = await gateway.SendAsync("GET", "/api/v1/models");
        using var models = JsonDocument.Parse(answer.Body);
        var model = Assert.Single(models.RootElement.GetProperty("data").EnumerateArray());
        Assert.Equal("kling-2-1", model.GetProperty("model").GetString());
        Assert.Equal(model.GetProperty("modes").GetRawText(), JsonSerializer.Serialize(schema.GetProperty("modes")));
        Assert.Equal(
            """{"mode":"standard-image-to-video","images":{"min":1,"max":1},"duration":[5,10],"resolution":"720p","list_prices":[{"duration":5,"price":0.28,"currency":"USD"},{"duration":10,"price":0.56,"currency":"USD"}]}""",
            model.GetProperty("modes")[0].GetRawText());
        Assert.Equal(
            GenerationModes.All.Select(rules => (rules.Name, rules.MinImages, rules.MaxImages, rules.TakesAspectRatio)),
            model.GetProperty("modes").EnumerateArray().Select(mode => (
                mode.GetProperty("mode").GetString()!,
                mode.GetProperty("images").GetProperty("min").GetInt32(),
                mode.GetProperty("images").GetProperty("max").GetInt32(),
                mode.TryGetProperty("aspect_ratio", out _))));
    }

    [Fact]
    public async Task Every_route_is_described_and_every_description_has_a_route()
    {
        var paths = (await ReadAsync("/openapi.json")).GetProperty("paths");
        var described = paths.EnumerateObject().Select(path => path.Name).ToHashSet();
        var routed = gateway.Routes.OfType<RouteEndpoint>()
            .Where(route => route.Order < int.MaxValue && !route.RoutePattern.RawText!.StartsWith("/elsewhere", StringComparison.Ordinal))
            // The other surfaces are described by their vendors.
            .Where(route => gateway.FormOf(route.RoutePattern.RawText!) is ApixoErrorForm)
            .Select(route => route.RoutePattern.RawText!.Replace("{model}", GenerationRules.Model, StringComparison.Ordinal))
            .ToHashSet();
        Assert.Equal(described.Where(path => !IsMappedElsewhere(path)).Order(), routed.Order());

        // The method that is described is the one that is taken: another one is told which.
        foreach (var path in paths.EnumerateObject().Where(path => !IsMappedElsewhere(path.Name)))
        {
            var method = Assert.Single(path.Value.EnumerateObject()).Name.ToUpperInvariant();
            var refused = await gateway.SendAsync("PATCH", path.Name.Replace("{id}", "t", StringComparison.Ordinal));
            Assert.Equal((405, $"The method PATCH is not allowed here; use {method}."), (refused.Status, Message(refused.Body)));
        }
    }

    [Fact]
    public async Task Every_operation_asks_for_a_key_exactly_when_it_says_so_and_names_the_refusal()
    {
        foreach (var (address, method, operation) in await OperationsAsync())
        {
            var needsKey = operation.GetProperty("security").GetArrayLength() > 0;
            var answer = await gateway.SendAsync(method, address, method == "POST" ? "{}" : null, key: null);
            Assert.Equal(needsKey ? 401 : 200, answer.Status);
            Assert.True(operation.GetProperty("responses").TryGetProperty(answer.Status.ToString(), out _), address);
            Assert.Equal(needsKey, operation.GetProperty("responses").TryGetProperty("429", out _));
        }
    }

    [Fact]
    public async Task A_stranger_gets_the_same_answer_for_a_task_of_somebody_else_as_for_none()
    {
        gateway.Desk.Put(new Filmgate.Model.Gateway.TaskView { Id = new("c-waiting"), State = Filmgate.Model.Tasks.TaskState.Pending, CreatedAt = default });
        var checkedOperations = 0;
        foreach (var (address, method, operation) in await OperationsAsync())
        {
            if (!address.Contains("t-0", StringComparison.Ordinal) || !operation.GetProperty("responses").TryGetProperty("404", out _))
            {
                continue;
            }

            var stranger = await gateway.SendAsync(method, address.Replace("t-0", "c-waiting", StringComparison.Ordinal), key: ScriptedDesk.OtherKey);
            var nothing = await gateway.SendAsync(method, address, key: ScriptedDesk.OtherKey);
            Assert.Equal((404, nothing.Body), (stranger.Status, stranger.Body));
            checkedOperations++;
        }

        Assert.Equal(3, checkedOperations);
    }

    [Fact]
    public async Task Real_answers_have_the_shapes_that_are_described()
    {
        var document = await ReadAsync("/openapi.json");
        var checker = new SchemaChecker(document);
        const string Good = """{"input":{"mode":"master-text-to-video","prompt":"a"}}""";
        (string Method, string Address, string? Body, string Key)[] requests =
        [
            ("POST", Create, Good, ScriptedDesk.LiveKey),
            ("POST", Create, """{"input":{"mode":"x"}}""", ScriptedDesk.LiveKey),
            ("POST", Create, """{"input":{"prompt":"@over"}}""", ScriptedDesk.LiveKey),
            ("POST", Create, """{"input":{"prompt":"@full"}}""", ScriptedDesk.LiveKey),
            ("POST", Create, """{"input":{"prompt":"@unavailable"}}""", ScriptedDesk.LiveKey),
            ("POST", Create, Good, ScriptedDesk.BusyKey),
            ("POST", Create, Good, ScriptedDesk.AdminKey),
            ("POST", "/api/v1/estimate/kling-2-1", Good, ScriptedDesk.LiveKey),
            ("GET", "/api/v1/tasks", null, ScriptedDesk.LiveKey),
            ("GET", "/api/v1/tasks?limit=x", null, ScriptedDesk.LiveKey),
            ("GET", "/api/v1/statusTask/kling-2-1?taskId=none", null, ScriptedDesk.LiveKey),
            ("GET", "/api/v1/models", null, ScriptedDesk.LiveKey),
            ("GET", "/api/v1/apikeys/current-balance", null, ScriptedDesk.LiveKey),
            ("POST", "/api/v1/tasks/c-done/cancel", null, ScriptedDesk.LiveKey),
        ];
        foreach (var (method, address, body, key) in requests)
        {
            var answer = await gateway.SendAsync(method, address, body, key);
            var path = address.Split('?')[0].Replace("c-done", "{id}", StringComparison.Ordinal);
            var response = document.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant()).GetProperty("responses").GetProperty(answer.Status.ToString());
            if (response.TryGetProperty("$ref", out var reference))
            {
                response = document.GetProperty("components").GetProperty("responses").GetProperty(reference.GetString()!.Split('/')[^1]);
            }

            using var got = JsonDocument.Parse(answer.Body);
            var schema = response.GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Assert.True(checker.Fault(schema, got.RootElement) is null, $"{method} {address}: {checker.Fault(schema, got.RootElement)}\n{answer.Body}");
        }
    }

    private static string Message(string body)
    {
        using var envelope = JsonDocument.Parse(body);
        return envelope.RootElement.GetProperty("message").GetString()!;
    }

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Each operation under an address with which it can be called.
    private async Task<List<(string Address, string Method, JsonElement Operation)>> OperationsAsync() =>
    [
        .. from path in (await ReadAsync("/openapi.json")).GetProperty("paths").EnumerateObject()
           where !IsMappedElsewhere(path.Name)
           from method in path.Value.EnumerateObject()
           let query = path.Name.Contains("statusTask", StringComparison.Ordinal) ? "?taskId=t-0" : ""
           select (path.Name.Replace("{id}", "t-0", StringComparison.Ordinal) + query, method.Name.ToUpperInvariant(), method.Value),
    ];

    private async Task<JsonElement> ReadAsync(string address)
    {
        var answer = await gateway.SendAsync("GET", address, key: null);
        Assert.True(answer.Status == 200, $"{address}: {answer.Status}");
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.Clone();
    }
}
