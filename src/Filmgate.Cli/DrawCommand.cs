using System.CommandLine;
using System.Globalization;
using Filmgate.Animatic.Scenes;

namespace Filmgate.Cli;

/// <summary><c>filmgate draw</c>: paints a still of the scene that text to video would begin with.</summary>
internal static class DrawCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Example:
          filmgate draw --prompt "A harbour at dawn, light fog, gulls" --out harbour.jpg --size 1536x1024
        """;

    private const int SideMin = 64;
    private const int SideMax = 4096;
    private const int JpegQuality = 92;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var prompt = new Option<string>("--prompt") { HelpName = "TEXT", Description = "What is seen.", Required = true };
        var target = new Option<string>("--out") { HelpName = "FILE.jpg", Description = "Where the JPEG goes; an older file is replaced.", Required = true };
        var size = new Option<string>("--size")
        {
            HelpName = "WxH",
            Description = $"Pixels; each side {SideMin} to {SideMax}.",
            DefaultValueFactory = _ => "1536x1024",
        };
        var command = new Command("draw", "Paint a still from a prompt.") { prompt, target, size };
        command.SetAction(line =>
        {
            var (width, height) = Size(line.GetRequiredValue(size));
            Draw(Given(line.GetRequiredValue(prompt), "--prompt"), Given(line.GetRequiredValue(target), "--out"), width, height, terminal);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Draw(string prompt, string path, int width, int height, CliTerminal terminal)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"--out must name a file, and '{path}' is a folder");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        using var scene = new ScenePainter().Paint(prompt, width, height);
        using var bitmap = SceneStill.Flatten(scene);
        SceneStill.SaveJpeg(bitmap, path, JpegQuality);
        terminal.Out.WriteLine($"file        {path}");
        terminal.Out.WriteLine($"resolution  {width}x{height}");
    }

    private static string Given(string value, string option) =>
        string.IsNullOrWhiteSpace(value) ? throw new UsageException($"{option} must not be empty") : value;

    private static (int Width, int Height) Size(string text) =>
        text.Split('x') is [var left, var right] && Side(left) is { } width && Side(right) is { } height
            ? (width, height)
            : throw new UsageException($"--size must be two sides of {SideMin} to {SideMax} pixels such as 1536x1024, got '{text}'");

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= SideMin and <= SideMax ? side : null;
}
