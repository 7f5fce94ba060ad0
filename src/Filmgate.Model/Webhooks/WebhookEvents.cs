using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Filmgate.Model.Webhooks;

/// <summary>What webhook endpoints are told of: one event, or those that an endpoint wants to hear of.</summary>
[Flags]
public enum WebhookEvents
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A task was accepted.</summary>
    Accepted = 1,
    /// <summary>It was sent to a provider for the first time.</summary>
    InProgress = 2,
    /// <summary>It has its clip.</summary>
    Completed = 4,
    /// <summary>It ended without one.</summary>
    Failed = 8,
    /// <summary>Another endpoint of the account was disabled.</summary>
    EndpointDisabled = 16,
    /// <summary>Somebody asked for a test. Goes to the endpoint that was named, whatever it wants to hear of.</summary>
    Ping = 32,
}

/// <summary>The names of events, as they stand in the <c>type</c> of a body.</summary>
public static class WebhookEventNames
{
    /// <summary>What an endpoint hears of unless it says otherwise: the ends of tasks.</summary>
    public const WebhookEvents Default = WebhookEvents.Completed | WebhookEvents.Failed;

    private static readonly FrozenDictionary<WebhookEvents, string> Names = new Dictionary<WebhookEvents, string>
    {
        [WebhookEvents.Accepted] = "video.accepted",
        [WebhookEvents.InProgress] = "video.in_progress",
        [WebhookEvents.Completed] = "video.completed",
        [WebhookEvents.Failed] = "video.failed",
        [WebhookEvents.EndpointDisabled] = "endpoint.disabled",
        [WebhookEvents.Ping] = "test.ping",
    }.ToFrozenDictionary();

    /// <summary>Those that an endpoint can ask for, in the order of a task's life.</summary>
    public static ImmutableArray<string> Choices { get; } =
        [.. Enum.GetValues<WebhookEvents>().Where(type => type is not (WebhookEvents.None or WebhookEvents.Ping)).Select(Name)];

    /// <summary>The name of one event.</summary>
    public static string Name(this WebhookEvents type) => Names[type];

    /// <summary>The names of all that are wanted.</summary>
    public static ImmutableArray<string> NamesOf(this WebhookEvents wanted) =>
        [.. Enum.GetValues<WebhookEvents>().Where(type => type != WebhookEvents.None && wanted.HasFlag(type)).Select(Name)];

    /// <summary>The event of a name that an endpoint can ask for; null for any other text.</summary>
    public static WebhookEvents? Find(string name)
    {
        foreach (var (type, known) in Names)
        {
            if (known == name && type != WebhookEvents.Ping)
            {
                return type;
            }
        }

        return null;
    }
}
