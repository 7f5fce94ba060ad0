using Filmgate.Animatic;
using Filmgate.Animatic.Encoding;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Rehearsal;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Takes a finished clip in: brought to our disk, checked to be the video that was asked for, stored under its hash, with a
/// poster. Only then may anybody hear of success.
/// </summary>
public sealed partial class ClipIntake(
    IArtifactStore files, ScratchFolder scratch, GuardedHttp http, Ffmpeg ffmpeg, ClipFaults faults, IdSource ids, EngineOptions options, TimeProvider time, ILogger<ClipIntake> log) : IClipIntake
{
    private readonly ClipFetch _fetch = new(http);

    /// <inheritdoc/>
    public async ValueTask<ClipOutcome> TakeInAsync(VideoTask task, ClipLocation location, IVideoProvider provider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(provider);
        if (location is ClipLocation.Url { Address: var address } && !Uri.TryCreate(address, UriKind.Absolute, out _))
        {
            return new ClipOutcome.Unusable("The clip cannot be fetched: the provider names no valid address for it.");
        }

        var incoming = scratch.NewPath();
        try
        {
            var isEndTold = await _fetch.ToFileAsync(location, incoming, provider, cancellationToken).ConfigureAwait(false);
            var verdict = Inspect(incoming);
            if (verdict.Facts is not { } facts)
            {
                var reason = $"The clip cannot be used: it {verdict.Reason}.";
                return verdict.IsCutShort && !isEndTold ? new ClipOutcome.Unfetched(reason) : new ClipOutcome.Unusable(reason);
            }

            return ClipRules.Mismatch(task.Request, facts) is { } mismatch
                ? new ClipOutcome.WrongKind($"The clip {mismatch}.")
                : await StoreAsync(task, incoming, facts, cancellationToken).ConfigureAwait(false);
        }
        catch (EgressException error)
        {
            return Failed($"The clip {error.PublicMessage}.", error, error.StatusCode, error.RetryAfter);
        }
        catch (UpstreamException error)
        {
            return Failed($"The clip cannot be fetched: {error.Message}", error.InnerException as EgressException, error.Status, error.RetryAfter);
        }
        catch (ArtifactStoreUnavailableException error)
        {
            LogNotStored(error, task.Key.Task.Value);
            return new ClipOutcome.Unstored("The clip was fetched and could not be stored: the artifact store is out of reach.");
        }
        catch (FileNotFoundException)
        {
            return new ClipOutcome.LinkDead("The clip is no longer where the renderer put it.");
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private async ValueTask<ClipOutcome> StoreAsync(VideoTask task, string incoming, ClipFacts facts, CancellationToken cancellationToken)
    {
        var poster = await MakePosterAsync(task.Key.Task, incoming, cancellationToken).ConfigureAwait(false);
        var file = await files.AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
        var clip = new Clip
        {
            Id = ids.NewClip(),
            Sha256 = file.Sha256,
            Length = file.Length,
            Width = facts.Width,
            Height = facts.Height,
            Duration = facts.Duration,
            Frames = facts.FrameCount,
            PosterSha256 = poster,
            ExpiresAt = time.GetRowNow() + options.Retention,
        };
        faults.Note(task, clip.Id);
        return new ClipOutcome.Stored(clip);
    }

    private static ClipOutcome Failed(string reason, EgressException? error, int? status, TimeSpan? retryAfter) => status switch
    {
        // Stores of files say any of these about a link whose time has run out.
        400 or 401 or 403 or 404 or 410 => new ClipOutcome.LinkDead(reason),
        _ when error is { IsRefusal: true } or { Failure: EgressFailure.TooLarge or EgressFailure.RefusedRedirect } => new ClipOutcome.Unusable(reason),
        _ => new ClipOutcome.Unfetched(reason, retryAfter),
    };

    private static ClipVerdict Inspect(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Mp4Probe.Inspect(file);
    }

    // A clip without a poster is still a clip.
    private async ValueTask<string?> MakePosterAsync(TaskId task, string clip, CancellationToken cancellationToken)
    {
        var incoming = scratch.NewPath();
        try
        {
            await ffmpeg.PosterAsync(clip, incoming, cancellationToken).ConfigureAwait(false);
            return (await files.AdoptAsync(incoming, cancellationToken).ConfigureAwait(false)).Sha256;
        }
        catch (AnimaticException error)
        {
            LogNoPoster(error, task.Value);
            return null;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clip of task {Task} could not be stored; it is fetched again later.")]
    private partial void LogNotStored(Exception error, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No poster could be made for task {Task}.")]
    private partial void LogNoPoster(Exception error, string task);
}
