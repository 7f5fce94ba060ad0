using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Upstream;

/// <summary>
/// What is known about a vendor, as its <c>facts.json</c> says it: dated, with sources, and checked as a whole, because the rules about money
/// rest on it.
/// </summary>
public sealed record FactSheet
{
    // The reader of the files sets whatever is not there to nothing, whatever the property begins with; so defaults stand here.
    private const int LookupSettlesSecondsDefault = 30;
    private const double ReadsPerSecondDefault = 10;
    private static readonly int[] Durations = [5, 10];

    /// <summary>The vendor's name for people.</summary>
    public required string Vendor { get; init; }
    /// <summary>When the facts were looked up, as <c>2026-03-14</c>.</summary>
    public required DateOnly AsOf { get; init; }
    /// <summary>Where they stand.</summary>
    public required ImmutableArray<string> Sources { get; init; }
    /// <summary>What is uncertain about them, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
    /// <summary><c>official</c> or <c>partner</c>.</summary>
    public required string Tier { get; init; }
    /// <summary>Tasks that it takes at a time, for the account that most callers have.</summary>
    public required int Slots { get; init; }
    /// <summary>Whether a task that it took and could not do may have been billed.</summary>
    public required bool BillsFailure { get; init; }
    /// <summary>Whether a submission that it refused may have been billed.</summary>
    public required bool BillsRefusal { get; init; }
    /// <summary>Whether a status of 5xx proves that it did not take the submission.</summary>
    public bool ServerErrorRefuses { get; init; }
    /// <summary>Whether a submission can be found again by an id of ours.</summary>
    public required bool OwnIdQueryable { get; init; }
    /// <summary>Seconds after a submission from which on "not found" by our id proves something. Default: 30.</summary>
    public int? LookupSettlesSeconds { get; init; }
    /// <summary>Whether it stops a task on request.</summary>
    public required bool Cancels { get; init; }
    /// <summary>Whether it posts to an address given with the submission.</summary>
    public required bool SendsCallbacks { get; init; }
    /// <summary>Most requests a second that it is read with, over all tasks of an account, with room for those that are no reads. Default: 10.</summary>
    public double? ReadsPerSecond { get; init; }
    /// <summary>Most tasks that one request reads. Default: 1.</summary>
    public int? TasksPerRead { get; init; }
    /// <summary>By seconds of the clip: the usual bounds of the seconds that it takes to make one. Default: not known.</summary>
    public ImmutableDictionary<string, ImmutableArray<double>>? FinishSeconds { get; init; }
    /// <summary>Days for which it keeps a clip; null when it does not say.</summary>
    public double? ResultLifetimeDays { get; init; }
    /// <summary>Longest prompt that it takes, in Unicode characters.</summary>
    public required int PromptLengthMax { get; init; }
    /// <summary>Whether it takes WebP.</summary>
    public required bool TakesWebP { get; init; }
    /// <summary>How it gets pictures, the best way first: <c>url</c>, <c>dataUrl</c>, <c>base64</c>, <c>upload</c>.</summary>
    public required ImmutableArray<string> ImageTransports { get; init; }
    /// <summary>US dollars by mode and seconds; the modes named here are those that it serves.</summary>
    public required ImmutableDictionary<string, ImmutableDictionary<string, decimal>> Prices { get; init; }

    /// <summary>The facts of the dialect that a type belongs to: the file <c>facts.json</c> beside it, built into the assembly.</summary>
    /// <param name="neighbour">A type of the dialect.</param>
    /// <param name="name">The file's name. Default: <c>facts.json</c>.</param>
    /// <exception cref="InvalidDataException">The file is missing or wrong; names all that is.</exception>
    public static ProviderFacts Of(Type neighbour, string name = "facts.json")
    {
        ArgumentNullException.ThrowIfNull(neighbour);
        var resource = $"{neighbour.Namespace}.{name}";
        using var stream = neighbour.Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"{resource} is not built into the assembly. Put {name} beside {neighbour.Name}.");
        try
        {
            var sheet = JsonSerializer.Deserialize(stream, FactSheetJson.Default.FactSheet) ?? throw new InvalidDataException($"{resource} is empty.");
            return sheet.ToFacts(resource);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{resource}: {error.Message}", error);
        }
    }

    /// <summary>All that is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (Sources.IsDefaultOrEmpty || Sources.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add("sources must name at least one page, or a file of this repository.");
        }

        if (AsOf.Year is < 2025 or > 2100)
        {
            faults.Add($"asOf is {AsOf:O}; it must be the day on which the facts were looked up.");
        }

        if (!TryTier(Tier, out _))
        {
            faults.Add($"tier is '{Tier}'; it must be official or partner.");
        }

        if (Slots is < 1 or > 100_000)
        {
            faults.Add($"slots is {Slots}; it must be from 1 to 100000.");
        }

        if (PromptLengthMax < 1)
        {
            faults.Add($"promptLengthMax is {PromptLengthMax}; it must be at least 1.");
        }

        if (LookupSettlesSeconds < 0 || ResultLifetimeDays is <= 0)
        {
            faults.Add("lookupSettlesSeconds and resultLifetimeDays must not be negative.");
        }

        if (ReadsPerSecond is not (null or (> 0 and <= 10_000)) || TasksPerRead is < 1 or > 1000)
        {
            faults.Add("readsPerSecond must be above 0 and up to 10000, and tasksPerRead from 1 to 1000.");
        }

        if (FinishSeconds is not null && FinishSeconds.Any(time => !Durations.Contains(Whole(time.Key)) || time.Value is not [> 0, var latest] || !(latest > time.Value[0])))
        {
            faults.Add("finishSeconds must name, for 5 or 10 seconds, two bounds above 0, the lower first.");
        }

        faults.AddRange(ImageTransports.Where(text => !TryTransport(text, out _)).Select(text => $"imageTransports holds '{text}'; it may hold url, dataUrl, base64 and upload."));
        if (Prices.IsEmpty)
        {
            faults.Add("prices must name at least one mode.");
        }

        foreach (var (name, prices) in Prices)
        {
            if (GenerationModes.Find(name) is null)
            {
                faults.Add($"prices names '{name}', which is no mode.");
            }

            if (!prices.Keys.Order().SequenceEqual(Durations.Select(seconds => seconds.ToString(CultureInfo.InvariantCulture)).Order())
                || prices.Values.Any(price => price is <= 0 or > 1000))
            {
                faults.Add($"prices of '{name}' must be one above 0 and up to 1000 for each of 5 and 10 seconds.");
            }
        }

        return faults;
    }

    /// <summary>Reads a tier's name; false when there is none of that name for a provider outside this process.</summary>
    public static bool TryTier(string text, out ProviderTier tier)
    {
        tier = text switch
        {
            "official" => ProviderTier.Official,
            "partner" => ProviderTier.Partner,
            _ => default,
        };
        return tier != default;
    }

    /// <summary>Reads the name of a way for pictures, as facts and settings give it; false when there is none of that name.</summary>
    public static bool TryTransport(string text, out ImageTransport transport)
    {
        transport = text switch
        {
            "url" => ImageTransport.Url,
            "dataUrl" => ImageTransport.DataUrl,
            "base64" => ImageTransport.Base64,
            "upload" => ImageTransport.Upload,
            _ => default,
        };
        return transport != default;
    }

    private static int Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private ProviderFacts ToFacts(string resource)
    {
        if (Faults() is { Count: > 0 } faults)
        {
            throw new InvalidDataException($"{resource}: {string.Join(' ', faults)}");
        }

        TryTier(Tier, out var tier);
        return new ProviderFacts(tier, Slots, OwnIdQueryable, BillsFailure)
        {
            RefusalBills = BillsRefusal,
            ServerErrorRefuses = ServerErrorRefuses,
            LookupSettles = TimeSpan.FromSeconds(LookupSettlesSeconds ?? LookupSettlesSecondsDefault),
            Cancels = Cancels,
            SendsCallbacks = SendsCallbacks,
            ReadsPerSecond = ReadsPerSecond ?? ReadsPerSecondDefault,
            TasksPerRead = TasksPerRead ?? 1,
            FinishTimes = FinishSeconds?.ToImmutableDictionary(
                time => Whole(time.Key), time => FinishTime.Between(TimeSpan.FromSeconds(time.Value[0]), TimeSpan.FromSeconds(time.Value[1])))
                ?? ImmutableDictionary<int, FinishTime>.Empty,
            ResultLifetime = ResultLifetimeDays is { } days ? TimeSpan.FromDays(days) : null,
            PromptLengthMax = Math.Min(PromptLengthMax, GenerationRules.PromptLengthMax),
            TakesWebP = TakesWebP,
            ImageTransports = [.. ImageTransports.Select(text => TryTransport(text, out var transport) ? transport : default)],
            Modes = [.. GenerationModes.All.Where(rules => Prices.ContainsKey(rules.Name)).Select(rules => rules.Mode)],
            Prices = new PriceList(
                from mode in Prices
                from price in mode.Value
                select KeyValuePair.Create(
                    (GenerationModes.Find(mode.Key)!.Mode, int.Parse(price.Key, CultureInfo.InvariantCulture)), Usd.FromDollars(price.Value))),
        };
    }
}

/// <summary>How fact sheets are written: camel case, and no word that is not known.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FactSheet))]
internal sealed partial class FactSheetJson : JsonSerializerContext;
