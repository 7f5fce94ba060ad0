using System.Text.Json;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd.Providers;

/// <summary>
/// A vendor on a loopback site that speaks APIXO's task API by hand and costs no rendering: it takes every task, works on each until it is
/// opened, and from then on says of each that it has failed, which gives its slot back as any end does.
/// </summary>
internal sealed class ScriptedVendor
{
    private readonly Lock _gate = new();
    private readonly List<string> _prompts = [];
    private volatile bool _isOpen;

    /// <summary>Puts it up on a site, below <c>/name</c>.</summary>
    public ScriptedVendor(LoopbackSite site, string name)
    {
        Name = name;
        BaseUrl = $"{site.Address}/{name}";
        site.Page($"/{name}/api/v1/generateTask/kling-2-1", context => TakeAsync(context, site.PostsTo($"/{name}/api/v1/generateTask/kling-2-1")));
        site.Page($"/{name}/api/v1/statusTask/kling-2-1", context => TellAsync(context, new
        {
            taskId = context.Request.Query["taskId"].ToString(),
            state = _isOpen ? "failed" : "processing",
            failCode = _isOpen ? "GENERATION_FAILED" : null,
            failMsg = _isOpen ? "The vendor is done with it." : null,
        }));
    }

    /// <summary>The provider's name in the settings.</summary>
    public string Name { get; }

    /// <summary>Its address.</summary>
    public string BaseUrl { get; }

    /// <summary>Prompts of the tasks that it took, in the order in which they came.</summary>
    public IReadOnlyList<string> Prompts
    {
        get
        {
            lock (_gate)
            {
                return [.. _prompts];
            }
        }
    }

    /// <summary>The settings that make it a provider.</summary>
    public (string Name, string Value)[] Settings(int slots) =>
    [
        ($"Filmgate__Providers__{Name}__Dialect", "apixo"),
        ($"Filmgate__Providers__{Name}__BaseUrl", BaseUrl),
        ($"Filmgate__Providers__{Name}__ApiKey", "the-key-of-the-vendor"),
        ($"Filmgate__Providers__{Name}__Slots", slots.ToString(System.Globalization.CultureInfo.InvariantCulture)),
    ];

    /// <summary>Lets every task end.</summary>
    public void Open() => _isOpen = true;

    private Task TakeAsync(HttpContext context, IReadOnlyList<SeenRequest> posts)
    {
        // Requests may overtake one another between site and page, so each is told apart by its own body.
        lock (_gate)
        {
            foreach (var prompt in posts.Select(post => JsonElement.Parse(post.Body).GetProperty("input").GetProperty("prompt").GetString()!).Where(prompt => !_prompts.Contains(prompt)))
            {
                _prompts.Add(prompt);
            }
        }

        return TellAsync(context, new { taskId = $"{Name}-{Guid.NewGuid():N}" });
    }

    private static Task TellAsync(HttpContext context, object data) =>
        context.Response.WriteAsJsonAsync(new { code = 200, message = "success", data }, TestContext.Current.CancellationToken);
}
