using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Moderation.Rules;
using Filmgate.Engine.Moderation.Service;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Providers;
using Filmgate.Model.Webhooks;
using Filmgate.Server.Cluster;
using Filmgate.Server.Events;
using Filmgate.Storage.PostgreSql;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server;

/// <summary>The settings as the gateway runs with them: read from everywhere, checked, complete.</summary>
public sealed record GatewayOptions
{
    /// <summary>Listen address.</summary>
    public required string Urls { get; init; }
    /// <summary>Data folder, as an absolute path.</summary>
    public required string DataFolder { get; init; }
    /// <summary>The PostgreSQL database of the store; null for SQLite in the data folder. Default: null.</summary>
    public PostgresAddress? Database { get; init; }
    /// <summary>Address under which callers reach this gateway; null for the listen address.</summary>
    public string? PublicUrl { get; init; }
    /// <summary>Networks that callers' addresses may reach although not public.</summary>
    public required IReadOnlyList<IPNetwork> AllowNetworks { get; init; }
    /// <summary>The admin key of an empty store; null to generate one.</summary>
    public string? AdminKey { get; init; }
    /// <summary>The live or test key of an empty store; null to generate both.</summary>
    public string? ApiKey { get; init; }
    /// <summary>Limits of the account that the first start of an empty store makes. Default: <see cref="AccountLimits.Default"/>.</summary>
    public required AccountLimits FirstAccountLimits { get; init; }
    /// <summary>A test key of this process alone.</summary>
    public string? EphemeralTestKey { get; init; }
    /// <summary>Admit tasks but start none. Default: false.</summary>
    public bool Paused { get; init; }
    /// <summary>Clips that the local renderer makes at a time, 1 to 64. Default: 2.</summary>
    public int RenderSlots { get; init; } = 2;
    /// <summary>Whether live keys are charged the printed prices for local renders, to rehearse budgets. Default: false.</summary>
    public bool RehearsesPrices { get; init; }
    /// <summary>Where clips and pictures are kept.</summary>
    public required ArtifactSettings Artifacts { get; init; }
    /// <summary>Days for which clips are kept, 1 to 3650. Default: 15.</summary>
    public int RetentionDays { get; init; } = 15;
    /// <summary>The FFmpeg program; null to search PATH.</summary>
    public string? FfmpegPath { get; init; }
    /// <summary>How webhooks are delivered.</summary>
    public WebhookOptions Webhooks { get; init; } = new();
    /// <summary>How long a gateway that was told to stop goes on serving while <c>/ready</c> says no. Default: zero.</summary>
    public TimeSpan DrainDelay { get; init; }
    /// <summary>The secret with which links are signed, 32 bytes; null for the one that is kept with the data.</summary>
    public byte[]? SigningKey { get; init; }
    /// <summary>How this node takes part in a cluster; null when it is alone.</summary>
    public ClusterOptions? Cluster { get; init; }
    /// <summary>How many event streams may be open.</summary>
    public StreamLimits Streams { get; init; } = new();
    /// <summary>How requests are moderated. Default: not at all.</summary>
    public ModerationSettings Moderation { get; init; } = new();
    /// <summary>How patient the gateway is with providers.</summary>
    public RoutingOptions Routing { get; init; } = new();
    /// <summary>The providers outside this process, by name. Default: none.</summary>
    public ImmutableArray<ProviderSettings> Providers { get; init; } = [];
}

/// <summary>Reads <see cref="GatewayOptions"/>: command first, then short names, then the long ones, then defaults.</summary>
internal sealed class GatewayOptionsReader(GatewaySettings settings, IConfiguration configuration)
{
    private readonly List<string> _errors = [];

    /// <exception cref="GatewaySettingsException">Anything is wrong; all of it is named at once.</exception>
    public GatewayOptions Read()
    {
        var networks = ReadNetworks();
        var publicUrl = ReadPublicUrl();
        var database = ReadDatabase();
        var dataFolder = Path.GetFullPath(settings.DataFolder ?? Text("FILMGATE_DATA", "Filmgate:Data") ?? "data");
        var options = new GatewayOptions
        {
            Urls = ReadUrls(),
            DataFolder = dataFolder,
            Database = database,
            Cluster = database is null ? null : new ClusterSettingsReader(configuration, _errors).Read(),
            PublicUrl = publicUrl,
            AllowNetworks = networks,
            AdminKey = ReadKey("FILMGATE_ADMIN_KEY", KeyKind.Admin),
            ApiKey = ReadKey("FILMGATE_API_KEY", KeyKind.Live, KeyKind.Test),
            FirstAccountLimits = new AccountLimits(
                ReadNumber("Filmgate:FirstAccount:RequestsPerMinute", AccountLimits.Default.RequestsPerMinute, 1, int.MaxValue),
                ReadNumber("Filmgate:FirstAccount:TasksInFlight", AccountLimits.Default.TasksInFlight, 0, int.MaxValue)),
            EphemeralTestKey = settings.EphemeralTestKey,
            Paused = ReadSwitch("Filmgate:Engine:Paused"),
            RenderSlots = ReadNumber("Filmgate:Animatic:Slots", 2, 1, 64),
            RehearsesPrices = ReadSwitch("Filmgate:Animatic:RehearsePrices"),
            Artifacts = new ArtifactSettingsReader(configuration, dataFolder, _errors).Read(),
            RetentionDays = ReadNumber("Filmgate:Artifacts:RetentionDays", 15, 1, 3650),
            DrainDelay = TimeSpan.FromSeconds(ReadNumber("Filmgate:DrainSeconds", 0, 0, 300)),
            SigningKey = ReadSigningKey(),
            FfmpegPath = Text("FILMGATE_FFMPEG", "Filmgate:Animatic:FfmpegPath"),
            Webhooks = ReadWebhooks(),
            Streams = ReadStreams(),
            Moderation = ReadModeration(networks),
            Routing = new RoutingSettingsReader(configuration, _errors).Read(),
            Providers = new ProviderSettingsReader(configuration, networks, publicUrl is not null, _errors).Read(),
        };
        return _errors.Count == 0 ? options : throw new GatewaySettingsException(_errors);
    }

    private string? Text(string shortName, string longName)
    {
        var text = configuration[shortName] ?? configuration[longName];
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    private string ReadUrls()
    {
        var text = settings.Urls ?? Text("FILMGATE_URLS", "Filmgate:Urls") ?? "http://127.0.0.1:8080";
        foreach (var url in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url.Replace("*", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var parsed)
                || parsed.Scheme != Uri.UriSchemeHttp || parsed.AbsolutePath != "/")
            {
                _errors.Add($"FILMGATE_URLS: '{url}' is no listen address. Use http://HOST:PORT, such as http://127.0.0.1:8080; TLS belongs to the proxy in front.");
            }
        }

        return text;
    }

    private string? ReadPublicUrl()
    {
        var text = Text("FILMGATE_PUBLIC_URL", "Filmgate:PublicUrl");
        if (text is not null && (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length > 0))
        {
            _errors.Add($"FILMGATE_PUBLIC_URL: '{text}' is no address. Use the one under which clients reach this gateway, such as https://video.example.com.");
        }

        return text;
    }

    private IReadOnlyList<IPNetwork> ReadNetworks()
    {
        var text = settings.AllowNetworks ?? Text("FILMGATE_ALLOW_NETWORKS", "Filmgate:AllowNetworks");
        if (!AllowedNetworks.TryParse(text, out var networks, out var error))
        {
            _errors.Add($"FILMGATE_ALLOW_NETWORKS: {error}");
        }

        return networks;
    }

    private string? ReadKey(string name, params KeyKind[] kinds)
    {
        var key = Text(name, name);
        if (key is not null && (key.Length < KeyText.ChosenLengthMin || KeyText.KindOf(key) is not { } kind || !kinds.Contains(kind)))
        {
            // The value is a secret, so the message names its length and not its text.
            _errors.Add(
                $"{name}: the key given ({key.Length} characters) must have {KeyText.ChosenLengthMin} or more characters and begin with "
                + $"{string.Join(" or ", kinds.Select(KeyText.Prefix))}. Leave it out to have one generated.");
        }
        else if (key is not null && KeyText.IsMistyped(key))
        {
            _errors.Add($"{name}: the key given has the form of a generated key but not its checksum. Check it for a typing error, or give a text of another length.");
        }

        return key;
    }

    private PostgresAddress? ReadDatabase()
    {
        var text = settings.Database ?? Text("FILMGATE_DATABASE", "Filmgate:Database");
        if (DatabaseSetting.TryRead(text, out var address, out var error))
        {
            return address;
        }

        _errors.Add($"FILMGATE_DATABASE: {error}");
        return null;
    }

    private byte[]? ReadSigningKey()
    {
        const string name = "FILMGATE_SIGNING_KEY";
        if (Text(name, "Filmgate:SigningKey") is not { } text)
        {
            return null;
        }

        var bytes = new byte[SigningKey.Length + 1];
        if (Convert.TryFromBase64String(text, bytes, out var length) && length == SigningKey.Length)
        {
            return bytes[..length];
        }

        // The value is a secret, so the message does not repeat it.
        _errors.Add($"{name}: it must be {SigningKey.Length} bytes in base64, such as openssl rand -base64 {SigningKey.Length} prints. Leave it out to have one generated.");
        return null;
    }

    private bool ReadSwitch(string name)
    {
        var text = configuration[name];
        if (text is not null && !bool.TryParse(text, out _))
        {
            _errors.Add($"{name}: '{text}' must be true or false.");
        }

        return bool.TryParse(text, out var on) && on;
    }

    private int ReadNumber(string name, int ifAbsent, int least, int most)
    {
        if (configuration[name] is not { } text)
        {
            return ifAbsent;
        }

        if (int.TryParse(text, out var number) && number >= least && number <= most)
        {
            return number;
        }

        _errors.Add($"{name}: '{text}' must be a whole number from {least} to {most}.");
        return ifAbsent;
    }

    private ModerationSettings ReadModeration(IReadOnlyList<IPNetwork> networks)
    {
        const string section = "Filmgate:Moderation:";
        var ruleFile = Text(section + "RuleFile", section + "RuleFile") is { } path ? Path.GetFullPath(path) : null;
        if (ruleFile is not null)
        {
            _errors.AddRange(RuleFile.Check(ruleFile).Select(error => $"{section}RuleFile: {error}"));
        }

        var choice = Text(section + "WhenUnavailable", section + "WhenUnavailable") ?? "wait";
        if (!Enum.TryParse<WhenUnavailable>(choice, ignoreCase: true, out var whenUnavailable) || !Enum.IsDefined(whenUnavailable) || char.IsDigit(choice[0]))
        {
            _errors.Add($"{section}WhenUnavailable: '{choice}' must be wait, allow or refuse.");
        }

        return new ModerationSettings { RuleFile = ruleFile, Service = ReadModerationService(section, networks), WhenUnavailable = whenUnavailable };
    }

    private ModerationServiceOptions? ReadModerationService(string section, IReadOnlyList<IPNetwork> networks)
    {
        var baseUrl = Text(section + "BaseUrl", section + "BaseUrl");
        var key = Text(section + "ApiKey", section + "ApiKey");
        var timeout = ReadNumber(section + "TimeoutSeconds", 20, 1, 300);
        var threshold = ReadFraction(section + "Threshold");
        if (key is not null && key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            // The value is a secret, so the message does not repeat it.
            _errors.Add($"{section}ApiKey: the key given ({key.Length} characters) holds a space or a sign that no HTTP header can carry.");
            key = null;
        }

        if (baseUrl is null)
        {
            if (key is not null)
            {
                _errors.Add($"{section}ApiKey: a key without {section}BaseUrl moderates nothing. Name the service's address, or leave the key out.");
            }

            return null;
        }

        var verdict = OutboundUrl.Check(ModerationServiceOptions.EndpointOf(baseUrl), ModerationServiceClient.RulesFor(networks));
        if (verdict.Url is not { } endpoint || endpoint.Query.Length > 0)
        {
            _errors.Add(
                $"{section}BaseUrl: the address is refused: {verdict.Refusal ?? "it has a query"}. Use the service's address before /v1/moderations, such as "
                + "https://moderation.example.com; a private or plain http address must lie in FILMGATE_ALLOW_NETWORKS.");
            return null;
        }

        var options = new ModerationServiceOptions
        {
            Endpoint = endpoint,
            ApiKey = key,
            Timeout = TimeSpan.FromSeconds(timeout),
            Threshold = threshold,
            AllowNetworks = networks,
        };
        return Text(section + "Model", section + "Model") is { } model ? options with { Model = model } : options;
    }

    private double? ReadFraction(string name)
    {
        if (Text(name, name) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1)
        {
            return number;
        }

        _errors.Add($"{name}: '{text}' must be a number above 0 and at most 1, such as 0.7.");
        return null;
    }

    private WebhookOptions ReadWebhooks()
    {
        const string section = "Filmgate:Webhooks:";
        const int ConnectionsMax = 10_000;
        var usual = new WebhookOptions();
        var options = new WebhookOptions
        {
            Waits = ReadWaits(),
            Timeout = TimeSpan.FromSeconds(ReadNumber(section + "TimeoutSeconds", (int)usual.Timeout.TotalSeconds, 1, 60)),
            Disabling = new DisablingRule(
                TimeSpan.FromHours(ReadNumber(section + "DisableAfterHours", (int)usual.Disabling.WithoutSuccess.TotalHours, 1, 24 * 365)),
                usual.Disabling.BetweenFailures),
            Retention = TimeSpan.FromDays(ReadNumber(section + "RetentionDays", (int)usual.Retention.TotalDays, 1, 3650)),
            ConcurrencyMax = ReadNumber(section + "Concurrency", usual.ConcurrencyMax, 1, ConnectionsMax),
            DestinationConcurrencyMax = ReadNumber(section + "ConcurrencyPerDestination", usual.DestinationConcurrencyMax, 1, ConnectionsMax),
            ServerConcurrencyMax = ReadNumber(section + "ConcurrencyPerServer", usual.ServerConcurrencyMax, 1, ConnectionsMax),
        };
        if (options.DestinationConcurrencyMax > options.ServerConcurrencyMax || options.ServerConcurrencyMax > options.ConcurrencyMax)
        {
            _errors.Add(
                $"{section}Concurrency: ConcurrencyPerDestination ({options.DestinationConcurrencyMax}) must be at most ConcurrencyPerServer "
                + $"({options.ServerConcurrencyMax}), and that at most Concurrency ({options.ConcurrencyMax}).");
        }

        // Failures so far apart that the time could never be reached would keep a dead endpoint for ever.
        return options.Disabling.BetweenFailures <= options.Disabling.WithoutSuccess
            ? options
            : options with { Disabling = options.Disabling with { BetweenFailures = options.Disabling.WithoutSuccess } };
    }

    private StreamLimits ReadStreams()
    {
        const string section = "Filmgate:Streams:";
        const int StreamsMax = 1_000_000;
        var usual = new StreamLimits();
        var limits = new StreamLimits
        {
            PerAccount = ReadNumber(section + "PerAccount", usual.PerAccount, 1, StreamsMax),
            PerNode = ReadNumber(section + "PerNode", usual.PerNode, 1, StreamsMax),
        };
        if (limits.PerAccount > limits.PerNode)
        {
            _errors.Add($"{section}PerAccount: {limits.PerAccount} must be at most PerNode, which is {limits.PerNode}.");
        }

        return limits;
    }

    private ImmutableArray<TimeSpan> ReadWaits()
    {
        var section = configuration.GetSection("Filmgate:Webhooks:Waits").GetChildren().Select(child => child.Value).ToArray();
        if (section.Length == 0)
        {
            return DeliverySchedule.DefaultWaits;
        }

        var waits = ImmutableArray.CreateBuilder<TimeSpan>();
        foreach (var text in section)
        {
            if (TimeSpan.TryParse(text, out var wait) && wait > TimeSpan.Zero && wait <= TimeSpan.FromDays(2))
            {
                waits.Add(wait);
            }
            else
            {
                _errors.Add($"Filmgate:Webhooks:Waits: '{text}' must be a time span such as 00:05:00, at most two days.");
            }
        }

        return waits.ToImmutable();
    }
}
