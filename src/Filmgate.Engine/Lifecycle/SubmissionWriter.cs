using System.Collections.Immutable;
using Filmgate.Animatic.Pictures;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Intake;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Makes the submission of a task for one provider: its pictures in a format and at an address that suit the provider, and where it may post.</summary>
public sealed class SubmissionWriter(IArtifactStore files, ScratchFolder scratch, InputLinks inputs, CallbackLinks callbacks, ImageRules rules, IWaker waker)
{
    /// <summary>Prepares everything that can fail before the first byte leaves.</summary>
    /// <exception cref="Animatic.AnimaticException">A picture could not be converted.</exception>
    /// <exception cref="IOException">A picture cannot be had from the store now.</exception>
    public async ValueTask<Submission> WriteAsync(VideoTask task, Attempt attempt, ProviderFacts provider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(provider);
        var images = ImmutableArray.CreateBuilder<SubmissionImage>(task.Inputs!.Value.Length);
        foreach (var input in task.Inputs.Value)
        {
            images.Add(await PictureAsync(input, provider, cancellationToken).ConfigureAwait(false));
        }

        var key = task.Key;
        return new Submission(
            attempt.Id,
            task.Request,
            task.IsTest,
            images.MoveToImmutable(),
            provider.SendsCallbacks ? callbacks.Of(key, attempt.Id, provider) : null,
            () => waker.WakeTask(key));
    }

    private async ValueTask<SubmissionImage> PictureAsync(InputImage input, ProviderFacts provider, CancellationToken cancellationToken)
    {
        var (sha256, mediaType, length) = (input.Sha256, input.MediaType, input.Length);
        if (mediaType == "image/webp" && !provider.TakesWebP)
        {
            (sha256, mediaType, length) = await ConvertAsync(input, cancellationToken).ConfigureAwait(false);
        }

        var link = provider.ImageTransports.Contains(ImageTransport.Url) ? inputs.Of(sha256, mediaType, provider) : null;
        return new SubmissionImage(await files.LocalPathAsync(sha256, cancellationToken).ConfigureAwait(false), mediaType, length, link);
    }

    // The same picture always becomes the same bytes, so a second submission finds the file of the first. No row names it: the sweep of
    // unnamed files lets it live as long as a link to it.
    private async ValueTask<(string Sha256, string MediaType, long Length)> ConvertAsync(InputImage input, CancellationToken cancellationToken)
    {
        var incoming = scratch.NewPath();
        try
        {
            var source = await files.LocalPathAsync(input.Sha256, cancellationToken).ConfigureAwait(false);
            var mediaType = await Task.Run(() => PlainPicture.Write(source, incoming, rules.MaxBytes), cancellationToken).ConfigureAwait(false);
            var stored = await files.AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
            return (stored.Sha256, mediaType, stored.Length);
        }
        finally
        {
            File.Delete(incoming);
        }
    }
}
