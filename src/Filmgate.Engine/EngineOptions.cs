using Filmgate.Model.Money;

namespace Filmgate.Engine;

/// <summary>How the engine runs.</summary>
public sealed record EngineOptions
{
    /// <summary>Folder of artifacts, renders and signing keys. Required.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Admit tasks but start none: for maintenance, or while a provider is out. Tasks wait and lose nothing. Default: false.</summary>
    public bool Paused { get; init; }

    /// <summary>Clips that the local renderer makes at a time. Default: 2.</summary>
    public int RenderSlots { get; init; } = 2;

    /// <summary>
    /// What a render is charged to the account of a live key, although it costs nothing: a rehearsal of budgets before there is a bill.
    /// Default: free.
    /// </summary>
    public PriceList RenderPrices { get; init; } = PriceList.Free;

    /// <summary>How long clips and input pictures are kept. Default: 15 days, which is what the task API promises.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(15);

    /// <summary>The FFmpeg program. Default: null, which searches PATH.</summary>
    public string? FfmpegPath { get; init; }
}
