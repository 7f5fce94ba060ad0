using System.Reflection;
using System.Text;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Tests.Tasks;

public sealed class TaskTransitionTests
{
    private static readonly AttemptId Attempt = new("att_1");

    // Rows: where the task is. Columns: the step. Cells: where it is afterwards; a dot is an IllegalTransitionException.
    private const string Table = """
                   StoreInputs Postpone    Prepare     Send        Accept      Refuse      LoseAnswer  Progress    Complete    FailAttempt Succeed     Fail        Cancel      SendCancel  Queue       HearOf      Drop        Abandon     Relocate    Park        Resolve
        new        ready       new         .           .           .           .           .           .           .           .           .           failed      new         .           .           .           .           .           .           .           .
        ready      .           ready       prepared    .           .           .           .           .           .           .           .           failed      ready       .           ready       .           .           .           .           .           .
        prepared   .           prepared    .           sent        .           refused     .           .           .           .           .           .           prepared    .           .           .           .           .           .           .           .
        sent       .           sent        .           .           accepted    refused     unknown     .           .           .           .           .           sent        .           .           .           .           .           .           .           .
        unknown    .           unknown     .           .           accepted    refused     .           .           .           .           .           .           unknown     .           .           unknown     unknown     abandoned   .           .           .
        accepted   .           accepted    .           .           .           .           .           accepted    completed   broken      .           .           wished      .           .           .           .           abandoned   .           .           .
        wished     .           wished      .           .           .           .           .           wished      completed   broken      .           .           wished      wished      .           .           .           abandoned   .           .           .
        refused    .           refused     prepared    .           .           .           .           .           .           .           .           failed      refused     .           refused     .           .           .           .           .           .
        completed  .           completed   .           .           .           .           .           .           .           .           success     failed      .           .           .           .           .           .           completed   completed   .
        broken     .           broken      prepared    .           .           .           .           .           .           .           .           failed      broken      .           broken      .           .           .           .           .           .
        lost       .           lost        prepared    .           .           .           .           .           .           .           .           failed      lost        .           lost        .           .           .           .           .           .
        abandoned  .           abandoned   prepared    .           .           .           .           .           .           .           .           unconfirmed abandoned   .           abandoned   .           .           .           .           .           abandoned
        unconfirmed.           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           failed
        success    .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .
        failed     .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .           .

        """;

    [Fact]
    public void Each_step_is_legal_exactly_where_the_table_says()
    {
        var drawn = new StringBuilder();
        string[] headings = ["StoreInputs", "Postpone", "Prepare", "Send", "Accept", "Refuse", "LoseAnswer", "Progress", "Complete", "FailAttempt", "Succeed", "Fail", "Cancel", "SendCancel",
            "Queue", "HearOf", "Drop", "Abandon", "Relocate", "Park", "Resolve"];
        AppendRow(drawn, "", headings);
        foreach (var task in TaskLife.Situations)
        {
            AppendRow(drawn, TaskLife.Describe(task), TaskLife.StepsFor(task).Select(step => Outcome(task, step)));
        }

        Assert.Equal(Table, drawn.ToString());
    }

    [Fact]
    public void The_table_holds_every_kind_of_step_once()
    {
        var all = typeof(TaskTransition).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(TaskTransition))).Select(type => type.Name);
        Assert.Equal(all.Order(), TaskLife.StepsFor(TaskLife.New).Select(step => step.Name).Order());
    }

    [Fact]
    public void Every_legal_step_counts_the_revision_up_by_one_and_keeps_the_due_time_rule()
    {
        var legal = 0;
        foreach (var task in TaskLife.Situations)
        {
            foreach (var step in TaskLife.StepsFor(task).Where(step => Outcome(task, step) != "."))
            {
                var next = step.Apply(task);
                legal++;
                Assert.Equal(task.Revision + 1, next.Revision);
                Assert.Equal(next.State.IsTerminal(), next.DueAt is null);
                Assert.Equal(next.State.IsTerminal(), next.CompletedAt is not null);
                Assert.True(next.State >= task.State, $"{step.Name} moved a task from {task.State} back to {next.State}.");
                Assert.InRange(next.Attempts.Count(attempt => attempt.State.IsOpen()), 0, 1);
            }
        }

        Assert.Equal(Table.Split('\n').Skip(1).Sum(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Count(cell => cell != ".")), legal);
    }

    [Fact]
    public void A_step_for_another_attempt_than_the_last_is_illegal()
    {
        var stranger = new AttemptId("att_other");
        Assert.Throws<IllegalTransitionException>(() => TaskLife.Send(stranger).Apply(TaskLife.Prepared));
        Assert.Throws<IllegalTransitionException>(() => TaskLife.Accept(stranger).Apply(TaskLife.Sent));
        Assert.Throws<IllegalTransitionException>(() => TaskLife.Refuse(stranger).Apply(TaskLife.Unknown));
        Assert.Throws<IllegalTransitionException>(() => TaskLife.Complete(stranger).Apply(TaskLife.Accepted));
        Assert.Throws<IllegalTransitionException>(() => TaskLife.NoteProgress(stranger, 1).Apply(TaskLife.Accepted));
    }

    [Fact]
    public void An_illegal_step_names_task_step_state_and_reason()
    {
        var error = Assert.Throws<IllegalTransitionException>(() => TaskLife.Fail.Apply(TaskLife.Accepted));
        Assert.Equal("Fail is not legal for task task_1 in state Processing (revision 4): an attempt is still open.", error.Message);
    }

    [Fact]
    public void Only_the_two_final_steps_make_a_callback_due()
    {
        var due = TaskLife.StepsFor(TaskLife.Accepted).Where(step => step.Delivery is not null).Select(step => step.Name);
        Assert.Equal(["Succeed", "Fail"], due);
    }

    [Fact]
    public void Sending_marks_the_moment_from_which_the_provider_may_have_it()
    {
        var sent = TaskLife.Sent;
        Assert.Equal(TaskState.Processing, sent.State);
        Assert.Equal(TaskLife.Start.AddSeconds(4), sent.LastAttempt!.SentAt);
        Assert.Equal(sent.LastAttempt.SentAt, sent.DueAt);
    }

    [Fact]
    public void Acceptance_keeps_the_providers_id_and_the_time_of_the_first_read()
    {
        var accepted = TaskLife.Accepted;
        Assert.Equal("up-1", accepted.LastAttempt!.UpstreamId);
        Assert.Equal(TaskLife.Start.AddSeconds(5), accepted.LastAttempt.AcceptedAt);
        Assert.Equal(TaskLife.Start.AddSeconds(20), accepted.DueAt);
    }

    [Fact]
    public void A_refusal_closes_the_attempt_and_routes_again_when_it_was_told_to()
    {
        var refused = TaskLife.Refused;
        Assert.Equal((RefusalClass.Busy, "It is full."), (refused.LastAttempt!.Refusal!.Value, refused.LastAttempt.Reason));
        Assert.Equal(TaskLife.Start.AddSeconds(5), refused.LastAttempt.EndedAt);
        Assert.Equal(TaskLife.Start.AddSeconds(30), refused.DueAt);
        Assert.Equal(TaskState.Processing, refused.State);
    }

    [Fact]
    public void A_second_attempt_is_numbered_and_leaves_the_first_as_history()
    {
        var again = TaskLife.Prepare(new AttemptId("att_2")).Apply(TaskLife.Refused);
        Assert.Equal([1, 2], again.Attempts.Select(attempt => attempt.Number));
        Assert.Equal(TaskLife.Refused.Attempts[0], again.Attempts[0]);
    }

    [Fact]
    public void Completion_keeps_place_and_price_of_the_clip()
    {
        var attempt = TaskLife.Completed.LastAttempt!;
        Assert.Equal(new ClipLocation.Url("https://cdn.example.com/1.mp4"), attempt.ClipLocation);
        Assert.Equal(new Usd(280_000), attempt.Cost);
        Assert.Equal(TaskLife.Start.AddSeconds(60), attempt.EndedAt);
    }

    [Fact]
    public void An_attempt_that_is_given_up_keeps_what_it_may_have_cost_until_somebody_knows()
    {
        var ended = TaskLife.Unconfirmed;
        Assert.False(ended.IsSettled);
        Assert.Equal((Usd.Zero, new Usd(280_000)), (ended.Cost, ended.Unconfirmed));

        var known = TaskLife.Resolve(Attempt).Apply(ended);
        Assert.True(known.IsSettled);
        Assert.Equal((new Usd(280_000), Usd.Zero), (known.Cost, known.Unconfirmed));
        Assert.Equal((ended.State, ended.CompletedAt, ended.Failure), (known.State, known.CompletedAt, known.Failure));
        Assert.Throws<IllegalTransitionException>(() => TaskLife.Resolve(Attempt).Apply(known));
    }

    [Fact]
    public void Giving_up_in_order_to_submit_again_holds_the_price_of_both()
    {
        var again = new TaskTransition.AbandonAttempt(TaskLife.Start.AddSeconds(900), Attempt, "Nobody knows.", new Usd(280_000), Code: null, Renewed: new Usd(490_000));
        var task = TaskLife.Unknown with { Hold = new Usd(280_000) };
        Assert.Equal(new Usd(770_000), again.Apply(task).Hold);
        Assert.Equal(new FurtherHold(Attempt, new Usd(490_000)), again.FurtherHold);
    }

    [Fact]
    public void A_place_in_a_queue_is_kept_from_the_first_moment_and_given_up_with_the_first_attempt()
    {
        var waiting = TaskLife.Queue.Apply(TaskLife.Ready);
        Assert.Equal(("kling", TaskLife.Start.AddSeconds(2)), (waiting.WaitingFor, waiting.WaitingSince));
        var elsewhere = new TaskTransition.Queue(TaskLife.Start.AddSeconds(40), "fal", TaskLife.Start.AddSeconds(70)).Apply(waiting);
        Assert.Equal(("fal", TaskLife.Start.AddSeconds(2), TaskLife.Start.AddSeconds(70)), (elsewhere.WaitingFor, elsewhere.WaitingSince, elsewhere.DueAt));
        var prepared = TaskLife.Prepare(Attempt).Apply(elsewhere);
        Assert.Null(prepared.WaitingFor);
        Assert.Null(prepared.WaitingSince);
        Assert.Null(TaskLife.Fail.Apply(elsewhere).WaitingFor);
    }

    [Fact]
    public void A_parked_clip_remembers_since_when_and_is_never_an_open_attempt_again()
    {
        var parked = TaskLife.ParkClip(Attempt).Apply(TaskLife.Completed);
        var later = new TaskTransition.ParkClip(TaskLife.Start.AddSeconds(900), Attempt, "It answers 404.", TaskLife.Start.AddSeconds(1500)).Apply(parked);
        Assert.Equal(TaskLife.Start.AddSeconds(62), later.LastAttempt!.UnfetchedSince);
        Assert.Equal((2, TaskLife.Start.AddSeconds(1500), "It answers 404."), (later.Tries, later.DueAt, later.LastAttempt.Reason));
        Assert.Equal(TaskState.Success, TaskLife.Succeed.Apply(later).State);
    }

    [Theory]
    [InlineData(40, 30, 40)]
    [InlineData(40, 41, 41)]
    [InlineData(40, 1000, 100)]
    [InlineData(0, -5, 0)]
    public void Progress_never_goes_back_and_stays_between_0_and_100(int before, int reported, int after)
    {
        var task = TaskLife.NoteProgress(Attempt, before).Apply(TaskLife.Accepted);
        Assert.Equal(after, TaskLife.NoteProgress(Attempt, reported).Apply(task).Progress);
    }

    [Fact]
    public void Postponing_and_parking_count_the_tries_and_every_step_forward_forgets_them()
    {
        foreach (var situation in TaskLife.Situations.Where(task => !task.State.IsTerminal()))
        {
            var tired = TaskLife.Postpone.Apply(TaskLife.Postpone.Apply(situation));
            Assert.Equal(2, tired.Tries);
            foreach (var step in TaskLife.StepsFor(tired).Where(step => step is not TaskTransition.Postpone && Outcome(tired, step) != "."))
            {
                var expected = step switch { TaskTransition.ParkClip => 3, TaskTransition.RelocateClip or TaskTransition.ResolveCharge => 2, _ => 0 };
                Assert.True(step.Apply(tired).Tries == expected, $"{step.Name} leaves {step.Apply(tired).Tries} tries instead of {expected}.");
            }
        }
    }

    [Fact]
    public void Success_carries_the_clip_and_failure_its_reason()
    {
        Assert.Equal((TaskLife.Clip, 100, null), (TaskLife.Success.Clip, TaskLife.Success.Progress, TaskLife.Success.Failure));
        Assert.Equal((null, TaskLife.Failure), (TaskLife.Failed.Clip, TaskLife.Failed.Failure));
    }

    [Fact]
    public void The_open_states_of_an_attempt_are_the_four_in_which_it_may_still_become_a_clip()
    {
        Assert.Equal(
            [AttemptState.Prepared, AttemptState.Sent, AttemptState.Accepted, AttemptState.Unknown],
            Enum.GetValues<AttemptState>().Where(state => state.IsOpen()));
    }

    [Fact]
    public void Every_transition_is_a_sealed_record_without_settable_state()
    {
        foreach (var type in typeof(TaskTransition).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(TaskTransition))))
        {
            Assert.True(type.IsSealed, $"{type.Name} must be sealed: the set of steps is closed.");
            Assert.All(
                type.GetProperties().Where(property => property.CanWrite),
                property => Assert.Contains(
                    property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers(),
                    modifier => modifier.FullName == "System.Runtime.CompilerServices.IsExternalInit"));
        }
    }

    private static string Outcome(VideoTask task, TaskTransition step)
    {
        try
        {
            return TaskLife.Describe(step.Apply(task));
        }
        catch (IllegalTransitionException)
        {
            return ".";
        }
    }

    private static void AppendRow(StringBuilder text, string name, IEnumerable<string> cells) =>
        text.Append((name.PadRight(11) + string.Concat(cells.Select(cell => cell.PadRight(12)))).TrimEnd()).Append('\n');
}
