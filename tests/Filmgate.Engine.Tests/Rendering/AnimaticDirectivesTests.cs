using Filmgate.Engine.Rendering;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Rendering;

public sealed class AnimaticDirectivesTests
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
    [InlineData("@fail(CONTENT_VIOLATION)", 0, FailureCode.ContentViolation, false)]
    [InlineData("@fail(PROCESSING_TIMEOUT) @delay(1s)", 1, FailureCode.ProcessingTimeout, false)]
    [InlineData("@fail(NO_SUCH_CODE)", 0, null, false)]
    [InlineData("@fail(content_violation)", 0, null, false)]
    [InlineData("@stall", 0, null, true)]
    [InlineData("a boat @stall.", 0, null, true)]
    [InlineData("@stalled", 0, null, false)]
    [InlineData("stall", 0, null, false)]
    public void Words_that_are_directives_are_obeyed_and_all_others_are_words(string prompt, double seconds, FailureCode? failure, bool stalls) =>
        Assert.Equal(new AnimaticDirectives(TimeSpan.FromSeconds(seconds), failure, stalls), AnimaticDirectives.Read(prompt));

    [Fact]
    public void A_prompt_made_to_be_slow_to_read_is_read_at_once() =>
        Assert.Equal(AnimaticDirectives.None, AnimaticDirectives.Read(string.Concat(Enumerable.Repeat("@delay(1", 600)) + "@fail(" + new string('A', 100)));
}
