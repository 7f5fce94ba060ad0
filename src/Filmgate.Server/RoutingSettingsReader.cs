using Filmgate.Engine.Routing;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server;

/// <summary>Reads how patient the gateway is with providers, from <c>Filmgate:Routing</c>.</summary>
/// <param name="configuration">Where it is read from.</param>
/// <param name="errors">Gets what is wrong.</param>
internal sealed class RoutingSettingsReader(IConfiguration configuration, List<string> errors)
{
    private const string Section = "Filmgate:Routing:";

    public RoutingOptions Read()
    {
        var defaults = new RoutingOptions();
        return new RoutingOptions
        {
            QueuePatience = ReadSpan("QueuePatience", defaults.QueuePatience),
            OutagePatience = ReadSpan("OutagePatience", defaults.OutagePatience),
            WaitWorth = ReadSpan("WaitWorth", defaults.WaitWorth),
            UnknownDeadline = ReadSpan("UnknownDeadline", defaults.UnknownDeadline),
            WhenUnknown = ReadPolicy(defaults.WhenUnknown),
            FollowDeadline = ReadSpan("FollowDeadline", defaults.FollowDeadline),
            ClipPatience = ReadSpan("ClipPatience", defaults.ClipPatience),
        };
    }

    private TimeSpan ReadSpan(string name, TimeSpan ifAbsent)
    {
        if (configuration[Section + name] is not { Length: > 0 } text)
        {
            return ifAbsent;
        }

        if (TimeSpan.TryParse(text, out var span) && span > TimeSpan.Zero && span <= TimeSpan.FromDays(30))
        {
            return span;
        }

        errors.Add($"{Section}{name}: '{text}' must be a time span such as {ifAbsent:c}, above zero and at most 30 days.");
        return ifAbsent;
    }

    private UnknownPolicy ReadPolicy(UnknownPolicy ifAbsent)
    {
        switch (configuration[Section + "WhenUnknown"]?.Trim().ToLowerInvariant())
        {
            case null or "":
                return ifAbsent;
            case "fail":
                return UnknownPolicy.Fail;
            case "resubmit":
                return UnknownPolicy.Resubmit;
            case var other:
                errors.Add($"{Section}WhenUnknown: '{other}' must be fail or resubmit.");
                return ifAbsent;
        }
    }
}
