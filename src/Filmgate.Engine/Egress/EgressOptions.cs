using System.Net;

namespace Filmgate.Engine.Egress;

/// <summary>Limits of <see cref="GuardedHttp"/>. Every default may be kept; <see cref="Validate"/> names what is out of range.</summary>
public sealed record EgressOptions
{
    /// <summary>
    /// Networks that may be reached although they are not public (setting <c>FILMGATE_ALLOW_NETWORKS</c>, read by
    /// <see cref="AllowedNetworks.TryParse"/>). Default: none. 0.0.0.0/0 and ::/0 together switch the guard off.
    /// </summary>
    public IReadOnlyList<IPNetwork> AllowNetworks { get; init; } = [];

    /// <summary>Ports open on public addresses. Default: <see cref="OutboundUrlRules.UsualPorts"/>. Null opens all.</summary>
    public IReadOnlyList<int>? AllowedPorts { get; init; } = OutboundUrlRules.UsualPorts;

    /// <summary>Longest time for resolving a name. Default: 5 s. Range: above 0, up to 1 minute.</summary>
    public TimeSpan ResolveTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time for resolving, connecting and the TLS handshake together. Default: 5 s. Range: above 0, up to 1 minute.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest time from the call until the first byte of a submission leaves; later it stays unsent. Default: 10 s. Range: above 0, up to
    /// 1 minute. With the time before the call it must end before anybody believes a provider that says that it has no such submission.
    /// </summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time for one fetch, redirects and body included. Default: 30 s. Range: above 0, up to 1 hour.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time without a byte of a body. Default: 15 s. Range: above 0, up to 10 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Longest time for one POST: status and what is read of the answer. Default: 15 s. Range: above 0, up to 5 minutes.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Redirects followed by one fetch. Default: 3. Range: 0 to 10.</summary>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>Connections open to one server at a time. Default: 16. Range: 1 to 1000.</summary>
    public int MaxConnectionsPerServer { get; init; } = 16;

    /// <summary>
    /// Fetches under way at a time; more wait. Default: 128. Range: 1 to 10 000. It bounds name lookups and sockets when thousands of
    /// tasks name thousands of hosts.
    /// </summary>
    public int MaxConcurrentRequests { get; init; } = 128;

    /// <summary>
    /// POSTs under way at a time; more wait. Default: 512. Range: 1 to 10 000. How many go to one server is the sender's affair: one that
    /// waited for a connection here would spend its time for an answer on that.
    /// </summary>
    public int MaxConcurrentPosts { get; init; } = 512;

    /// <summary>The rules for URLs that are fetched: pictures and clips.</summary>
    public OutboundUrlRules FetchRules => new() { AllowNetworks = AllowNetworks, AllowedPorts = AllowedPorts };

    /// <summary>The rules for URLs that are posted to: as for fetching, and https unless the host lies in <see cref="AllowNetworks"/>.</summary>
    public OutboundUrlRules CallbackRules => FetchRules with { RequireHttps = true };

    /// <summary>Names every setting that is out of its range.</summary>
    /// <returns>One sentence for each fault; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Time(nameof(ResolveTimeout), ResolveTimeout, TimeSpan.FromMinutes(1));
        Time(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMinutes(1));
        Time(nameof(FirstByteTimeout), FirstByteTimeout, TimeSpan.FromMinutes(1));
        Time(nameof(TotalTimeout), TotalTimeout, TimeSpan.FromHours(1));
        Time(nameof(IdleTimeout), IdleTimeout, TimeSpan.FromMinutes(10));
        Time(nameof(AnswerTimeout), AnswerTimeout, TimeSpan.FromMinutes(5));
        Number(nameof(MaxRedirects), MaxRedirects, 0, 10);
        Number(nameof(MaxConnectionsPerServer), MaxConnectionsPerServer, 1, 1000);
        Number(nameof(MaxConcurrentRequests), MaxConcurrentRequests, 1, 10_000);
        Number(nameof(MaxConcurrentPosts), MaxConcurrentPosts, 1, 10_000);
        foreach (var port in AllowedPorts ?? [])
            Number(nameof(AllowedPorts), port, 1, 65535);
        return faults;

        void Time(string name, TimeSpan value, TimeSpan most)
        {
            if (value <= TimeSpan.Zero || value > most)
                faults.Add($"{name} is {value}; it must be above 0 and at most {most}.");
        }

        void Number(string name, int value, int least, int most)
        {
            if (value < least || value > most)
                faults.Add($"{name} is {value}; it must be from {least} to {most}.");
        }
    }
}
