using System.Threading.Channels;
using Filmgate.Animatic.Frames;

namespace Filmgate.Animatic.Encoding;

/// <summary>Sends the frames of a source through FFmpeg into a file.</summary>
/// <remarks>One thread draws frames ahead, another one writes them into the pipe, and FFmpeg encodes; each waits only for the slowest.</remarks>
internal sealed class ClipEncoder(Ffmpeg ffmpeg, TimeProvider clock)
{
    private const int FramesAhead = 3;

    // The most that Linux grants without privileges, and a good part of a frame.
    private const int PipeBytes = 1 << 20;

    // How long a child that closed its input has to say why.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Encodes all frames.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="path">The MP4 file to write.</param>
    /// <param name="progress">Told after each frame that FFmpeg took.</param>
    /// <param name="cancellation">Stops FFmpeg.</param>
    public async Task EncodeAsync(IFrameSource frames, string path, IProgress<RenderProgress>? progress, CancellationToken cancellation)
    {
        using FfmpegRun run = FfmpegRun.Start(ffmpeg.Locate(), EncodeSettings.Arguments(frames.Size, "pipe:0", path));
        run.WidenInput(PipeBytes);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using CancellationTokenRegistration killing = cancellation.Register(run.Kill);
        var empty = Channel.CreateUnbounded<PlanarFrame>();
        var drawn = Channel.CreateUnbounded<PlanarFrame>();
        for (int i = 0; i < FramesAhead; i++)
            empty.Writer.TryWrite(new PlanarFrame(frames.Size));

        Task drawing = Task.Run(() => DrawAsync(frames, empty.Reader, drawn.Writer, stop.Token), CancellationToken.None);
        IOException? broken = null;
        try
        {
            await WriteAsync(run.Input, frames.FrameCount, drawn.Reader, empty.Writer, progress, stop.Token);
            run.Input.Close();
        }
        catch (IOException refused)
        {
            broken = refused;
        }
        finally
        {
            // The source's memory must not be given back while a frame is being drawn.
            await stop.CancelAsync();
            await drawing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellation.ThrowIfCancellationRequested();
        await EndAsync(run, broken, cancellation);
    }

    private static async Task DrawAsync(IFrameSource frames, ChannelReader<PlanarFrame> empty, ChannelWriter<PlanarFrame> drawn, CancellationToken stop)
    {
        try
        {
            for (int number = 0; number < frames.FrameCount; number++)
            {
                PlanarFrame frame = await empty.ReadAsync(stop);
                frames.Render(number, frame);
                drawn.TryWrite(frame);
            }

            drawn.Complete();
        }
        catch (Exception failure)
        {
            drawn.Complete(failure);
            throw;
        }
    }

    private static async Task WriteAsync(
        Stream input, int total, ChannelReader<PlanarFrame> drawn, ChannelWriter<PlanarFrame> empty, IProgress<RenderProgress>? progress, CancellationToken stop)
    {
        int done = 0;
        await foreach (PlanarFrame frame in drawn.ReadAllAsync(stop))
        {
            await input.WriteAsync(frame.Bytes, stop);
            empty.TryWrite(frame);
            progress?.Report(new RenderProgress(++done, total));
        }
    }

    private async Task EndAsync(FfmpegRun run, IOException? broken, CancellationToken cancellation)
    {
        int exitCode;
        string complaint;
        if (broken is null)
        {
            (exitCode, complaint, _) = await run.EndAsync(cancellation);
            if (exitCode == 0)
                return;
        }
        else
        {
            using var patience = new CancellationTokenSource(LastWords, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            try
            {
                (exitCode, complaint, _) = await run.EndAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new AnimaticException(AnimaticFault.EncoderFailed, "FFmpeg stopped taking frames and did not say why.", broken);
            }
        }

        throw new AnimaticException(AnimaticFault.EncoderFailed, $"FFmpeg gave up with exit code {exitCode}: {(complaint.Length > 0 ? complaint : "it did not say why")}", broken);
    }
}
