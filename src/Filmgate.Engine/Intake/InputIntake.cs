using System.Collections.Immutable;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Moderation;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Intake;

/// <summary>Brings all pictures of a task into our own store, checked, each fetched once, and has the request moderated.</summary>
public sealed class InputIntake(ImageIntake intake, ImageRules rules, EgressOptions egress, IArtifactStore files, ScratchFolder scratch, ModerationGate moderation)
{
    /// <summary>Fetches, checks and moderates; the first picture that fails decides.</summary>
    /// <exception cref="IOException">The store cannot take or give a picture now.</exception>
    public async ValueTask<IntakeOutcome> TakeInAsync(VideoTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        var request = task.Request;
        var stored = ImmutableArray.CreateBuilder<InputImage>(request.Images.Length);
        for (var position = 0; position < request.Images.Length; position++)
        {
            var source = request.Images[position];
            var (image, refused) = source.StartsWith(GenerationRequest.StoredImagePrefix, StringComparison.Ordinal)
                ? await InspectAsync(position, source[GenerationRequest.StoredImagePrefix.Length..], cancellationToken).ConfigureAwait(false)
                : await FetchAsync(position, source, cancellationToken).ConfigureAwait(false);
            if (image is null)
            {
                return refused!;
            }

            stored.Add(image);
        }

        return await ModerateAsync(task, stored.ToImmutable(), cancellationToken).ConfigureAwait(false);
    }

    // Moderation comes last, because a moderator sees only pictures that are what they claim to be.
    private async ValueTask<IntakeOutcome> ModerateAsync(VideoTask task, ImmutableArray<InputImage> images, CancellationToken cancellationToken)
    {
        var pictures = ImmutableArray.CreateBuilder<ModeratedPicture>(images.Length);
        foreach (var image in images)
        {
            pictures.Add(new ModeratedPicture(
                await files.LocalPathAsync(image.Sha256, cancellationToken).ConfigureAwait(false), image.MediaType, image.Length));
        }

        var request = new ModerationCase(task.Key.Account, task.Request.Prompt, task.Request.NegativePrompt, pictures.MoveToImmutable());
        var decision = await moderation.DecideAsync(task.Key.Task.Value, request, cancellationToken).ConfigureAwait(false);
        return decision switch
        {
            ModerationDecision.Pass => new IntakeOutcome.Stored(images),
            ModerationDecision.Refuse refused => new IntakeOutcome.Refused(refused.Failure, Retryable: false),
            ModerationDecision.Wait wait => new IntakeOutcome.Waiting(wait.Reason),
            var unknown => throw new InvalidOperationException($"No case is written for {unknown.GetType().Name}."),
        };
    }

    private async ValueTask<(InputImage? Image, IntakeOutcome.Refused? Refused)> FetchAsync(int position, string source, CancellationToken cancellationToken)
    {
        var read = ImageSource.Parse(source, rules, egress.FetchRules);
        if (read.Source is null)
        {
            // Admission allowed it; the operator's allow-list has become narrower since.
            return (null, Refuse(read.Code!.Value, position, read.Reason!));
        }

        var incoming = scratch.NewPath();
        try
        {
            var result = await intake.TakeAsync(position + 1, read.Source, incoming, cancellationToken).ConfigureAwait(false);
            if (result.Image is not { } image)
            {
                var failure = result.Failure!;
                return (null, new IntakeOutcome.Refused(new Failure(failure.Code, failure.Message), failure.Retryable));
            }

            var file = await files.AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
            return (Input(position, file.Sha256, image.Facts), null);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private async ValueTask<(InputImage? Image, IntakeOutcome.Refused? Refused)> InspectAsync(int position, string sha256, CancellationToken cancellationToken)
    {
        var path = await files.LocalPathAsync(sha256, cancellationToken).ConfigureAwait(false);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var verdict = ImageInspector.Inspect(file, rules);
        return verdict.Facts is { } facts
            ? (Input(position, sha256, facts), null)
            : (null, Refuse(verdict.Code!.Value, position, verdict.Reason!));
    }

    private static InputImage Input(int position, string sha256, ImageFacts facts) =>
        new(position, sha256, facts.Format.MediaType(), facts.Width, facts.Height, facts.Bytes);

    private static IntakeOutcome.Refused Refuse(FailureCode code, int position, string reason) =>
        new(new Failure(code, $"image {position + 1} {reason}"), Retryable: false);
}

/// <summary>What intake came to: a closed set.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>All pictures are ours.</summary>
    /// <param name="Images">In the order of the request.</param>
    public sealed record Stored(ImmutableArray<InputImage> Images) : IntakeOutcome;

    /// <summary>A picture cannot be used, or the request breaks a policy.</summary>
    /// <param name="Failure">Which and why.</param>
    /// <param name="Retryable">Whether the network, not the picture, was at fault.</param>
    public sealed record Refused(Failure Failure, bool Retryable) : IntakeOutcome;

    /// <summary>Moderation is out of reach, and the operator wants requests to wait for it.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record Waiting(string Reason) : IntakeOutcome;
}
