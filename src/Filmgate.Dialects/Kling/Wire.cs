using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kling;

/// <summary>The words of Kling's own video API, in its older form: the model's name stands in the body.</summary>
internal static class Wire
{
    /// <summary>The dialect's name, as stored on its tasks.</summary>
    public const string Dialect = "kling";

    /// <summary>
    /// Where the surface is mounted. The second is Kling's own path; the first is what new-api puts before it for keys that begin with
    /// <c>sk-</c>, the third what ComfyUI's nodes use.
    /// </summary>
    public static readonly ImmutableArray<string> Bases = ["/kling/v1/videos", "/v1/videos", "/proxy/kling/v1/videos"];

    /// <summary>The header of ComfyUI's nodes for a plain key, beside <c>Authorization</c>. Source: ComfyUI, comfy_api_nodes.</summary>
    public const string ApiKeyHeader = "X-API-KEY";

    /// <summary>The served models. Source: Kling, capability map.</summary>
    public const string ModelV21 = "kling-v2-1", ModelMaster = "kling-v2-1-master";

    /// <summary>The model that a creation without <c>model_name</c> means. Source: Kling, text to video and image to video.</summary>
    public const string ModelDefault = "kling-v1";

    /// <summary>Values of <c>mode</c>. Source: Kling, image to video.</summary>
    public const string Standard = "std", Professional = "pro";

    /// <summary>Longest prompt and negative prompt, in Unicode characters. Source: Kling, text to video and image to video.</summary>
    public const int PromptLengthMax = 2500;

    /// <summary>Pages of a list: first and last number, sizes, and the size when the caller does not say. Source: Kling, query task list.</summary>
    public const int PageNumMax = 1000, PageSizeMax = 500, PageSizeDefault = 30;

    /// <summary>Parameters of a list. Source: Kling, query task list.</summary>
    public const string PageNum = "pageNum", PageSize = "pageSize";

    /// <summary>What a creation with pictures and without words asks for: Kling takes one, the house's other providers do not.</summary>
    public const string UnspokenPrompt = "Bring the picture to life with natural motion.";

    /// <summary>Fields that both creations have. Source: Kling, text to video and image to video.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> BodyFields =
    [
        ("model_name", RequestField.Model),
        ("prompt", RequestField.Prompt),
        ("negative_prompt", RequestField.NegativePrompt),
        ("mode", RequestField.Mode),
        ("duration", RequestField.Duration),
        ("callback_url", RequestField.CallbackUrl),
        ("external_task_id", RequestField.ExternalId),
    ];

    /// <summary>Fields that only one creation has. Source: as above.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)>
        TextFields = [("aspect_ratio", RequestField.AspectRatio)],
        ImageFields = [("image", RequestField.Image), ("image_tail", RequestField.EndImage)];

    /// <summary>Fields that other models than the served ones have. Source: Kling, image to video.</summary>
    public const string Sound = "sound", SoundOff = "off", StaticMask = "static_mask", DynamicMasks = "dynamic_masks", CameraControl = "camera_control";

    /// <summary>Names of answers. Source: Kling, general information and query task.</summary>
    public static readonly JsonEncodedText
        Code = Name("code"), Message = Name("message"), RequestId = Name("request_id"), Data = Name("data"),
        TaskId = Name("task_id"), TaskStatus = Name("task_status"), TaskStatusMessage = Name("task_status_msg"), TaskInfo = Name("task_info"),
        ExternalTaskId = Name("external_task_id"), CreatedAt = Name("created_at"), UpdatedAt = Name("updated_at"), TaskResult = Name("task_result"),
        Videos = Name("videos"), Id = Name("id"), Url = Name("url"), Duration = Name("duration"), FinalUnitDeduction = Name("final_unit_deduction");

    /// <summary>The message of every success, as answers of the real API show it; the documents print a placeholder.</summary>
    public static readonly JsonEncodedText Succeed = Name("SUCCEED");

    private static readonly JsonEncodedText
        Submitted = Name("submitted"), Processing = Name("processing"), Succeeded = Name("succeed"), Failed = Name("failed");

    /// <summary>The state's name. Source: Kling, query task; the last but one has no "ed".</summary>
    public static JsonEncodedText Of(TaskState state) => state switch
    {
        TaskState.Pending => Submitted,
        TaskState.Processing => Processing,
        TaskState.Success => Succeeded,
        TaskState.Failed => Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a task state."),
    };

    /// <summary>List price of a video unit. Source: Kling, video pricing.</summary>
    public static readonly Usd UnitPrice = new(140_000);

    /// <summary>Units that a clip costs. Source: Kling, video pricing: 0.4, 0.7 and 2 units a second.</summary>
    public static decimal Units(GenerationMode mode, int seconds) => seconds * mode switch
    {
        GenerationMode.StandardImageToVideo => 0.4m,
        GenerationMode.ProImageToVideo => 0.7m,
        _ => 2.0m,
    };

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JsonAnswer.Encoder);
}
