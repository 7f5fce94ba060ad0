using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Filmgate.Animatic.Encoding;

/// <summary>One running FFmpeg. Disposing it stops it.</summary>
/// <remarks>Should this process die, the child's standard input ends, and with it the child.</remarks>
internal sealed class FfmpegRun : IDisposable
{
    private const int LongestLine = 300;
    private readonly Process process;
    private readonly Task<string> lastLine;
    private readonly Task<string> output;

    private FfmpegRun(Process process)
    {
        this.process = process;
        lastLine = LastLineAsync(process.StandardError);
        output = process.StandardOutput.ReadToEndAsync();
        Input = process.StandardInput.BaseStream;
    }

    /// <summary>The child's standard input.</summary>
    public Stream Input { get; }

    /// <summary>Starts FFmpeg.</summary>
    /// <exception cref="AnimaticException">It cannot be started.</exception>
    public static FfmpegRun Start(string executable, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        try
        {
            return new FfmpegRun(Process.Start(start)!);
        }
        catch (Exception refused) when (refused is Win32Exception or IOException)
        {
            throw new AnimaticException(AnimaticFault.EncoderMissing, $"FFmpeg cannot be started from {executable} ({refused.Message}). {Ffmpeg.WayOut}", refused);
        }
    }

    /// <summary>Lets the pipe to the child hold more than the usual 64 KB, so that a frame takes few turns between the two. Best effort.</summary>
    public void WidenInput(int bytes)
    {
        const int SetPipeSize = 1031;
        if (!OperatingSystem.IsLinux())
            return;
        if (Input is System.IO.Pipes.PipeStream pipe)
            _ = Fcntl(pipe.SafePipeHandle, SetPipeSize, bytes);
        else if (Input is FileStream file)
            _ = Fcntl(file.SafeFileHandle, SetPipeSize, bytes);
    }

    /// <summary>Waits for the child's end and gives its exit code, the last line it complained with ("" for none), and its output.</summary>
    public async Task<(int ExitCode, string Complaint, string Output)> EndAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await lastLine.WaitAsync(cancellation), await output.WaitAsync(cancellation));
    }

    /// <summary>Stops the child at once. Harmless when it has ended.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
        catch (Win32Exception)
        {
            // It is ending.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static async Task<string> LastLineAsync(StreamReader errors)
    {
        string last = "";
        while (await errors.ReadLineAsync() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                last = line.Trim();
        }

        return last.Length > LongestLine ? last[..LongestLine] + "…" : last;
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Fcntl(SafeHandleZeroOrMinusOneIsInvalid handle, int command, int argument);
}
