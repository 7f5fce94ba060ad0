using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.Torture.Receiver;

namespace Filmgate.Torture.Driver;

/// <summary>The gateway's surfaces through which the driver asks.</summary>
internal static class Surfaces
{
    /// <summary>The task API: a key that makes creation repeatable, webhooks without a signature.</summary>
    public const string Apixo = "apixo";

    /// <summary>Replicate's: webhooks are signed.</summary>
    public const string Replicate = "replicate";
}

/// <summary>The providers as the gateway knows them.</summary>
internal static class Providers
{
    /// <summary>Finds submissions by the gateway's id, and tells what it charges.</summary>
    public const string Kling = "kling-like";

    /// <summary>Does not find submissions; cancels.</summary>
    public const string Replicate = "replicate-like";
}

/// <summary>One thing that the driver asks for: from the seed and its number alone, so that asking again is the same request.</summary>
internal sealed partial class Take
{
    private const int ReplicateSurfaceShare = 25, KlingShare = 60, PictureShare = 33, WebhookShare = 75, CancelShare = 6;

    /// <summary>Words of every prompt, which no log may hold.</summary>
    public const string Canary = "torture-prompt-b81f5c3e";

    private Take(int number, string surface, string mode, string provider, bool hasWebhook, bool isCanceled)
    {
        (Number, Surface, Mode, Provider, HasWebhook, IsCanceled) = (number, surface, mode, provider, hasWebhook, isCanceled);
    }

    /// <summary>Its number.</summary>
    public int Number { get; }

    /// <summary>Through which surface it is asked.</summary>
    public string Surface { get; }

    /// <summary>The mode, as the task API names it.</summary>
    public string Mode { get; }

    /// <summary>The provider that it names, or <c>auto</c>.</summary>
    public string Provider { get; }

    /// <summary>Whether its end is to be posted.</summary>
    public bool HasWebhook { get; }

    /// <summary>Whether it is canceled on the way.</summary>
    public bool IsCanceled { get; }

    /// <summary>The idempotency key.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"torture-{Number}");

    /// <summary>The prompt, which carries the number to the provider.</summary>
    public string Prompt => string.Create(CultureInfo.InvariantCulture, $"take {Number}: pan left over the harbour, {Canary}");

    /// <summary>What the task must show again.</summary>
    public string Asked => $"{Mode}|5|{Provider}|{Prompt}";

    /// <summary>Where it is asked.</summary>
    public string Path => Surface == Surfaces.Replicate ? "replicate/v1/models/kwaivgi/kling-v2.1-master/predictions" : "api/v1/generateTask/kling-2-1";

    /// <summary>The take of a number.</summary>
    public static Take Of(int seed, int number)
    {
        var chance = new Random(unchecked(seed * 31 + number));
        var isReplicate = chance.Next(100) < ReplicateSurfaceShare;
        var isKling = chance.Next(100) < KlingShare;
        var hasPicture = chance.Next(100) < PictureShare;
        return new Take(
            number,
            isReplicate ? Surfaces.Replicate : Surfaces.Apixo,
            !isReplicate && isKling && hasPicture ? "standard-image-to-video" : "master-text-to-video",
            isReplicate ? "auto" : isKling ? Providers.Kling : Providers.Replicate,
            hasWebhook: chance.Next(100) < WebhookShare,
            isCanceled: chance.Next(100) < CancelShare);
    }

    /// <summary>The body.</summary>
    /// <param name="receiver">Address of the receiver.</param>
    /// <param name="picture">A picture as data URL.</param>
    public string Body(string receiver, string picture)
    {
        var hook = HasWebhook ? receiver + ReceiverProcess.PathOf(Surface, Number) : null;
        object body = Surface == Surfaces.Replicate
            ? hook is null
                ? new { input = new { prompt = Prompt, duration = 5, aspect_ratio = "16:9" } }
                : new { webhook = hook, webhook_events_filter = new[] { "completed" }, input = new { prompt = Prompt, duration = 5, aspect_ratio = "16:9" } }
            : new
            {
                request_type = hook is null ? "async" : "callback",
                callback_url = hook,
                provider = Provider,
                input = Mode == "standard-image-to-video"
                    ? (object)new { mode = Mode, prompt = Prompt, duration = 5, image_urls = new[] { picture } }
                    : new { mode = Mode, prompt = Prompt, duration = 5, aspect_ratio = "16:9" },
            };
        return JsonSerializer.Serialize(body, Form);
    }

    /// <summary>The number in a prompt; null for a prompt of nobody here.</summary>
    public static int? NumberIn(string prompt) => Numbered().Match(prompt) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    private static JsonSerializerOptions Form { get; } = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    [GeneratedRegex("^take ([0-9]+):")]
    private static partial Regex Numbered();
}
