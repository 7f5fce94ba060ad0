using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// <c>GET /v1/videos/{id}/content</c>: the bytes themselves. Never a redirect: the .NET client takes one for an error, and clients behind
/// gateways follow it with their key.
/// </summary>
internal sealed class ContentEndpoint(VideoEndpoints videos, IClipFiles files)
{
    private static readonly string VariantRule = $"must be {Wire.VideoVariant} or {Wire.ThumbnailVariant}";

    /// <summary>Sends the clip or its poster, or the part of it that <c>Range</c> asks for.</summary>
    public async Task SendAsync(HttpContext context, Caller caller)
    {
        var variants = context.Request.Query[Wire.VariantParameter];
        var variant = variants.Count == 0 ? Wire.VideoVariant : variants.ToString();
        if (variant is not (Wire.VideoVariant or Wire.ThumbnailVariant))
        {
            await RefuseVariantAsync(context, variant);
            return;
        }

        if (await videos.FindAsync(context, caller) is not { } details)
        {
            return;
        }

        if (details.Task.Clip is not { } clip)
        {
            await OpenAiErrorForm.WriteAsync(context, StatusCodes.Status404NotFound, "video_not_ready", null, WhyNot(details.Task));
            return;
        }

        var isVideo = variant == Wire.VideoVariant;
        switch (await files.FindAsync(clip.Id, isVideo ? ClipPart.Video : ClipPart.Poster, context.RequestAborted))
        {
            case ClipFileOutcome.Found found:
                context.Response.Headers[ErrorForm.RequestIdHeader] = ErrorForm.RequestId(context);
                await FileAnswer.SendAsync(context, found, VideoId.Of(details.Task.Key.Task) + (isVideo ? ".mp4" : ".jpg"));
                break;
            case ClipFileOutcome.Absent:
                await OpenAiErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.NotFound, $"This video has no {variant}."));
                break;
            case ClipFileOutcome.Gone:
                await OpenAiErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.Gone, "The file of this video is kept no longer; its expires_at said until when."));
                break;
        }
    }

    private static Task RefuseVariantAsync(HttpContext context, string variant) => OpenAiErrorForm.WriteAsync(
        context,
        StatusCodes.Status400BadRequest,
        "invalid_value",
        Wire.VariantParameter,
        variant == Wire.SpritesheetVariant
            ? $"{Wire.VariantParameter} {VariantRule}; sprite sheets are not made here"
            : FieldNames.Sentence(Wire.VariantParameter, VariantRule, variant));

    private static string WhyNot(VideoTask task) => task.State switch
    {
        TaskState.Failed => "The video failed, so it has no content; its error says why.",
        _ => "The video is not ready yet. Read it until its status is completed, then ask for its content.",
    };
}
