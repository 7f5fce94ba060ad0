using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Kie;

/// <summary>
/// The side calls that agents make before they create: which models there are, what each takes and costs, and what is left. All of it comes
/// from the rules that bodies are checked by. Source: kie's agent-skill text, catalog, schema, price and credit calls.
/// </summary>
internal sealed class CatalogEndpoints(ITaskDesk desk)
{
    private const string ModelSegment = "model";

    /// <summary><c>GET /api/v1/chat/credit</c>: <c>data</c> is the number itself.</summary>
    public async Task ReadCreditAsync(HttpContext context, Caller caller)
    {
        var balance = await desk.BalanceAsync(caller, CancellationToken.None);
        JobEndpoints.Answer(context.Response, json => json.WriteNumberValue((decimal)balance.Micros / Wire.Credit.Micros));
    }

    /// <summary><c>GET /api/v1/models</c>, narrowed by <c>taskType</c>, <c>provider</c> and <c>q</c>.</summary>
    public static Task ListAsync(HttpContext context, Caller caller)
    {
        var query = context.Request.Query;
        var models = KieModel.All
            .Where(model => Matches(TaskType(model), query["taskType"]) && Matches("kling", query["provider"]) && Holds(model, query["q"]))
            .Select(Card)
            .ToImmutableArray();
        var page = new JsonObject { ["total"] = models.Length, ["models"] = new JsonArray([.. models]) };
        JobEndpoints.Answer(context.Response, json => page.WriteTo(json));
        return Task.CompletedTask;
    }

    /// <summary>
    /// <c>GET /api/v1/models/{model}/schema</c> and <c>/price</c>. A model's name has a slash inside, which is not encoded, so the rest of
    /// the path is taken apart here.
    /// </summary>
    public static Task ReadAsync(HttpContext context, Caller caller)
    {
        var path = context.Request.RouteValues[ModelSegment] as string ?? string.Empty;
        var slash = path.LastIndexOf('/');
        if (slash < 0 || KieModel.Find(path[..slash]) is not { } model || Describe(model, path[(slash + 1)..]) is not { } answer)
        {
            return KieErrorForm.Instance.WriteAsync(
                context, new Refusal(RefusalKind.NotFound, $"There is nothing at this address. Served are /schema and /price of {KieModel.Names}."));
        }

        JobEndpoints.Answer(context.Response, json => answer.WriteTo(json));
        return Task.CompletedTask;
    }

    /// <summary>
    /// <c>POST /api/v1/common/download-url</c>: the vendor makes a fresh link; ours live as long as the clip, so the link is its own answer.
    /// </summary>
    public static async Task ReadDownloadAsync(HttpContext context, string prefix)
    {
        if (await JsonBody.ReadAsync<Address>(context, KieErrorForm.Instance, ReadAddress) is not { } address)
        {
            return;
        }

        if (!address.Url.StartsWith(prefix, StringComparison.Ordinal))
        {
            var fault = new RequestFault(RequestField.Body, "must hold in url the address of a clip of this gateway", address.Url);
            await KieErrorForm.Instance.WriteAsync(context, Refusal.Of([fault]));
            return;
        }

        JobEndpoints.Answer(context.Response, json => json.WriteStringValue(address.Url));
    }

    private static Address? ReadAddress(ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults)
    {
        using var document = BodyText.Parse(body, out var fault);
        if (document is not null && document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String && Text(url) is { Length: > 0 } text)
        {
            faults = [];
            return new Address(text);
        }

        faults = [fault ?? new RequestFault(RequestField.Body, "must be a JSON object with url, the address of a clip")];
        return null;
    }

    private static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonObject? Describe(KieModel model, string what) => what switch
    {
        "price" => new JsonObject { ["model"] = model.Name, ["pricingDesc"] = Price(model) },
        "schema" => new JsonObject { ["model"] = model.Name, ["openapi"] = OpenApi(model) },
        _ => null,
    };

    private static JsonNode Card(KieModel model) => new JsonObject
    {
        ["model"] = model.Name,
        ["slug"] = model.Name.Replace('/', '-'),
        ["title"] = model.Title,
        ["provider"] = "kling",
        ["taskType"] = new JsonArray(TaskType(model)),
        ["description"] = $"{(int)model.Mode.Rules().Resolution}p, 5 or 10 seconds, {model.Mode.Rules().ImagesInWords}.",
        ["pricingDesc"] = Price(model),
    };

    private static string TaskType(KieModel model) => model.Mode.Rules().MaxImages == 0 ? "text-to-video" : "image-to-video";

    private static string Price(KieModel model) => string.Join(
        ", ",
        GenerationRules.Durations.Select(seconds =>
        {
            var price = model.Mode.Rules().ListPrice(seconds);
            var credits = ((decimal)price.Micros / Wire.Credit.Micros).ToString(CultureInfo.InvariantCulture);
            return $"{seconds} s: {credits} credits ({price})";
        })) + "; list prices, what this gateway's providers charge is for its estimate to say";

    private static JsonObject OpenApi(KieModel model)
    {
        var rules = model.Mode.Rules();
        var properties = new JsonObject
        {
            ["prompt"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = GenerationRules.PromptLengthMax },
            ["duration"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("5", "10"), ["default"] = "5" },
            ["negative_prompt"] = new JsonObject { ["type"] = "string", ["maxLength"] = GenerationRules.NegativePromptLengthMax },
            ["cfg_scale"] = new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1, ["default"] = GenerationRules.CfgScaleDefault },
        };
        var required = new JsonArray("prompt");
        if (rules.MinImages > 0)
        {
            properties["image_url"] = new JsonObject { ["type"] = "string", ["format"] = "uri" };
            required.Add((JsonNode)"image_url");
        }

        if (rules.MaxImages > 1)
        {
            properties["tail_image_url"] = new JsonObject { ["type"] = "string", ["format"] = "uri" };
        }

        if (rules.TakesAspectRatio)
        {
            properties["aspect_ratio"] = new JsonObject
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. AspectRatios.Names.Select(name => (JsonNode)name)]),
                ["default"] = AspectRatio.Wide.Name(),
            };
        }

        var body = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("model", "input"),
            ["properties"] = new JsonObject
            {
                ["model"] = new JsonObject { ["const"] = model.Name },
                ["callBackUrl"] = new JsonObject { ["type"] = "string", ["format"] = "uri" },
                ["input"] = new JsonObject { ["type"] = "object", ["required"] = required, ["properties"] = properties },
            },
        };
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = model.Title, ["version"] = "1" },
            ["paths"] = new JsonObject
            {
                [Wire.CreatePath] = new JsonObject
                {
                    ["post"] = new JsonObject
                    {
                        ["requestBody"] = new JsonObject
                        {
                            ["required"] = true,
                            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = body } },
                        },
                        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "code in the body tells what came of it." } },
                    },
                },
            },
        };
    }

    private static bool Matches(string value, string? wanted) => string.IsNullOrEmpty(wanted) || value.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static bool Holds(KieModel model, string? text) =>
        string.IsNullOrEmpty(text) || model.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || model.Title.Contains(text, StringComparison.OrdinalIgnoreCase);

    private sealed record Address(string Url);
}
