using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Filmgate.Dialects.Upstream;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Rendering;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server;

/// <summary>
/// Reads the providers: sections below <c>Filmgate:Providers</c>, and short variables that switch a vendor on with its public address. A
/// section of a dialect's own name takes its credentials from the short variables where it gives none.
/// </summary>
/// <param name="configuration">Where settings stand.</param>
/// <param name="networks">Networks that the operator opened.</param>
/// <param name="hasPublicUrl">Whether the operator says under which address this gateway is reached.</param>
/// <param name="errors">Gets a sentence for each fault.</param>
internal sealed partial class ProviderSettingsReader(IConfiguration configuration, IReadOnlyList<IPNetwork> networks, bool hasPublicUrl, List<string> errors)
{
    private const string Root = "Filmgate:Providers";
    private const string AnyDialect = "";

    private static readonly string[] Known =
        ["Dialect", "BaseUrl", "ApiKey", "AccessKey", "SecretKey", "Tier", "Slots", "BillsFailures", "Prices", "ImageTransport"];

    // What a request's provider field means already.
    private static readonly string[] Taken = ["auto", "value", "official", AnimaticProvider.DefaultName];

    /// <summary>The providers, by name; those with a fault are left out and named in the errors.</summary>
    public ImmutableArray<ProviderSettings> Read()
    {
        var found = new SortedDictionary<string, ProviderSettings>(StringComparer.Ordinal);
        foreach (var section in configuration.GetSection(Root).GetChildren())
        {
            if (ReadSection(section) is { } settings)
            {
                found[settings.Name] = settings;
            }
        }

        foreach (var dialect in ProviderDialects.All)
        {
            if (!configuration.GetSection($"{Root}:{dialect.Name}").Exists() && ReadVariables(dialect) is { } settings)
            {
                found[settings.Name] = settings;
            }
        }

        return [.. found.Values];
    }

    private ProviderSettings? ReadVariables(IProviderDialect dialect)
    {
        if (dialect.Variables is not { } names || dialect.PublicBaseUrl is not { } address)
        {
            return null;
        }

        var settings = new ProviderSettings
        {
            Name = dialect.Name,
            Dialect = dialect.Name,
            BaseUrl = address,
            ApiKey = Secret(names.ApiKey),
            AccessKey = Secret(names.AccessKey),
            SecretKey = Secret(names.SecretKey),
            Facts = dialect.Facts,
        };
        if (settings is { ApiKey: null, AccessKey: null, SecretKey: null })
        {
            return null;
        }

        if (dialect.CredentialFault(settings) is { } fault)
        {
            errors.Add($"{string.Join(", ", new[] { names.ApiKey, names.AccessKey, names.SecretKey }.Where(name => name is not null))}: {fault}");
            return null;
        }

        return settings;
    }

    private ProviderSettings? ReadSection(IConfigurationSection section)
    {
        var before = errors.Count;
        var name = section.Key;
        CheckName(section);
        CheckWords(section);
        var dialect = ReadDialect(section);
        var facts = ReadFacts(section, dialect?.Facts ?? new ProviderFacts(ProviderTier.Partner, 1, OwnIdQueryable: false, FailureBills: true));
        var (address, isInside) = ReadAddress(section, dialect);
        var names = dialect is not null && dialect.Name == name ? dialect.Variables : null;
        var settings = new ProviderSettings
        {
            Name = name,
            Dialect = dialect?.Name ?? AnyDialect,
            BaseUrl = address ?? new Uri("https://nowhere.invalid"),
            ApiKey = Secret(section, "ApiKey") ?? Secret(names?.ApiKey),
            AccessKey = Secret(section, "AccessKey") ?? Secret(names?.AccessKey),
            SecretKey = Secret(section, "SecretKey") ?? Secret(names?.SecretKey),
            Facts = facts with { StandsInside = isInside },
            ImageTransport = ReadTransport(section, facts, isInside),
        };
        if (dialect?.CredentialFault(settings) is { } fault)
        {
            errors.Add($"{section.Path}: {fault}");
        }

        return errors.Count == before ? settings : null;
    }

    private void CheckName(IConfigurationSection section)
    {
        if (!ProviderName().IsMatch(section.Key))
        {
            errors.Add($"{section.Path}: '{section.Key}' is no name for a provider. Use 1 to 32 of a to z, 0 to 9 and hyphens, beginning with a letter or digit.");
        }
        else if (Taken.Contains(section.Key))
        {
            errors.Add($"{section.Path}: '{section.Key}' already means something in requests. Choose another name, such as '{section.Key}-1'.");
        }
    }

    private void CheckWords(IConfigurationSection section)
    {
        foreach (var child in section.GetChildren().Where(child => !Known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            errors.Add($"{child.Path}: there is no such setting. A provider has {string.Join(", ", Known)}.");
        }
    }

    private IProviderDialect? ReadDialect(IConfigurationSection section)
    {
        var text = Text(section, "Dialect") ?? section.Key;
        if (ProviderDialects.Find(text) is { } dialect)
        {
            return dialect;
        }

        errors.Add($"{section.Path}:Dialect: '{text}' is no dialect. Use one of {string.Join(", ", ProviderDialects.All.Select(known => known.Name).Order(StringComparer.Ordinal))}.");
        return null;
    }

    private (Uri? Address, bool IsInside) ReadAddress(IConfigurationSection section, IProviderDialect? dialect)
    {
        if (Text(section, "BaseUrl") is not { } text)
        {
            if (dialect is { PublicBaseUrl: null })
            {
                errors.Add($"{section.Path}:BaseUrl: it is missing, and the dialect {dialect.Name} has no public address. Set it to the provider's, such as https://video.example.com.");
            }

            return (dialect?.PublicBaseUrl, false);
        }

        var rules = UpstreamHttp.RulesFor(networks);
        var verdict = OutboundUrl.Check(text.TrimEnd('/'), rules);
        if (verdict.Url is not { } url || url.Query.Length > 0)
        {
            // An address with a password in it is refused like any other, but not repeated.
            var shown = text.Contains('@', StringComparison.Ordinal) ? "the address given" : $"'{text}'";
            errors.Add(
                $"{section.Path}:BaseUrl: {shown} is refused: {verdict.Refusal ?? "it has a query"}. Use the address before the API's paths, such as "
                + "https://api.example.com; a private or plain http address must lie in FILMGATE_ALLOW_NETWORKS.");
            return (null, false);
        }

        var isInside = !OutboundUrl.Check(text, rules with { AllowNetworks = [], RequireHttps = false }).IsAllowed;
        return (new Uri(url.OriginalString.TrimEnd('/')), isInside);
    }

    private ProviderFacts ReadFacts(IConfigurationSection section, ProviderFacts facts)
    {
        if (Text(section, "Tier") is { } tierText)
        {
            if (FactSheet.TryTier(tierText, out var tier))
            {
                facts = facts with { Tier = tier };
            }
            else
            {
                errors.Add($"{section.Path}:Tier: '{tierText}' must be official or partner.");
            }
        }

        if (Text(section, "BillsFailures") is { } bills)
        {
            if (bool.TryParse(bills, out var billsFailures))
            {
                facts = facts with { FailureBills = billsFailures };
            }
            else
            {
                errors.Add($"{section.Path}:BillsFailures: '{bills}' must be true or false.");
            }
        }

        if (Text(section, "Slots") is { } slotsText)
        {
            if (int.TryParse(slotsText, NumberStyles.None, CultureInfo.InvariantCulture, out var slots) && slots is >= 1 and <= 100_000)
            {
                facts = facts with { Slots = slots };
            }
            else
            {
                errors.Add($"{section.Path}:Slots: '{slotsText}' must be a whole number from 1 to 100000.");
            }
        }

        return facts with { Prices = ReadPrices(section.GetSection("Prices"), facts.Prices) };
    }

    // What is not named keeps the dialect's price.
    private PriceList ReadPrices(IConfigurationSection section, PriceList list)
    {
        foreach (var mode in section.GetChildren())
        {
            if (GenerationModes.Find(mode.Key) is not { } rules)
            {
                errors.Add($"{mode.Path}: '{mode.Key}' is no mode. Use one of {string.Join(", ", GenerationModes.All.Select(known => known.Name))}.");
                continue;
            }

            foreach (var price in mode.GetChildren())
            {
                if (price.Key is not ("5" or "10"))
                {
                    errors.Add($"{price.Path}: prices are given for 5 and 10 seconds.");
                }
                else if (!decimal.TryParse(price.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
                    || dollars > 1000 || dollars * 1_000_000 % 1 != 0)
                {
                    errors.Add($"{price.Path}: '{price.Value}' must be US dollars from 0 to 1000 with at most six decimals, such as 0.28.");
                }
                else
                {
                    list = list.With(rules.Mode, int.Parse(price.Key, CultureInfo.InvariantCulture), Usd.FromDollars(dollars));
                }
            }
        }

        return list;
    }

    private ImageTransport? ReadTransport(IConfigurationSection section, ProviderFacts facts, bool isInside)
    {
        if (Text(section, "ImageTransport") is not { } text)
        {
            return null;
        }

        if (!FactSheet.TryTransport(text, out var transport) || !facts.ImageTransports.Contains(transport))
        {
            var ways = facts.ImageTransports.Select(way => char.ToLowerInvariant(way.ToString()[0]) + way.ToString()[1..]);
            errors.Add($"{section.Path}:ImageTransport: '{text}' is no way for this dialect to get pictures. Use {string.Join(" or ", ways)}, or leave it out.");
            return null;
        }

        if (transport == ImageTransport.Url && !hasPublicUrl && !isInside)
        {
            errors.Add($"{section.Path}:ImageTransport: 'url' needs an address under which the provider reaches this gateway. Set FILMGATE_PUBLIC_URL, or leave it out.");
        }

        return transport;
    }

    private static string? Text(IConfigurationSection section, string name) =>
        string.IsNullOrWhiteSpace(section[name]) ? null : section[name]!.Trim();

    private string? Secret(IConfigurationSection section, string name) => Checked(Text(section, name), $"{section.Path}:{name}");

    private string? Secret(string? variable) =>
        variable is null || string.IsNullOrWhiteSpace(configuration[variable]) ? null : Checked(configuration[variable]!.Trim(), variable);

    private string? Checked(string? secret, string name)
    {
        if (secret is not null && secret.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            // The value is a secret, so the message does not repeat it.
            errors.Add($"{name}: the key given ({secret.Length} characters) holds a space or a sign that no HTTP header can carry.");
        }

        return secret;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$")]
    private static partial Regex ProviderName();
}
