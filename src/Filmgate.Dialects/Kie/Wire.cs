using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kie;

/// <summary>The words of kie's job API. Source of all: docs.kie.ai, getting started, get-task-detail and webhook-verification pages.</summary>
internal static class Wire
{
    /// <summary>The dialect's name, as stored on its tasks.</summary>
    public const string Dialect = "kie";

    /// <summary>Where the surface is mounted; below it the paths are the vendor's.</summary>
    public const string Mount = "/kie";

    /// <summary>The vendor's paths.</summary>
    public const string
        CreatePath = "/api/v1/jobs/createTask", ReadPath = "/api/v1/jobs/recordInfo", CreditPath = "/api/v1/chat/credit",
        ModelsPath = "/api/v1/models", DownloadPath = "/api/v1/common/download-url";

    /// <summary>Where an account reads the secret of its callbacks; ours, the vendor shows it in a console.</summary>
    public const string SecretPath = "/api/v1/webhook/secret";

    /// <summary>The query parameter that names a task.</summary>
    public const string TaskIdParameter = "taskId";

    /// <summary>Headers of a callback, sent when the account has a secret; here every account has one.</summary>
    public const string TimestampHeader = "X-Webhook-Timestamp", SignatureHeader = "X-Webhook-Signature";

    /// <summary>Codes that stand in the body whatever the HTTP status is.</summary>
    public const int Ok = 200, GenerationFailed = 501;

    /// <summary>What one credit costs. Source: pricing page, two independent lists.</summary>
    public static readonly Usd Credit = new(5_000);

    /// <summary>Fields of a creation's body.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> BodyFields =
    [
        ("model", RequestField.Model),
        ("callBackUrl", RequestField.CallbackUrl),
        ("input", RequestField.Input),
    ];

    /// <summary>Fields of <c>input</c>, of all four models together. Source: market pages of the Kling 2.1 family.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> InputFields =
    [
        ("prompt", RequestField.Prompt),
        ("image_url", RequestField.Image),
        ("tail_image_url", RequestField.EndImage),
        ("duration", RequestField.Duration),
        ("aspect_ratio", RequestField.AspectRatio),
        ("negative_prompt", RequestField.NegativePrompt),
        ("cfg_scale", RequestField.CfgScale),
    ];

    /// <summary>Names of answers and callbacks.</summary>
    public static readonly JsonEncodedText
        Code = Name("code"), Msg = Name("msg"), Data = Name("data"), TaskId = Name("taskId"), VerifiedTaskId = Name("task_id"), Model = Name("model"), State = Name("state"),
        Param = Name("param"), ResultJson = Name("resultJson"), Response = Name("response"), ResultUrls = Name("resultUrls"),
        SuccessFlag = Name("successFlag"), FailCode = Name("failCode"), FailMsg = Name("failMsg"), CreateTime = Name("createTime"),
        UpdateTime = Name("updateTime"), CompleteTime = Name("completeTime"), CostTime = Name("costTime"),
        CreditsConsumed = Name("creditsConsumed"), CallBackUrl = Name("callBackUrl"), Input = Name("input"), Success = Name("success");

    /// <summary>The state's name: <c>waiting</c> until it was sent, <c>generating</c> afterwards, then <c>success</c> or <c>fail</c>.</summary>
    public static string Of(TaskState state) => state switch
    {
        TaskState.Pending => "waiting",
        TaskState.Processing => "generating",
        TaskState.Success => "success",
        _ => "fail",
    };

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JsonAnswer.Encoder);
}

/// <summary>A model as kie names it.</summary>
/// <param name="Name">Its name, with a slash inside.</param>
/// <param name="Mode">The mode that it is.</param>
/// <param name="Title">For people.</param>
internal sealed record KieModel(string Name, GenerationMode Mode, string Title)
{
    /// <summary>The four models. Source: docs.kie.ai, market pages.</summary>
    public static ImmutableArray<KieModel> All { get; } =
    [
        new("kling/v2-1-standard", GenerationMode.StandardImageToVideo, "Kling 2.1 standard"),
        new("kling/v2-1-pro", GenerationMode.ProImageToVideo, "Kling 2.1 pro"),
        new("kling/v2-1-master-image-to-video", GenerationMode.MasterImageToVideo, "Kling 2.1 master, image to video"),
        new("kling/v2-1-master-text-to-video", GenerationMode.MasterTextToVideo, "Kling 2.1 master, text to video"),
    ];

    /// <summary>The model of that name, or null.</summary>
    public static KieModel? Find(string? name) => All.FirstOrDefault(model => model.Name == name);

    /// <summary>The model of a mode.</summary>
    public static KieModel Of(GenerationMode mode) => All.First(model => model.Mode == mode);

    /// <summary>The names of all, for a message.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(model => model.Name));
}
