namespace Filmgate.Client;

/// <summary>How patient a <see cref="FilmgateClient"/> is. The defaults suit clips that take seconds to minutes.</summary>
public sealed record FilmgateClientOptions
{
    /// <summary>Time between two looks at a task at first; it grows from look to look. Default: 0.5 s.</summary>
    public TimeSpan PollIntervalMin { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Time between two looks at a task in the long run. Default: 5 s.</summary>
    public TimeSpan PollIntervalMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a read or a download is tried before its failure is reported. Creating is never repeated. Default: 8.</summary>
    public int ReadTriesMax { get; init; } = 8;

    /// <summary>Wait before the second try of a read; doubles with each further one, up to 5 s. Default: 0.25 s.</summary>
    public TimeSpan RetryDelayMin { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>The longest <c>Retry-After</c> that is waited out; a longer one is reported at once. Default: 2 minutes.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an answer may take, and how long a download may stand still. Default: 100 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long a stream of events may be quiet before its connection counts as broken; servers send something every 15 s. Default: 45 s.
    /// </summary>
    public TimeSpan StreamQuietMax { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
