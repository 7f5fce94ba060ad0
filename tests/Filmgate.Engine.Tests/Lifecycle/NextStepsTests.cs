using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Lifecycle;

public sealed class NextStepsTests
{
    [Theory]
    [InlineData(TaskState.Success, true, null, null, NextStep.Rest)]
    [InlineData(TaskState.Failed, false, null, null, NextStep.Rest)]
    [InlineData(TaskState.Failed, true, AttemptState.Refused, null, NextStep.Rest)]
    [InlineData(TaskState.Pending, false, null, null, NextStep.Intake)]
    [InlineData(TaskState.Pending, true, null, null, NextStep.Route)]
    [InlineData(TaskState.Pending, true, AttemptState.Prepared, null, NextStep.Submit)]
    [InlineData(TaskState.Pending, true, AttemptState.Refused, null, NextStep.Route)]
    [InlineData(TaskState.Processing, true, AttemptState.Prepared, null, NextStep.Submit)]
    [InlineData(TaskState.Processing, true, AttemptState.Sent, null, NextStep.NoteLostAnswer)]
    [InlineData(TaskState.Processing, true, AttemptState.Unknown, null, NextStep.Resolve)]
    [InlineData(TaskState.Processing, true, AttemptState.Accepted, null, NextStep.Follow)]
    [InlineData(TaskState.Processing, true, AttemptState.Refused, null, NextStep.Route)]
    [InlineData(TaskState.Processing, true, AttemptState.Completed, null, NextStep.TakeIn)]
    [InlineData(TaskState.Processing, true, AttemptState.Failed, null, NextStep.Route)]
    [InlineData(TaskState.Processing, true, AttemptState.Failed, FailureCode.NsfwDetected, NextStep.Conclude)]
    public void The_record_alone_says_what_comes_next(TaskState state, bool intakeDone, AttemptState? attempt, FailureCode? code, NextStep next)
    {
        var task = House.NewTask() with
        {
            State = state,
            Inputs = intakeDone ? [] : null,
            Attempts = attempt is null
                ? []
                : [new Attempt { Id = new AttemptId("a"), Number = 1, Provider = "p", State = attempt.Value, FailCode = code, PreparedAt = House.Start }],
        };
        Assert.Equal(next, NextSteps.Of(task));
    }

    [Fact]
    public void Every_state_of_an_attempt_has_its_next_step()
    {
        foreach (var state in Enum.GetValues<AttemptState>())
        {
            var task = House.NewTask() with
            {
                State = TaskState.Processing,
                Inputs = [],
                Attempts = [new Attempt { Id = new AttemptId("a"), Number = 1, Provider = "p", State = state, PreparedAt = House.Start }],
            };
            Assert.NotEqual(state.IsOpen() || state == AttemptState.Completed, NextSteps.Of(task) is NextStep.Route);
        }
    }
}
