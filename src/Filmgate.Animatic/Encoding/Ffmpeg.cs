using System.Globalization;

namespace Filmgate.Animatic.Encoding;

/// <summary>The FFmpeg on this machine: finding it, checking it, and posters.</summary>
/// <param name="options">Where FFmpeg is, and how long a poster may take.</param>
public sealed class Ffmpeg(AnimaticOptions options)
{
    internal const string WayOut = "Install FFmpeg with libx264 (Debian and Ubuntu: apt install ffmpeg), or name the executable in FfmpegPath.";

    // What a provider sends is a video file. Playlists and other formats that open further files stay closed.
    private const string VideoFormats = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm";
    private const int PosterLongestSide = 1280;

    /// <summary>The executable's path.</summary>
    /// <exception cref="AnimaticException">There is none (<see cref="AnimaticFault.EncoderMissing"/>).</exception>
    public string Locate()
    {
        if (options.FfmpegPath is { } named)
        {
            return File.Exists(named) ? named
                : throw new AnimaticException(AnimaticFault.EncoderMissing, $"There is no FFmpeg at {named}. {WayOut}");
        }

        string name = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, name);
            if (File.Exists(candidate))
                return candidate;
        }

        throw new AnimaticException(AnimaticFault.EncoderMissing, $"FFmpeg was not found in the folders of PATH. {WayOut}");
    }

    /// <summary>Checks that FFmpeg runs and can encode H.264, as a start-up check.</summary>
    /// <param name="cancellation">Stops the check.</param>
    /// <returns>Its version, such as <c>5.1.9-0+deb12u1</c>.</returns>
    /// <exception cref="AnimaticException">It is missing, broken, or lacks libx264 (<see cref="AnimaticFault.EncoderMissing"/>).</exception>
    public async Task<string> CheckAsync(CancellationToken cancellation)
    {
        string executable = Locate();
        string banner = await AskAsync(executable, "-version", cancellation);
        string encoders = await AskAsync(executable, "-encoders", cancellation);
        if (!encoders.Contains(" libx264 ", StringComparison.Ordinal))
            throw new AnimaticException(AnimaticFault.EncoderMissing, $"The FFmpeg at {executable} was built without libx264. {WayOut}");
        string[] words = banner.Split(' ', 4);
        return words.Length > 2 ? words[2] : banner.Trim();
    }

    /// <summary>Makes a poster: the frame one second into a clip (of a shorter clip the first frame), as a JPEG at most 1280 pixels long.</summary>
    /// <param name="videoPath">A clip of any provider: MP4, MOV, WebM or Matroska.</param>
    /// <param name="jpegPath">The JPEG to write. It appears whole or not at all.</param>
    /// <param name="cancellation">Stops FFmpeg and leaves nothing behind.</param>
    /// <exception cref="AnimaticException">No frame could be decoded, or not in time (<see cref="AnimaticFault.ClipUnreadable"/>), or FFmpeg is missing.</exception>
    public async Task PosterAsync(string videoPath, string jpegPath, CancellationToken cancellation)
    {
        string executable = Locate();
        using var timeout = new CancellationTokenSource(options.PosterTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var unfinished = new UnfinishedFile(jpegPath);
        try
        {
            string complaint = "";
            foreach (double second in (double[])[1, 0])
            {
                complaint = await GrabAsync(executable, videoPath, second, unfinished.Path, both.Token);
                if (File.Exists(unfinished.Path) && new FileInfo(unfinished.Path).Length > 0)
                {
                    unfinished.Finish();
                    return;
                }
            }

            throw new AnimaticException(AnimaticFault.ClipUnreadable, $"The clip gives no poster: {(complaint.Length > 0 ? complaint : "it has no video frames")}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AnimaticException(AnimaticFault.ClipUnreadable, $"The clip gives no poster: FFmpeg was not done within {options.PosterTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s.");
        }
    }

    private static async Task<string> GrabAsync(string executable, string videoPath, double second, string jpegPath, CancellationToken cancellation)
    {
        string fit = $"scale='if(gte(iw,ih),min({PosterLongestSide},iw),-2)':'if(gte(iw,ih),-2,min({PosterLongestSide},ih))'";
        using FfmpegRun run = FfmpegRun.Start(executable,
        [
            "-hide_banner", "-loglevel", "error", "-nostats", "-y", "-protocol_whitelist", "file", "-format_whitelist", VideoFormats,
            "-ss", second.ToString(CultureInfo.InvariantCulture), "-i", "file:" + videoPath,
            "-map", "0:v:0", "-frames:v", "1", "-vf", fit, "-q:v", "3", "-c:v", "mjpeg", "-f", "image2", "-update", "1", "file:" + jpegPath,
        ]);
        run.Input.Close();
        return (await run.EndAsync(cancellation)).Complaint;
    }

    private static async Task<string> AskAsync(string executable, string question, CancellationToken cancellation)
    {
        using FfmpegRun run = FfmpegRun.Start(executable, ["-hide_banner", question]);
        run.Input.Close();
        (int exitCode, string complaint, string output) = await run.EndAsync(cancellation);
        return exitCode == 0 ? output
            : throw new AnimaticException(AnimaticFault.EncoderMissing, $"The FFmpeg at {executable} is broken: exit code {exitCode}{(complaint.Length > 0 ? $", {complaint}" : "")}. {WayOut}");
    }
}
