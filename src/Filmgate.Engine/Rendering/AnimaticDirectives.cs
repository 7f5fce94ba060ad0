using System.Globalization;
using System.Text.RegularExpressions;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Rendering;

/// <summary>
/// Words in a prompt that make the local renderer act an outcome out, as test card numbers do in payments:
/// <c>@delay(90s)</c> waits before rendering, <c>@fail(CODE)</c> fails with that code, <c>@stall</c> never ends.
/// Obeyed under test keys only.
/// </summary>
/// <param name="Delay">Wait before the first frame.</param>
/// <param name="Failure">Code to fail with; null to succeed.</param>
/// <param name="Stalls">Whether the render never ends.</param>
public sealed partial record AnimaticDirectives(TimeSpan Delay, FailureCode? Failure, bool Stalls)
{
    /// <summary>Longest delay that is acted out; longer ones are cut to it.</summary>
    public static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(30);

    /// <summary>No directive.</summary>
    public static AnimaticDirectives None { get; } = new(TimeSpan.Zero, null, false);

    /// <summary>Reads the directives of a prompt; unknown ones and unknown codes are plain words.</summary>
    public static AnimaticDirectives Read(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var delay = TimeSpan.Zero;
        if (DelayPattern().Match(prompt) is { Success: true } match)
        {
            var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var asked = TimeSpan.FromSeconds(match.Groups[2].ValueSpan switch { "ms" => number / 1000, "m" => number * 60, _ => number });
            delay = asked < DelayMax ? asked : DelayMax;
        }

        FailureCode? failure = FailPattern().Match(prompt) is { Success: true } fail && FailureCodes.TryParse(fail.Groups[1].Value, out var code) ? code : null;
        return new AnimaticDirectives(delay, failure, StallPattern().IsMatch(prompt));
    }

    [GeneratedRegex(@"@delay\(([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m)\)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex DelayPattern();

    [GeneratedRegex(@"@fail\(([A-Z_]{1,40})\)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex FailPattern();

    [GeneratedRegex(@"@stall\b", RegexOptions.CultureInvariant)]
    private static partial Regex StallPattern();
}
