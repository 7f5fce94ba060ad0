using Filmgate.Animatic.Camera;
using Filmgate.Animatic.Encoding;
using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Pictures;
using SkiaSharp;

namespace Filmgate.Animatic;

/// <summary>Renders shots into MP4 files: the local provider's whole work. Safe for several renders at once.</summary>
/// <param name="options">What must be known of the machine.</param>
/// <param name="painter">Draws the scene of shots without a start picture.</param>
public sealed class AnimaticRenderer(AnimaticOptions options, IScenePainter painter)
{
    private readonly ClipEncoder encoder = new(new Ffmpeg(options), options.Clock);

    /// <summary>Renders a shot: H.264 High, yuv420p, BT.709, 24 frames a second, index at the front.</summary>
    /// <param name="shot">The shot.</param>
    /// <param name="outputPath">The MP4 file. It appears under this name whole and flushed to disk, or not at all; an older file is replaced. Its folder must exist.</param>
    /// <param name="progress">Told of each frame, from any thread; null for nobody.</param>
    /// <param name="cancellation">Stops FFmpeg and leaves nothing behind.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="AnimaticException">A picture cannot be read, or FFmpeg is missing or failed.</exception>
    /// <exception cref="ArgumentException">The shot contradicts itself.</exception>
    /// <exception cref="OperationCanceledException">The render was cancelled.</exception>
    public async Task<RenderedClip> RenderAsync(AnimaticShot shot, string outputPath, IProgress<RenderProgress>? progress, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        using IFrameSource frames = await Task.Run(() => OpenFrames(shot), cancellation);
        using var unfinished = new UnfinishedFile(outputPath);
        await encoder.EncodeAsync(frames, unfinished.Path, progress, cancellation);
        unfinished.Finish();
        return new RenderedClip(outputPath, frames.Size.Width, frames.Size.Height, frames.FrameCount, TimeSpan.FromSeconds(shot.DurationSeconds));
    }

    /// <summary>Makes the raw frames of a shot, slate included, without encoding them: what <see cref="RenderAsync"/> sends to FFmpeg.</summary>
    /// <param name="shot">The shot.</param>
    /// <returns>The frames; the caller disposes them.</returns>
    /// <exception cref="AnimaticException">A picture cannot be read.</exception>
    /// <exception cref="ArgumentException">The shot contradicts itself.</exception>
    public IFrameSource OpenFrames(AnimaticShot shot)
    {
        ArgumentNullException.ThrowIfNull(shot);
        shot.Validate();
        CameraMove move = CameraWords.Read(shot.Prompt);
        return new SlatedFrames(shot.StartPicturePath is null ? OpenScene(shot, move) : OpenPictures(shot, move, shot.StartPicturePath));
    }

    private SceneFrames OpenScene(AnimaticShot shot, CameraMove move)
    {
        FrameSize size = FrameSize.ForText(shot.Aspect, shot.Resolution);
        using Scene scene = painter.Paint(shot.Prompt, size.Width, size.Height);
        return new SceneFrames(scene, CameraPath.OverScene(move, shot.FrameCount, shot.Seed), shot.FrameCount);
    }

    private static PictureFrames OpenPictures(AnimaticShot shot, CameraMove move, string startPath)
    {
        using PictureFile start = PictureFile.Open(startPath, AnimaticFault.StartPictureUnreadable);
        FrameSize size = FrameSize.ForPicture(start.Width, start.Height, shot.Resolution);
        using SKBitmap startPicture = start.Fill(size);
        if (shot.EndPicturePath is null)
            return new PictureFrames(startPicture, null, CameraPath.OverPicture(move, shot.FrameCount, shot.Seed), shot.FrameCount);

        using PictureFile end = PictureFile.Open(shot.EndPicturePath, AnimaticFault.EndPictureUnreadable);
        using SKBitmap endPicture = end.Fill(size);
        return new PictureFrames(startPicture, endPicture, CameraPath.OverPicture(move, shot.FrameCount, shot.Seed, endsAtRest: true), shot.FrameCount);
    }
}
