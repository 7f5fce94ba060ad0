namespace Filmgate.Cli;

/// <summary>What the shell is told.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The task failed, the server refused it or was not reached, or something unforeseen happened.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the settings are wrong; nothing was sent and nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM; shells use 128 plus the number of SIGINT.</summary>
    public const int Interrupted = 130;
}
