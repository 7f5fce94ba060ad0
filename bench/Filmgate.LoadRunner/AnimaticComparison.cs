using System.Diagnostics;
using System.Runtime.InteropServices;
using Filmgate.Animatic;
using Filmgate.Animatic.Encoding;
using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Scenes;

namespace Filmgate.LoadRunner;

/// <summary>
/// A whole render beside FFmpeg merely encoding the same frames with the same settings. The frames are made beforehand into
/// a file in memory; FFmpeg gets them once through a pipe, as the renderer feeds it, and once straight from the file.
/// </summary>
internal static partial class AnimaticComparison
{
    private const int SetPipeSize = 1031;
    private const int PipeBytes = 1 << 20;

    public static async Task RunAsync(int rounds, int seconds, FrameResolution resolution, string samplePicture, string folder, TextWriter output)
    {
        output.WriteLine("| measured | render fps | FFmpeg through a pipe fps | FFmpeg from a file fps | render / pipe (range) | by processor time (range) | render / file |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        var text = new AnimaticShot
        {
            Prompt = "A harbour at dawn, light fog, gulls, a sailing boat and a lighthouse; slow push in", Resolution = resolution, DurationSeconds = seconds,
        };
        var picture = text with { Prompt = "Slow push in, soft light", StartPicturePath = samplePicture };
        await CompareAsync("picture", picture, rounds, folder, output);
        await CompareAsync("text", text, rounds, folder, output);
    }

    private static async Task CompareAsync(string name, AnimaticShot shot, int rounds, string folder, TextWriter output)
    {
        var raw = Path.Combine(folder, $"filmgate-frames-{Environment.ProcessId}.yuv");
        var clip = Path.Combine(folder, $"filmgate-clip-{Environment.ProcessId}.mp4");
        var options = new AnimaticOptions();
        var renderer = new AnimaticRenderer(options, new ScenePainter());
        try
        {
            var size = RecordFrames(renderer, shot, raw);
            var ffmpeg = new Ffmpeg(options).Locate();
            var measured = new List<(Cost Render, Cost Pipe, Cost File)>();
            for (var i = 0; i < rounds; i++)
            {
                var render = await CostAsync(() => renderer.RenderAsync(shot, clip, null, CancellationToken.None));
                var pipe = await CostAsync(() => EncodeAsync(ffmpeg, EncodeSettings.Arguments(size, "pipe:0", clip), raw, size.Bytes));
                var file = await CostAsync(() => EncodeAsync(ffmpeg, EncodeSettings.Arguments(size, raw, clip), null, 0));
                measured.Add((render, pipe, file));
            }

            var toPipe = measured.Select(m => m.Pipe.Seconds / m.Render.Seconds).ToArray();
            var processor = measured.Select(m => m.Pipe.Processor / m.Render.Processor).ToArray();
            output.WriteLine(
                $"| {name}, {size.Width}x{size.Height}, {shot.FrameCount} frames | {measured.Select(m => shot.FrameCount / m.Render.Seconds).Median():0.0} "
                + $"| {measured.Select(m => shot.FrameCount / m.Pipe.Seconds).Median():0.0} | {measured.Select(m => shot.FrameCount / m.File.Seconds).Median():0.0} "
                + $"| **{toPipe.Median():0.00}** ({toPipe.Range()}) | {processor.Median():0.00} ({processor.Range()}) | {measured.Select(m => m.File.Seconds / m.Render.Seconds).Median():0.00} |");
        }
        finally
        {
            File.Delete(raw);
            File.Delete(clip);
        }
    }

    private static FrameSize RecordFrames(AnimaticRenderer renderer, AnimaticShot shot, string path)
    {
        using var frames = renderer.OpenFrames(shot);
        using var file = File.Create(path);
        var frame = new PlanarFrame(frames.Size);
        for (var i = 0; i < frames.FrameCount; i++)
        {
            frames.Render(i, frame);
            file.Write(frame.Bytes);
        }

        return frames.Size;
    }

    private static async Task<Cost> CostAsync(Func<Task> work)
    {
        var (began, used) = (Stopwatch.GetTimestamp(), ProcessorSeconds());
        await work();
        return new Cost(Stopwatch.GetElapsedTime(began).TotalSeconds, ProcessorSeconds() - used);
    }

    // Of this process and of the FFmpegs that have ended: fields 14 to 17 of the kernel's line, in hundredths of a second.
    private static double ProcessorSeconds()
    {
        var line = File.ReadAllText("/proc/self/stat");
        return line[(line.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(long.Parse) / 100.0;
    }

    private static async Task EncodeAsync(string ffmpeg, IReadOnlyList<string> arguments, string? raw, int frameBytes)
    {
        using var process = Process.Start(new ProcessStartInfo(ffmpeg, arguments) { RedirectStandardInput = true, UseShellExecute = false })!;
        if (raw is not null)
        {
            if (process.StandardInput.BaseStream is System.IO.Pipes.PipeStream pipe)
            {
                _ = Fcntl(pipe.SafePipeHandle, SetPipeSize, PipeBytes);
            }

            await using var frames = File.OpenRead(raw);
            await frames.CopyToAsync(process.StandardInput.BaseStream, frameBytes);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"FFmpeg ended with {process.ExitCode}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Fcntl(SafeHandle handle, int command, int argument);

    private readonly record struct Cost(double Seconds, double Processor);
}
