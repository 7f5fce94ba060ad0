using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// Sends pictures ahead to the vendor's file store. Nothing is submitted before all of them are there, so whatever happens here proves that
/// the vendor does not have the task.
/// </summary>
/// <param name="settings">The provider's settings.</param>
/// <param name="http">The client.</param>
/// <param name="request">Makes a request of method and path.</param>
internal sealed class OutboundFiles(ProviderSettings settings, IUpstreamHttp http, Func<string, string, UpstreamRequest> request)
{
    /// <summary>Sends the pictures of a submission and gives their addresses, or the refusal that the submission ends with.</summary>
    public async ValueTask<PictureTexts> SendAsync(Submission submission, CancellationToken cancellationToken)
    {
        var addresses = ImmutableArray.CreateBuilder<string>(submission.Images.Length);
        foreach (var (index, image) in submission.Images.Index())
        {
            byte[] bytes;
            try
            {
                bytes = await File.ReadAllBytesAsync(image.Path, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return Refused(RefusalClass.Outage, "A picture of the task could not be read from the gateway's own store.");
            }

            // An id is random enough to be no part of a picture.
            var boundary = $"filmgate-{submission.Attempt.Value}-{index}";
            var post = request("POST", Wire.Files) with { Body = Form(boundary, image.MediaType, bytes), ContentType = $"multipart/form-data; boundary={boundary}" };
            var answer = await http.SendAsync(post, cancellationToken).ConfigureAwait(false);
            if (AddressIn(answer) is { } address)
            {
                addresses.Add(address);
                continue;
            }

            return AnswerTable.OfSubmission(answer, settings, Words) is SubmitResult.Refused refused
                ? new PictureTexts([], refused)
                : Refused(RefusalClass.Outage, "The provider's file store did not take a picture, so nothing was submitted.");
        }

        return new PictureTexts(addresses.MoveToImmutable(), null);
    }

    private static string? AddressIn(UpstreamAnswer answer) =>
        answer is UpstreamAnswer.Answered { IsSuccess: true } taken && WireValue.Read(taken.Body)[Wire.Urls.Value][Wire.Get.Value].Text is { Length: > 0 } address ? address : null;

    private SubmitResult? Words(UpstreamAnswer.Answered answer) =>
        OutboundAnswers.WordsIn(WireValue.Read(answer.Body)) is { } words ? AnswerTable.OfSubmission(answer.Status, answer.RetryAfter, settings, words) : null;

    private static byte[] Form(string boundary, string mediaType, byte[] bytes)
    {
        var form = new ArrayBufferWriter<byte>(bytes.Length + 512);
        var ending = mediaType[(mediaType.IndexOf('/', StringComparison.Ordinal) + 1)..];
        form.Write(Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"{Wire.ContentPart}\"; filename=\"picture.{ending}\"\r\nContent-Type: {mediaType}\r\n\r\n"));
        form.Write(bytes);
        form.Write(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        return form.WrittenSpan.ToArray();
    }

    private static PictureTexts Refused(RefusalClass refusal, string reason) => new([], new SubmitResult.Refused(refusal, reason));
}
