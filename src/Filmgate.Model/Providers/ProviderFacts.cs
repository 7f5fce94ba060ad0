using System.Collections.Immutable;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Providers;

/// <summary>Where a provider stands in the routing strategies.</summary>
public enum ProviderTier
{
    /// <summary>The model's maker.</summary>
    Official = 1,
    /// <summary>A reseller.</summary>
    Partner = 2,
    /// <summary>Our own machine.</summary>
    Local = 3,
}

/// <summary>How a provider gets the pictures of a request.</summary>
public enum ImageTransport
{
    /// <summary>It fetches them from signed addresses of this gateway, which must be reachable from outside.</summary>
    Url = 1,
    /// <summary>As <c>data:</c> URLs within the request.</summary>
    DataUrl = 2,
    /// <summary>As bare base64 within the request.</summary>
    Base64 = 3,
    /// <summary>Sent ahead to the vendor's own file store, or as files of a form.</summary>
    Upload = 4,
}

/// <summary>What is known about a provider, as data.</summary>
/// <param name="Tier">Its tier.</param>
/// <param name="Slots">Tasks that it takes at a time.</param>
/// <param name="OwnIdQueryable">Whether <see cref="IVideoProvider.FindAsync"/> gives a certain answer.</param>
/// <param name="FailureBills">Whether a task that it took and could not do may have been billed.</param>
public sealed record ProviderFacts(ProviderTier Tier, int Slots, bool OwnIdQueryable, bool FailureBills)
{
    /// <summary>
    /// How long after a submission began the provider may still come to know of it: until then "it does not have it" proves
    /// nothing, for the bytes may be on their way or its look-up behind its intake. Default: 30 s.
    /// </summary>
    public TimeSpan LookupSettles { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a submission that it refused may have been billed. Default: false.</summary>
    public bool RefusalBills { get; init; }

    /// <summary>
    /// Whether a status of 5xx in answer to a submission proves that it was not taken. Default: false, because the failure may have come
    /// after the task was made.
    /// </summary>
    public bool ServerErrorRefuses { get; init; }

    /// <summary>What it charges. Default: nothing.</summary>
    public PriceList Prices { get; init; } = PriceList.Free;

    /// <summary>The modes that it serves. Default: all.</summary>
    public ImmutableArray<GenerationMode> Modes { get; init; } = [.. GenerationModes.All.Select(rules => rules.Mode)];

    /// <summary>Longest prompt that it takes, in Unicode characters. Default: what the task API takes.</summary>
    public int PromptLengthMax { get; init; } = GenerationRules.PromptLengthMax;

    /// <summary>Whether it takes WebP; pictures in that format are sent as PNG otherwise. Default: true.</summary>
    public bool TakesWebP { get; init; } = true;

    /// <summary>How it can get pictures, the best way first. Default: none, because it reads our files.</summary>
    public ImmutableArray<ImageTransport> ImageTransports { get; init; } = [];

    /// <summary>Whether it can be asked to stop a task. Default: false.</summary>
    public bool Cancels { get; init; }

    /// <summary>Whether it posts to an address given with the submission. Default: false.</summary>
    public bool SendsCallbacks { get; init; }

    /// <summary>Most requests a second that it is read with, over all tasks. Default: 10.</summary>
    public double ReadsPerSecond { get; init; } = 10;

    /// <summary>Most tasks that one request reads, by <see cref="IVideoProvider.ReadManyAsync"/>. Default: 1, which means that it has no such request.</summary>
    public int TasksPerRead { get; init; } = 1;

    /// <summary>How long it takes for clips of so many seconds, before anything is observed. Default: not known.</summary>
    public ImmutableDictionary<int, FinishTime> FinishTimes { get; init; } = ImmutableDictionary<int, FinishTime>.Empty;

    /// <summary>How long it keeps a clip; null when it does not say.</summary>
    public TimeSpan? ResultLifetime { get; init; }

    /// <summary>
    /// Whether it stands inside the operator's own networks, so that it reaches an address of ours that the internet does not. Default: false.
    /// </summary>
    public bool StandsInside { get; init; }

    /// <summary>Why it cannot take a request, as the rest of a sentence that begins with its name; null when it can.</summary>
    public string? Objection(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return !Modes.Contains(request.Mode) ? $"does not serve {request.Rules.Name}"
            : request.Prompt.Length > PromptLengthMax && request.Prompt.EnumerateRunes().Count() > PromptLengthMax ? $"takes prompts of at most {PromptLengthMax} characters"
            : null;
    }
}
