using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Rehearsal;

/// <summary>
/// Words in a prompt that make the gateway act an outcome out, as test card numbers do in payments. Obeyed under test keys only. What
/// each one does to a caller stands in <c>docs/test-directives.md</c>.
/// </summary>
public sealed partial record Directives
{
    /// <summary>Longest time that is acted out; longer ones are cut to it.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(30);

    /// <summary>Most times that a directive can ask for.</summary>
    public const int TimesMax = 999;

    private static readonly ImmutableArray<(string Name, RehearsedAnswer Answer)> Refusals =
    [
        ("input", RehearsedAnswer.Input), ("policy", RehearsedAnswer.Policy), ("balance", RehearsedAnswer.Balance),
        ("auth", RehearsedAnswer.Auth), ("permission", RehearsedAnswer.Permission), ("outage", RehearsedAnswer.Outage),
    ];

    /// <summary>No directive.</summary>
    public static Directives None { get; } = new();

    /// <summary><c>@delay(90s)</c>: wait before the first frame. Default: none.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary><c>@fail(CODE)</c>: codes with which renders of the prompt fail.</summary>
    public Script<FailureCode> Failures { get; private init; } = new([]);

    /// <summary><c>@stall</c>: whether the render never ends.</summary>
    public bool Stalls { get; private init; }

    /// <summary><c>@late-success(90s)</c>: the clip is there no sooner than this long after the submission; null for as soon as it is made.</summary>
    public TimeSpan? LateSuccess { get; private init; }

    /// <summary>How creations are answered instead of being taken in the ordinary way.</summary>
    public Script<RehearsedAnswer> Answers { get; private init; } = new([]);

    /// <summary>What is wrong with fetches of the clip.</summary>
    public Script<ClipFault> Clip { get; private init; } = new([]);

    /// <summary>Reads the directives of a prompt. Unknown names, codes and numbers are plain words; of two that say the same thing differently the first counts.</summary>
    public static Directives Read(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var read = None;
        for (var match = prompt.Contains('@', StringComparison.Ordinal) ? Pattern().Match(prompt) : Match.Empty; match.Success; match = match.NextMatch())
        {
            var given = match.Groups[2];
            var end = match.Index + match.Length;

            // "@stalled" and "@busy-body" are other words; "@stall." is not.
            if (given.Success || end == prompt.Length || !(char.IsLetterOrDigit(prompt[end]) || prompt[end] == '_'))
            {
                read = read.With(match.Groups[1].Value, given.Success ? [.. given.Value.Split(',', StringSplitOptions.TrimEntries)] : []);
            }
        }

        return read;
    }

    private Directives With(string name, ImmutableArray<string> given) => (name, given) switch
    {
        ("delay", [var time]) when Delay == default && TimeOf(time) is { } delay => this with { Delay = delay },
        ("late-success", [var time]) when LateSuccess is null && TimeOf(time) is { } late => this with { LateSuccess = late },
        ("fail", [var text, ..]) when FailureCodes.TryParse(text, out var code) && TryTimes(given[1..], out var times) =>
            this with { Failures = new(Failures.Acts.Add((code, times))) },
        ("stall", []) => this with { Stalls = true },
        ("busy", _) => With(RehearsedAnswer.Busy, given),
        ("server-error", _) => With(RehearsedAnswer.ServerError, given),
        ("lost-request", _) => With(RehearsedAnswer.LostRequest, given),
        ("lost-answer", _) => With(RehearsedAnswer.LostAnswer, given),
        ("refuse", [var cause, ..]) => Refusals.FirstOrDefault(refusal => refusal.Name == cause) is { Name: not null } refusal ? With(refusal.Answer, given[1..]) : this,
        ("unfetchable", _) => With(ClipFault.Unfetchable, given),
        ("truncated-clip", _) => With(ClipFault.Truncated, given),
        ("broken-download", _) => With(ClipFault.BrokenOff, given),
        _ => this,
    };

    private Directives With(RehearsedAnswer answer, ImmutableArray<string> given) =>
        TryTimes(given, out var times) ? this with { Answers = new(Answers.Acts.Add((answer, times))) } : this;

    private Directives With(ClipFault fault, ImmutableArray<string> given) =>
        TryTimes(given, out var times) ? this with { Clip = new(Clip.Acts.Add((fault, times))) } : this;

    // Nothing given is for ever.
    private static bool TryTimes(ImmutableArray<string> given, out int? times)
    {
        times = given is [var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= TimesMax
            ? number : null;
        return given.IsEmpty || times is not null;
    }

    private static TimeSpan? TimeOf(string text)
    {
        if (TimePattern().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var asked = TimeSpan.FromSeconds(match.Groups[2].ValueSpan switch { "ms" => number / 1000, "m" => number * 60, _ => number });
        return asked < TimeMax ? asked : TimeMax;
    }

    [GeneratedRegex(@"@([a-z]+(?:-[a-z]+)*)(?:\(([^()]{1,60})\))?", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m)$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex TimePattern();
}
