using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>Writes an OpenAPI 3.1 document from a table of operations.</summary>
internal sealed class OpenApiDocument
{
    /// <summary>The content type of answers and of most bodies.</summary>
    public const string Json = "application/json";

    private const string Key = "key";

    private static readonly JsonSerializerOptions Writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IReadOnlyCollection<Operation> operations;

    private OpenApiDocument(IReadOnlyCollection<Operation> operations) => this.operations = operations;

    /// <summary>The shape of every refusal; the schemas must have one of this name.</summary>
    public required string Failure { get; init; }

    /// <summary>The document.</summary>
    /// <param name="title">What is described.</param>
    /// <param name="description">What is to be known of all of it.</param>
    /// <param name="operations">The operations, in the order in which they are shown.</param>
    /// <param name="schemas">All shapes by name.</param>
    /// <param name="failure">The name of the shape of refusals.</param>
    /// <param name="sentenceOf">What a status of a refusal means.</param>
    public static ReadOnlyMemory<byte> Write(
        string title, string description, IReadOnlyCollection<Operation> operations, JsonObject schemas, string failure, Func<int, string> sentenceOf)
    {
        var writer = new OpenApiDocument(operations) { Failure = failure };
        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["openapi"] = "3.1.0",
                ["info"] = new JsonObject { ["title"] = title, ["version"] = "1", ["description"] = description },
                ["paths"] = writer.Paths(),
                ["components"] = new JsonObject
                {
                    ["schemas"] = schemas,
                    ["responses"] = writer.Refusals(sentenceOf),
                    ["securitySchemes"] = new JsonObject { [Key] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                },
            },
            Writing);
    }

    private JsonObject Paths()
    {
        var paths = new JsonObject();
        foreach (var path in operations.GroupBy(operation => operation.Path))
        {
            var item = new JsonObject();
            foreach (var operation in path)
            {
                item[operation.Method.ToLowerInvariant()] = Describe(operation);
            }

            paths[path.Key] = item;
        }

        return paths;
    }

    private static JsonObject Describe(Operation operation)
    {
        var description = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["summary"] = operation.Summary,
            ["security"] = operation.NeedsKey ? new JsonArray(new JsonObject { [Key] = new JsonArray() }) : new JsonArray(),
        };
        if (!operation.Parameters.IsEmpty)
        {
            description["parameters"] = new JsonArray([.. operation.Parameters.Select(Describe)]);
        }

        if (!operation.Bodies.IsEmpty)
        {
            description["requestBody"] = new JsonObject
            {
                ["required"] = !operation.IsBodyOptional,
                ["content"] = Content([.. operation.Bodies.Select(body => (body.MediaType, Shape.Reference(body.Schema)))]),
            };
        }

        var answers = new JsonObject { ["200"] = Success(operation) };
        foreach (var status in operation.AllRefusals)
        {
            answers[status.ToString()] = new JsonObject { ["$ref"] = "#/components/responses/" + NameOf(status) };
        }

        description["responses"] = answers;
        return description;
    }

    private static JsonNode Describe(OperationParameter parameter) => new JsonObject
    {
        ["name"] = parameter.Name,
        ["in"] = parameter.Place,
        ["required"] = parameter.IsRequired,
        ["description"] = parameter.Description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Success(Operation operation)
    {
        var answer = new JsonObject
        {
            ["description"] = "Done.",
            ["content"] = operation.IsStream ? Content((EventStream.ContentType, Shape.Reference(operation.Answer))) : Content((Json, operation.NeedsKey ? Shape.Enveloped(operation.Answer) : Shape.Reference(operation.Answer))),
        };
        if (operation.OtherAnswer is { } other)
        {
            answer["content"]![other] = new JsonObject { ["schema"] = Shape.Text() };
        }

        if (operation.MayReplay)
        {
            answer["headers"] = Headers((IdempotencyHeader.Replayed, "true when an earlier request with the same key was answered so; nothing was created."));
        }

        return answer;
    }

    private JsonObject Refusals(Func<int, string> sentenceOf)
    {
        var refusals = new JsonObject();
        foreach (var status in operations.SelectMany(operation => operation.AllRefusals).Distinct().Order())
        {
            refusals[NameOf(status)] = new JsonObject
            {
                ["description"] = sentenceOf(status),
                ["headers"] = HeadersOf(status),
                ["content"] = Content((Json, Shape.Reference(Failure))),
            };
        }

        return refusals;
    }

    private static JsonObject HeadersOf(int status)
    {
        (string Name, string Meaning) request = (ErrorForm.RequestIdHeader, "Names the request; the log has the same name.");
        (string Name, string Meaning) retry = ("Retry-After", "Seconds until it is worth asking again.");
        return status switch
        {
            StatusCodes.Status401Unauthorized => Headers(request, ("WWW-Authenticate", "Bearer")),
            StatusCodes.Status429TooManyRequests => Headers(
                request,
                retry,
                (WaitHeaders.Limit, "What the limit allows."),
                (WaitHeaders.Remaining, "0"),
                (WaitHeaders.Reset, "Seconds until the limit allows more.")),
            StatusCodes.Status503ServiceUnavailable => Headers(request, retry),
            _ => Headers(request),
        };
    }

    private static JsonObject Headers(params ReadOnlySpan<(string Name, string Meaning)> headers)
    {
        var described = new JsonObject();
        foreach (var (name, meaning) in headers)
        {
            described[name] = new JsonObject { ["description"] = meaning, ["schema"] = new JsonObject { ["type"] = "string" } };
        }

        return described;
    }

    private static JsonObject Content(params ReadOnlySpan<(string MediaType, JsonObject Schema)> forms)
    {
        var content = new JsonObject();
        foreach (var (mediaType, schema) in forms)
        {
            content[mediaType] = new JsonObject { ["schema"] = schema };
        }

        return content;
    }

    private static string NameOf(int status) => $"Refusal{status}";
}
