using System.Diagnostics;

namespace Filmgate.Engine.Tests.Artifacts;

/// <summary>Makes real pictures and clips.</summary>
internal static class Ffmpeg
{
    /// <summary>Runs ffmpeg; false when it says that it cannot do it.</summary>
    public static bool Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true };
        foreach (var argument in (string[])["-nostdin", "-v", "error", "-threads", "1", "-y", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
