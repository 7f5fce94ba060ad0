using Filmgate.Torture.Books;
using Filmgate.Torture.Verdict;

namespace Filmgate.Torture;

public sealed class HandoversTests
{
    private static readonly DateTimeOffset Struck = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    [Fact]
    public void A_task_that_the_dead_node_moved_last_was_in_its_hand_until_another_moves_it()
    {
        var handover = Assert.Single(Of(Step("gateway-1-1", -2, 3), Step("gateway-2-1", 7, 4)));
        Assert.Equal([TimeSpan.FromSeconds(7)], handover.Waits);
        Assert.Empty(handover.Left);
    }

    [Fact]
    public void A_task_that_another_node_moved_last_was_not() =>
        Assert.Empty(Assert.Single(Of(Step("gateway-1-1", -3, 3), Step("gateway-2-1", -2, 4), Step("gateway-2-1", 7, 5))).Waits);

    [Fact]
    public void A_task_that_had_ended_was_not()
    {
        var handover = Assert.Single(Of(Step("gateway-1-1", -2, 3, state: "Success")));
        Assert.Empty(handover.Waits);
        Assert.Empty(handover.Left);
    }

    [Fact]
    public void A_task_that_nobody_moves_again_is_left() => Assert.Equal(["task_1"], Assert.Single(Of(Step("gateway-1-1", -2, 3))).Left);

    [Fact]
    public void A_strike_that_ended_no_life_hands_nothing_over() =>
        Assert.Empty(Handovers.Of([new FaultLine(1, "DatabaseRestart", true, Struck)], []));

    [Fact]
    public void What_is_no_step_is_passed_over() => Assert.Empty(Handovers.StepsIn("gateway-1-1", ["2026-03-14T09:26:53.000Z info: Filmgate.Server.Gateway[1] Task task_1: it is said.", ""]));

    private static IReadOnlyList<Handover> Of(params (string Life, string Line)[] lines) =>
        Handovers.Of([new FaultLine(1, "AnyMoment", true, Struck, "gateway-1-1")], lines.SelectMany(line => Handovers.StepsIn(line.Life, [line.Line])));

    private static (string Life, string Line) Step(string life, double seconds, long revision, string state = "Processing") => (
        life, $"{Struck.AddSeconds(seconds):yyyy-MM-ddTHH:mm:ss.fffZ} dbug: Filmgate.Engine.Lifecycle.TaskDriver[7] Task task_1: NoteProgress, now {state} at revision {revision}.");
}
