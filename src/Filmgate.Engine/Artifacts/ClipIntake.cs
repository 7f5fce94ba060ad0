using Filmgate.Animatic;
using Filmgate.Animatic.Encoding;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Lifecycle;
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
    ArtifactFolder files, GuardedHttp http, Ffmpeg ffmpeg, IdSource ids, EngineOptions options, TimeProvider time, ILogger<ClipIntake> log)
{
    /// <summary>Largest clip that is taken, in bytes: ten times what a 10 s clip at 1080p needs.</summary>
    public const long ClipLengthMax = 512L * 1024 * 1024;

    private static readonly TimeSpan FetchTimeout = TimeSpan.FromMinutes(10);

    // Kling's own clips run a few frames over the asked length.
    private static readonly TimeSpan DurationTolerance = TimeSpan.FromSeconds(0.5);

    /// <summary>Fetches, checks and stores.</summary>
    /// <param name="task">The task.</param>
    /// <param name="location">Where the clip is.</param>
    /// <param name="provider">The provider that made it, for clips behind its own door.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ClipOutcome> TakeInAsync(VideoTask task, ClipLocation location, IVideoProvider provider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(provider);
        var incoming = files.NewIncomingPath();
        try
        {
            if (location is ClipLocation.Url { Address: var address } && !Uri.TryCreate(address, UriKind.Absolute, out _))
            {
                return new ClipOutcome.Unusable("The clip cannot be fetched: the provider names no valid address for it.");
            }

            await FetchAsync(location, incoming, provider, cancellationToken).ConfigureAwait(false);
            var verdict = Inspect(incoming);
            if (verdict.Facts is not { } facts)
            {
                return new ClipOutcome.Unusable($"The clip cannot be used: it {verdict.Reason}.");
            }

            var asked = TimeSpan.FromSeconds(task.Request.DurationSeconds);
            if ((facts.Duration - asked).Duration() > DurationTolerance)
            {
                return new ClipOutcome.Unusable($"The clip lasts {facts.Duration.TotalSeconds:0.00} s instead of {asked.TotalSeconds} s.");
            }

            var poster = await MakePosterAsync(task.Key.Task, incoming, cancellationToken).ConfigureAwait(false);
            var file = await files.AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
            return new ClipOutcome.Stored(new Clip
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
            });
        }
        catch (EgressException error)
        {
            return new ClipOutcome.Unusable($"The clip {error.PublicMessage}.");
        }
        catch (UpstreamException error)
        {
            return new ClipOutcome.Unusable($"The clip cannot be fetched: {error.Message}");
        }
        catch (FileNotFoundException)
        {
            return new ClipOutcome.Unusable("The clip is no longer where the renderer put it.");
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private async ValueTask FetchAsync(ClipLocation location, string target, IVideoProvider provider, CancellationToken cancellationToken)
    {
        switch (location)
        {
            case ClipLocation.LocalFile local:
                // Copied rather than moved: should we stop before the row is committed, the renderer's file is still there.
                File.Copy(local.Path, target);
                break;
            case ClipLocation.Url url:
                var file = NewFile(target);
                await using (file.ConfigureAwait(false))
                {
                    using var answer = await http.GetAsync(new Uri(url.Address), cancellationToken, FetchTimeout).ConfigureAwait(false);
                    await answer.CopyToAsync(file, ClipLengthMax, cancellationToken).ConfigureAwait(false);
                }

                break;
            case ClipLocation.AtProvider atProvider:
                var copy = NewFile(target);
                await using (copy.ConfigureAwait(false))
                {
                    await provider.CopyClipAsync(atProvider.Reference, copy, ClipLengthMax, cancellationToken).ConfigureAwait(false);
                }

                break;
            default:
                throw new InvalidOperationException($"No case is written for {location.GetType().Name}.");
        }
    }

    private static FileStream NewFile(string path) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);

    private static ClipVerdict Inspect(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Mp4Probe.Inspect(file);
    }

    // A clip without a poster is still a clip.
    private async ValueTask<string?> MakePosterAsync(TaskId task, string clip, CancellationToken cancellationToken)
    {
        var incoming = files.NewIncomingPath();
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "No poster could be made for task {Task}.")]
    private partial void LogNoPoster(Exception error, string task);
}

/// <summary>What taking a clip in came to: a closed set.</summary>
public abstract record ClipOutcome
{
    private ClipOutcome()
    {
    }

    /// <summary>It is ours.</summary>
    /// <param name="Clip">The clip.</param>
    public sealed record Stored(Clip Clip) : ClipOutcome;

    /// <summary>It could not be fetched, or is not what was asked for.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record Unusable(string Reason) : ClipOutcome;
}
