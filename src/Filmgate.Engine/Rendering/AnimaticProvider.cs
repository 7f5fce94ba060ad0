using System.Collections.Concurrent;
using Filmgate.Animatic;
using Filmgate.Engine.Rehearsal;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Rendering;

/// <summary>
/// The local renderer as a provider: free, offline, and honest about what it lost. A render lives in memory and ends as a
/// file named after its attempt, so after a crash it is either finished or certainly gone, never in doubt.
/// </summary>
public sealed partial class AnimaticProvider : IVideoProvider, IAsyncDisposable
{
    /// <summary>Its name, unless configured otherwise.</summary>
    public const string DefaultName = "animatic";

    private static readonly TimeSpan ReadInterval = TimeSpan.FromMilliseconds(500);

    // A clip that comes late looks as if it never came.
    private const int StalledPercent = 50;

    private readonly AnimaticRenderer _renderer;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ILogger<AnimaticProvider> _log;
    private readonly ConcurrentDictionary<string, Render> _renders = new(StringComparer.Ordinal);
    private readonly Plays<string> _failures = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Opens the renderer's folder within the data folder.</summary>
    public AnimaticProvider(AnimaticRenderer renderer, EngineOptions options, TimeProvider time, ILogger<AnimaticProvider> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _renderer = renderer;
        _time = time;
        _log = log;
        _folder = Path.Combine(Path.GetFullPath(options.DataFolder), "renders");
        Directory.CreateDirectory(_folder);
        DeleteUnfinished();
        Facts = new ProviderFacts(ProviderTier.Local, options.RenderSlots, OwnIdQueryable: true, FailureBills: false)
        {
            // It lives in this process: whatever was on its way ended with the process.
            LookupSettles = TimeSpan.Zero,
            Prices = options.RenderPrices,
        };
    }

    /// <inheritdoc/>
    public string Name => DefaultName;

    /// <inheritdoc/>
    public ProviderFacts Facts { get; }

    /// <inheritdoc/>
    public ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var id = submission.Attempt.Value;
        var render = new Render();
        if (_renders.TryAdd(id, render))
        {
            render.Work = Task.Run(() => RunAsync(render, submission), CancellationToken.None);
        }

        return ValueTask.FromResult<SubmitResult>(new SubmitResult.Accepted(id, ReadInterval));
    }

    /// <inheritdoc/>
    public ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken) => ValueTask.FromResult<Sighting>(
        _renders.ContainsKey(attempt.Value) || File.Exists(FileOf(attempt.Value)) ? new Sighting.Found(attempt.Value) : new Sighting.Absent());

    /// <inheritdoc/>
    public ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        if (_renders.TryGetValue(upstreamId, out var render) && render.Outcome is null)
        {
            return ValueTask.FromResult<Reading>(new Reading.InProgress(render.Percent, ReadInterval));
        }

        return ValueTask.FromResult<Reading>(
            render?.Outcome is { } failure ? failure
            : File.Exists(FileOf(upstreamId)) ? new Reading.Completed(new ClipLocation.LocalFile(FileOf(upstreamId)), Cost: null)
            : new Reading.Lost("The gateway stopped while it was rendering."));
    }

    /// <inheritdoc/>
    public async ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken)
    {
        if (_renders.TryGetValue(upstreamId, out var render))
        {
            await render.Canceling.CancelAsync().ConfigureAwait(false);
            await render.Work.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string upstreamId, CancellationToken cancellationToken)
    {
        if (_renders.TryRemove(upstreamId, out var render))
        {
            render.Canceling.Dispose();
        }

        File.Delete(FileOf(upstreamId));
        return ValueTask.CompletedTask;
    }

    /// <summary>Stops all renders and waits until their FFmpeg processes are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_renders.Values.Select(render => render.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    // No render is alive yet, so whatever is not a whole clip was left behind by a process that was killed.
    private void DeleteUnfinished()
    {
        foreach (var path in Directory.EnumerateFiles(_folder).Where(path => Path.GetExtension(path) != ".mp4"))
        {
            File.Delete(path);
        }
    }

    private string FileOf(string id) => Path.Combine(_folder, id + ".mp4");

    private async Task RunAsync(Render render, Submission submission)
    {
        var id = submission.Attempt.Value;
        var failure = await TryRenderAsync(render, submission).ConfigureAwait(false);
        if (failure is null)
        {
            // From here on the file speaks for itself.
            _renders.TryRemove(id, out _);
        }
        else
        {
            render.Outcome = failure;
        }

        if (!_stopping.IsCancellationRequested)
        {
            submission.Changed();
        }
    }

    private async Task<Reading?> TryRenderAsync(Render render, Submission submission)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, render.Canceling.Token);
        var directives = submission.IsTest ? Directives.Read(submission.Request.Prompt) : Directives.None;
        var begun = _time.GetTimestamp();
        render.PercentMax = directives.LateSuccess is null ? 100 : StalledPercent;
        try
        {
            await Task.Delay(directives.Stalls ? Timeout.InfiniteTimeSpan : directives.Delay, _time, stop.Token).ConfigureAwait(false);
            if (_failures.Next(submission.Request.Prompt, directives.Failures) is { } code)
            {
                return new Reading.Failed(new Failure(code, $"Acted out: the prompt asks for @fail({code.Name()})."));
            }

            await _renderer.RenderAsync(Shot(submission), FileOf(submission.Attempt.Value), render, stop.Token).ConfigureAwait(false);
            if (directives.LateSuccess - _time.GetElapsedTime(begun) is { } late && late > TimeSpan.Zero)
            {
                await Task.Delay(late, _time, stop.Token).ConfigureAwait(false);
            }

            return null;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return new Reading.Failed(new Failure(FailureCode.Canceled, "Canceled by the caller."));
        }
        catch (OperationCanceledException)
        {
            return new Reading.Lost("The gateway stopped while it was rendering.");
        }
        catch (AnimaticException error)
        {
            LogFailed(error, submission.Attempt.Value);
            return new Reading.Failed(new Failure(CodeOf(error.Fault), error.Message));
        }
#pragma warning disable CA1031 // Nobody awaits a render; its outcome, whatever it is, must be readable.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(error, submission.Attempt.Value);
            return new Reading.Failed(new Failure(FailureCode.GenerationFailed, "The local renderer failed."));
        }
    }

    private static FailureCode CodeOf(AnimaticFault fault) => fault switch
    {
        AnimaticFault.StartPictureUnreadable or AnimaticFault.EndPictureUnreadable => FailureCode.UnsupportedFormat,
        _ => FailureCode.GenerationFailed,
    };

    private static AnimaticShot Shot(Submission submission) => new()
    {
        Prompt = submission.Request.Prompt,
        StartPicturePath = submission.Images.ElementAtOrDefault(0)?.Path,
        EndPicturePath = submission.Images.ElementAtOrDefault(1)?.Path,
        Resolution = submission.Request.Rules.Resolution switch
        {
            ClipResolution.P720 => FrameResolution.P720,
            ClipResolution.P1080 => FrameResolution.P1080,
            var unknown => throw new InvalidOperationException($"No frame size is written for {unknown}."),
        },
        Aspect = submission.Request.AspectRatio switch
        {
            Model.Requests.AspectRatio.Tall => Filmgate.Animatic.AspectRatio.Tall,
            Model.Requests.AspectRatio.Square => Filmgate.Animatic.AspectRatio.Square,
            _ => Filmgate.Animatic.AspectRatio.Wide,
        },
        DurationSeconds = submission.Request.DurationSeconds,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The render of attempt {Attempt} failed.")]
    private partial void LogFailed(Exception error, string attempt);

    private sealed class Render : IProgress<RenderProgress>
    {
        private volatile int _percent;

        private volatile Reading? _outcome;

        public int Percent => _percent;

        public Reading? Outcome
        {
            get => _outcome;
            set => _outcome = value;
        }

        public CancellationTokenSource Canceling { get; } = new();

        public Task Work { get; set; } = Task.CompletedTask;

        /// <summary>What its progress stops at. Set before it begins.</summary>
        public int PercentMax { get; set; }

        public void Report(RenderProgress value) => _percent = Math.Min(100 * value.FramesDone / Math.Max(value.FramesTotal, 1), PercentMax);
    }
}
