using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// The words of OpenAI's Videos API. Source, unless a comment says otherwise: OpenAI's OpenAPI document 2.3.0 of 2026-08-21 and the types of
/// npm <c>openai</c> 7.57.0.
/// </summary>
internal static class Wire
{
    /// <summary>The dialect's name: stored on its tasks, and given by the settings of providers.</summary>
    public const string Dialect = "openai-videos";

    /// <summary>Where the API lives, and the collections below it.</summary>
    public const string Base = "/v1", VideosPath = "/videos", ModelsPath = "/models", ContentPath = "/content";

    /// <summary>Where an account reads the secret of its events; ours, because OpenAI shows one only when it makes an endpoint.</summary>
    public const string SecretPath = "/webhook_secret", SecretObject = "webhook_secret";

    /// <summary>The segment of a route that holds an id or a model's name.</summary>
    public const string IdSegment = "id";

    /// <summary>Operations on existing videos, none of which Kling 2.1 has.</summary>
    public const string RemixPath = "/remix", EditsPath = "/edits", ExtensionsPath = "/extensions", CharactersPath = "/characters";

    /// <summary>Values of <c>object</c>.</summary>
    public const string VideoObject = "video", DeletedObject = "video.deleted", ListObject = "list", ModelObject = "model", EventObject = "event";

    /// <summary>Values of <c>status</c>; there are no others, and none for a canceled video.</summary>
    public const string Queued = "queued", Working = "in_progress", Completed = "completed", Failed = "failed";

    /// <summary>Events. Source: <c>webhook_endpoints</c> of npm <c>openai</c> 7.57.0.</summary>
    public const string CompletedEvent = "video.completed", FailedEvent = "video.failed";

    /// <summary>How event ids begin.</summary>
    public const string EventIdPrefix = "evt_";

    /// <summary>Values of <c>variant</c>.</summary>
    public const string VideoVariant = "video", ThumbnailVariant = "thumbnail", SpritesheetVariant = "spritesheet";

    /// <summary>Parameters of queries.</summary>
    public const string VariantParameter = "variant", AfterParameter = "after", LimitParameter = "limit", OrderParameter = "order";

    /// <summary>Values of <c>order</c>.</summary>
    public const string Ascending = "asc", Descending = "desc";

    /// <summary>Videos on a page: most, and when the caller does not say (not documented; this is the default of OpenAI's other lists).</summary>
    public const int PageMax = 100, PageDefault = 20;

    /// <summary>
    /// The header that tells a polling client how many milliseconds to wait. Source: <c>videos.poll</c> of the Python client, which reads it
    /// once and takes nothing but a whole number.
    /// </summary>
    public const string PollAfterHeader = "openai-poll-after-ms";

    /// <summary>Fields of a creation. From <c>negative_prompt</c> on they are extensions, by the names under which other gateways take them.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> BodyFields =
    [
        ("model", RequestField.Model),
        ("prompt", RequestField.Prompt),
        ("seconds", RequestField.Duration),
        ("size", RequestField.Size),
        (InputReference, RequestField.Image),
        ("negative_prompt", RequestField.NegativePrompt),
        ("cfg_scale", RequestField.CfgScale),
        (TailImage, RequestField.EndImage),
        (EndImage, RequestField.EndImage),
        ("callback_url", RequestField.CallbackUrl),
        ("metadata", RequestField.Metadata),
    ];

    /// <summary>The start frame, and the end frame by either of its names.</summary>
    public const string InputReference = "input_reference", TailImage = "tail_image_url", EndImage = "end_image_url";

    /// <summary>Fields of the object that <c>input_reference</c> may be; one of them.</summary>
    public const string ImageUrl = "image_url", FileId = "file_id";

    /// <summary>Names of a video, a list, an error and an event.</summary>
    public static readonly JsonEncodedText
        Id = Name("id"), Object = Name("object"), Model = Name("model"), Status = Name("status"), Progress = Name("progress"),
        CreatedAt = Name("created_at"), CompletedAt = Name("completed_at"), ExpiresAt = Name("expires_at"), Prompt = Name("prompt"),
        Size = Name("size"), Seconds = Name("seconds"), RemixedFrom = Name("remixed_from_video_id"), Error = Name("error"),
        Code = Name("code"), Message = Name("message"), Type = Name("type"), Param = Name("param"), Data = Name("data"),
        FirstId = Name("first_id"), LastId = Name("last_id"), HasMore = Name("has_more"), Deleted = Name("deleted"),
        Created = Name("created"), OwnedBy = Name("owned_by"),
        Secret = Name("secret");

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JsonAnswer.Encoder);
}
