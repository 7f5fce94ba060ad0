using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Filmgate.Client;
using Filmgate.Model.Requests;

namespace Filmgate.Cli;

/// <summary>What <c>filmgate generate</c> was told, checked: nothing is started or sent for a command line that cannot succeed.</summary>
internal sealed record GenerateArguments
{
    private const string KeyVariable = "FILMGATE_API_KEY";

    /// <summary>The request.</summary>
    public required VideoRequest Request { get; init; }

    /// <summary>Where the clip goes.</summary>
    public required string Out { get; init; }

    /// <summary>Whether the result is one JSON object.</summary>
    public required bool Json { get; init; }

    /// <summary>The server to ask; null runs a gateway within this process.</summary>
    public Uri? Server { get; init; }

    /// <summary>The key to ask with; null takes a test key that only this process knows.</summary>
    public string? Key { get; init; }

    /// <summary>Data folder of the gateway within this process; null takes one that is deleted afterwards.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Reads and checks a command line, and the pictures that it names.</summary>
    /// <param name="line">The parsed command line.</param>
    /// <param name="options">The options it was parsed with.</param>
    /// <param name="terminal">Where the environment is read from.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static async Task<GenerateArguments> ReadAsync(
        ParseResult line, GenerateOptions options, CliTerminal terminal, CancellationToken cancellationToken)
    {
        var image = Given(line, options.Image);
        var endImage = Given(line, options.EndImage);
        if (endImage is not null && image is null)
        {
            throw new UsageException("--end-image needs --image for the first frame");
        }

        string[] images = [.. new[] { image, endImage }.OfType<string>()];
        var draft = new GenerationDraft
        {
            Mode = Given(line, options.Mode) ?? VideoMode.ForImages(images.Length).Name,
            Prompt = line.GetValue(options.Prompt),
            NegativePrompt = line.GetValue(options.NegativePrompt),
            Duration = Number(line, options.Duration, "must be 5 or 10 (seconds)"),
            ImageUrls = [.. images],
            AspectRatio = Given(line, options.AspectRatio),
            CfgScale = Number(line, options.CfgScale, "must be a number from 0 to 1"),
        };
        Check(draft);

        var (server, key, data) = Place(line, options, terminal);
        return new GenerateArguments
        {
            Request = new VideoRequest
            {
                Mode = new VideoMode(draft.Mode),
                Prompt = draft.Prompt!,
                NegativePrompt = draft.NegativePrompt,
                DurationSeconds = (int?)draft.Duration,
                AspectRatio = draft.AspectRatio,
                CfgScale = draft.CfgScale,
                Images = await PicturesAsync(images, cancellationToken),
            },
            Out = Target(line, options),
            Json = line.GetValue(options.Json),
            Server = server,
            Key = key,
            DataFolder = data,
        };
    }

    private static string? Given(ParseResult line, Option<string?> option) => line.GetValue(option) switch
    {
        { } value when string.IsNullOrWhiteSpace(value) => throw new UsageException($"{option.Name} must not be empty"),
        var value => value,
    };

    private static decimal? Number(ParseResult line, Option<string?> option, string rule) =>
        line.GetValue(option) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number
        : throw new UsageException($"{option.Name} {rule}, got '{text}'");

    // The same rules as the server's, so that the two cannot disagree; only the names are the command line's.
    private static void Check(GenerationDraft draft)
    {
        if (draft.AspectRatio is { } ratio && AspectRatios.Find(ratio) is null)
        {
            throw new UsageException($"--aspect-ratio must be one of {string.Join(", ", AspectRatios.Names)}, got '{ratio}'");
        }

        if (draft.AspectRatio is not null && GenerationModes.Find(draft.Mode!) is { TakesAspectRatio: false })
        {
            throw new UsageException("--aspect-ratio is for text to video; with a picture the clip takes the picture's shape");
        }

        GenerationRules.Check(draft, [], out var faults);
        if (faults is [var fault, ..])
        {
            var got = fault.ShownValue is { Length: > 0 } value ? $", got '{value}'" : "";
            throw new UsageException(fault.Field == RequestField.ImageUrls
                ? $"--mode {draft.Mode} takes {GenerationModes.Find(draft.Mode!)!.ImagesInWords}, but --image and --end-image give {draft.ImageUrls.Length}"
                : $"{OptionOf(fault.Field)} {fault.Rule}{got}");
        }
    }

    private static string OptionOf(RequestField field) => field switch
    {
        RequestField.Mode => "--mode",
        RequestField.Prompt => "--prompt",
        RequestField.NegativePrompt => "--negative-prompt",
        RequestField.Duration => "--duration",
        RequestField.AspectRatio => "--aspect-ratio",
        RequestField.CfgScale => "--cfg-scale",
        _ => field.ToString(),
    };

    private static string Target(ParseResult line, GenerateOptions options)
    {
        var target = Given(line, options.Out)!;
        return Directory.Exists(target) || Path.EndsInDirectorySeparator(target)
            ? throw new UsageException($"--out must name a file, and '{target}' is a folder")
            : target;
    }

    private static (Uri? Server, string? Key, string? DataFolder) Place(ParseResult line, GenerateOptions options, CliTerminal terminal)
    {
        var key = Given(line, options.Key);
        var data = Given(line, options.Data);
        if (Given(line, options.Server) is not { } address)
        {
            // Without a server the key of the environment is not taken: it may be a live one, and a command that is
            // free by default must not begin to cost money because of a variable.
            return (null, key, data);
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--server must be an address such as http://127.0.0.1:8080, got '{address}'");
        }

        if (data is not null)
        {
            throw new UsageException("--data is the folder of the built-in gateway and has no meaning together with --server");
        }

        key ??= terminal.Variable(KeyVariable) ?? throw new UsageException($"--server needs a key: give --key or set {KeyVariable}");
        return key.Any(character => character is <= ' ' or > '~')
            ? throw new UsageException("the key has characters that no key has")
            : (server, key, null);
    }

    private static async Task<ImmutableArray<VideoImage>> PicturesAsync(string[] images, CancellationToken cancellationToken)
    {
        var pictures = ImmutableArray.CreateBuilder<VideoImage>(images.Length);
        for (var i = 0; i < images.Length; i++)
        {
            var option = i == 0 ? "--image" : "--end-image";
            try
            {
                pictures.Add(IsUrl(images[i]) ? VideoImage.FromUrl(images[i]) : await VideoImage.FromFileAsync(images[i], cancellationToken));
            }
            catch (FileNotFoundException)
            {
                throw new UsageException($"{option}: there is no file '{images[i]}'");
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"{option}: '{images[i]}' cannot be used. {exception.Message}");
            }
        }

        return pictures.ToImmutable();
    }

    private static bool IsUrl(string image) =>
        image.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || image.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || image.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
}
