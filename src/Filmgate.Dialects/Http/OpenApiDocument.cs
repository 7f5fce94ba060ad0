using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>The OpenAPI 3.1 document, from <see cref="Operations"/>.</summary>
internal static class OpenApi
{
    private const string Json = "application/json";
    private const string Key = "key";

    /// <summary>The document.</summary>
    public static ReadOnlyMemory<byte> Document { get; } = ModelCard.Bytes(Build());

    private static JsonObject Build() => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Filmgate task API",
            ["version"] = "1",
            ["description"] = "Creates, follows and cancels video generation tasks. Every answer is {code, message, data}; code is the HTTP status.",
        },
        ["paths"] = Paths(),
        ["components"] = new JsonObject
        {
            ["schemas"] = AnswerSchemas.All(),
            ["responses"] = Refusals(),
            ["securitySchemes"] = new JsonObject { [Key] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
        },
    };

    private static JsonObject Paths()
    {
        var paths = new JsonObject();
        foreach (var path in Operations.All.GroupBy(operation => operation.Path))
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

        if (operation.TakesRequest)
        {
            description["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(AnswerSchemas.Reference(AnswerSchemas.Request)) };
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
            ["content"] = Content(operation.NeedsKey ? AnswerSchemas.Enveloped(operation.Answer) : AnswerSchemas.Reference(operation.Answer)),
        };
        if (operation.MayReplay)
        {
            answer["headers"] = Headers((IdempotencyHeader.Replayed, "true when an earlier request with the same key was answered so; nothing was created."));
        }

        return answer;
    }

    private static JsonObject Refusals()
    {
        var refusals = new JsonObject();
        foreach (var status in Operations.All.SelectMany(operation => operation.AllRefusals).Distinct().Order())
        {
            refusals[NameOf(status)] = new JsonObject
            {
                ["description"] = ErrorMap.Sentence(status),
                ["headers"] = HeadersOf(status),
                ["content"] = Content(AnswerSchemas.Reference(AnswerSchemas.Failure)),
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

    private static JsonObject Content(JsonObject schema) => new() { [Json] = new JsonObject { ["schema"] = schema } };

    private static string NameOf(int status) => $"Refusal{status}";
}
