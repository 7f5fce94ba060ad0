using System.CommandLine;
using Filmgate.Model.Requests;

namespace Filmgate.Cli;

/// <summary>The options of <c>filmgate generate</c>, in the order in which its help shows them.</summary>
internal sealed class GenerateOptions
{
    /// <summary>The words.</summary>
    public Option<string?> Prompt { get; } = new("--prompt") { HelpName = "TEXT", Description = "What happens and how the camera moves.", Required = true };

    /// <summary>The file to write.</summary>
    public Option<string?> Out { get; } = new("--out") { HelpName = "FILE", Description = "Where the MP4 goes; an older file is replaced.", Required = true };

    /// <summary>Start frame.</summary>
    public Option<string?> Image { get; } = new("--image") { HelpName = "PATH|URL", Description = "Start picture: JPEG, PNG or WebP, at most 10 MB." };

    /// <summary>End frame.</summary>
    public Option<string?> EndImage { get; } = new("--end-image") { HelpName = "PATH|URL", Description = "End picture, for the mode that takes one." };

    /// <summary>Mode.</summary>
    public Option<string?> Mode { get; } = new("--mode")
    {
        HelpName = "MODE",
        Description = $"One of {string.Join(", ", GenerationModes.All.Select(mode => mode.Name))}. "
            + "Default: the first with a picture, the second with two, the third with none.",
    };

    /// <summary>Seconds.</summary>
    public Option<string?> Duration { get; } = new("--duration") { HelpName = "5|10", Description = "Length in seconds. Default: 5." };

    /// <summary>Shape.</summary>
    public Option<string?> AspectRatio { get; } = new("--aspect-ratio")
    {
        HelpName = string.Join('|', AspectRatios.Names),
        Description = "Shape of a clip made without a picture. Default: 16:9.",
    };

    /// <summary>What must not be seen.</summary>
    public Option<string?> NegativePrompt { get; } = new("--negative-prompt") { HelpName = "TEXT", Description = "What must not be seen." };

    /// <summary>Closeness to the prompt.</summary>
    public Option<string?> CfgScale { get; } = new("--cfg-scale") { HelpName = "0..1", Description = "Closeness to the prompt. Default: 0.5." };

    /// <summary>Result as JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as one JSON object." };

    /// <summary>Data folder of the built-in gateway.</summary>
    public Option<string?> Data { get; } = new("--data")
    {
        HelpName = "DIR",
        Description = "Data folder of the built-in gateway, kept. Default: a temporary one, deleted at the end.",
    };

    /// <summary>A running server.</summary>
    public Option<string?> Server { get; } = new("--server") { HelpName = "URL", Description = "Ask this server instead of a built-in gateway." };

    /// <summary>The key.</summary>
    public Option<string?> Key { get; } = new("--key")
    {
        HelpName = "KEY",
        Description = "API key. Default: FILMGATE_API_KEY with --server; without it, a test key, which never costs money.",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All =>
        [Prompt, Out, Image, EndImage, Mode, Duration, AspectRatio, NegativePrompt, CfgScale, Json, Data, Server, Key];
}
