using Filmgate.Model.Rehearsal;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Tests.Rehearsal;

public sealed class DirectivesTests
{
    [Theory]
    [InlineData("A lighthouse", 0, null, false)]
    [InlineData("@delay(90s) waves", 90, null, false)]
    [InlineData("waves @delay(1500ms)", 1.5, null, false)]
    [InlineData("@delay(2m)", 120, null, false)]
    [InlineData("@delay(0.5s)", 0.5, null, false)]
    [InlineData("@delay(999999m)", 1800, null, false)]
    [InlineData("@delay(1s) @delay(2s)", 1, null, false)]
    [InlineData("@delay(-1s)", 0, null, false)]
    [InlineData("@delay(1h)", 0, null, false)]
    [InlineData("@delay(٣s)", 0, null, false)]
    [InlineData("@delay()", 0, null, false)]
    [InlineData("@delay", 0, null, false)]
    [InlineData("@fail(CONTENT_VIOLATION)", 0, FailureCode.ContentViolation, false)]
    [InlineData("@fail(PROCESSING_TIMEOUT) @delay(1s)", 1, FailureCode.ProcessingTimeout, false)]
    [InlineData("@fail(NO_SUCH_CODE)", 0, null, false)]
    [InlineData("@fail(content_violation)", 0, null, false)]
    [InlineData("@fail", 0, null, false)]
    [InlineData("@stall", 0, null, true)]
    [InlineData("a boat @stall.", 0, null, true)]
    [InlineData("@stalled", 0, null, false)]
    [InlineData("@stall_x", 0, null, false)]
    [InlineData("@stall(now)", 0, null, false)]
    [InlineData("stall", 0, null, false)]
    public void What_a_render_does_is_read_and_all_other_words_are_words(string prompt, double seconds, FailureCode? failure, bool stalls)
    {
        var read = Directives.Read(prompt);
        Assert.Equal((TimeSpan.FromSeconds(seconds), failure, stalls), (read.Delay, read.Failures.At(0), read.Stalls));
        Assert.True(read is { Answers.IsEmpty: true, Clip.IsEmpty: true, LateSuccess: null });
    }

    [Theory]
    [InlineData("@fail(NSFW_DETECTED)", "NSFW_DETECTED NSFW_DETECTED NSFW_DETECTED")]
    [InlineData("@fail(GENERATION_FAILED, 1)", "GENERATION_FAILED - -")]
    [InlineData("@fail(GENERATION_FAILED,1) @fail(PROCESSING_TIMEOUT)", "GENERATION_FAILED PROCESSING_TIMEOUT PROCESSING_TIMEOUT")]
    [InlineData("@fail(GENERATION_FAILED, often)", "- - -")]
    public void Renders_fail_in_the_order_in_which_their_failures_stand(string prompt, string expected)
    {
        var script = Directives.Read(prompt).Failures;
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 3).Select(before => script.At(before)?.Name() ?? "-")));
    }

    [Theory]
    [InlineData("@late-success(90s)", 90d)]
    [InlineData("@late-success(40m)", 1800d)]
    [InlineData("@late-success(1s) @late-success(2s)", 1d)]
    [InlineData("@late-success", null)]
    [InlineData("@late-success(soon)", null)]
    public void How_late_a_clip_is_is_read(string prompt, double? seconds) =>
        Assert.Equal(seconds, Directives.Read(prompt).LateSuccess?.TotalSeconds);

    [Theory]
    [InlineData("A busy harbour", "- - -")]
    [InlineData("@busy", "Busy Busy Busy")]
    [InlineData("@busy(2) harbour", "Busy Busy -")]
    [InlineData("@busy(0)", "- - -")]
    [InlineData("@busy(1000)", "- - -")]
    [InlineData("@busy(two)", "- - -")]
    [InlineData("@busy-body @busybody @busy2 @Busy", "- - -")]
    [InlineData("@busy(1)@lost-answer(1)", "Busy LostAnswer -")]
    [InlineData("@lost-answer", "LostAnswer LostAnswer LostAnswer")]
    [InlineData("@lost-request(1)", "LostRequest - -")]
    [InlineData("@server-error(1) @refuse(outage)", "ServerError Outage Outage")]
    [InlineData("@refuse(input)", "Input Input Input")]
    [InlineData("@refuse(policy, 1)", "Policy - -")]
    [InlineData("@refuse(balance,1) @refuse(auth,1) @refuse(permission,1)", "Balance Auth Permission")]
    [InlineData("@refuse(balance, 1, 2)", "- - -")]
    [InlineData("@refuse(rain)", "- - -")]
    [InlineData("@refuse", "- - -")]
    [InlineData("@refuse()", "- - -")]
    public void Answers_are_played_in_the_order_in_which_they_stand(string prompt, string expected)
    {
        var script = Directives.Read(prompt).Answers;
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 3).Select(before => script.At(before)?.ToString() ?? "-")));
    }

    [Theory]
    [InlineData("@unfetchable", "Unfetchable Unfetchable Unfetchable")]
    [InlineData("@unfetchable(1) @truncated-clip(1)", "Unfetchable Truncated -")]
    [InlineData("@truncated-clip @unfetchable(1)", "Truncated Truncated Truncated")]
    [InlineData("@broken-download(2)", "BrokenOff BrokenOff -")]
    [InlineData("@unfetchable(-1) @truncated", "- - -")]
    public void Faults_of_the_clip_are_played_in_the_order_in_which_they_stand(string prompt, string expected)
    {
        var script = Directives.Read(prompt).Clip;
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 3).Select(before => script.At(before)?.ToString() ?? "-")));
    }

    [Fact]
    public void Every_answer_and_every_fault_can_be_asked_for()
    {
        const string All = "@busy(1) @refuse(input,1) @refuse(policy,1) @refuse(balance,1) @refuse(auth,1) @refuse(permission,1) @refuse(outage,1) @server-error(1) @lost-request(1) @lost-answer(1)";
        Assert.Equal(Enum.GetValues<RehearsedAnswer>(), Directives.Read(All).Answers.Acts.Select(act => act.Act));
        Assert.Equal(Enum.GetValues<ClipFault>(), Directives.Read("@unfetchable @truncated-clip @broken-download").Clip.Acts.Select(act => act.Act));
    }

    [Fact]
    public void A_prompt_made_to_be_slow_to_read_is_read_at_once()
    {
        var read = Directives.Read(string.Concat(Enumerable.Repeat("@delay(1", 600)) + "@fail(" + new string('A', 100));
        Assert.Equal((TimeSpan.Zero, null), (read.Delay, read.Failures.At(0)));
        Assert.Equal(1000, Directives.Read(string.Concat(Enumerable.Repeat("@busy", 1000).Select(word => word + " "))).Answers.Acts.Length);
    }
}
