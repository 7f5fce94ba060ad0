using Filmgate.Dialects.Http;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Tests.Http;

/// <summary>A creation whose caller left before the answer is taken up by the next one that is alike; nothing else is.</summary>
public sealed class UnheardCreationTests : IDisposable
{
    private const string Kling = "kling", Master = "master";

    private static readonly byte[] Print = [1, 2, 3];
    private static readonly TaskId Task = new("task_1");

    private readonly SetTime time = new();
    private readonly UnheardCreations unheard;
    private readonly CancellationTokenSource gone = new();

    public UnheardCreationTests() => unheard = new UnheardCreations(time);

    public void Dispose() => gone.Dispose();

    [Fact]
    public async Task A_burst_of_repetitions_gets_the_task_of_the_first()
    {
        Lose(Task);
        for (var repetition = 0; repetition < 4; repetition++)
        {
            using var lost = BeginLost();
            Assert.Equal(Task, await lost.Earlier);
            lost.End(Task);
        }

        using (var heard = Begin())
        {
            Assert.Equal(Task, await heard.Earlier);
            heard.End(Task);
        }

        using var next = Begin();
        Assert.Null(await next.Earlier);
    }

    [Fact]
    public async Task A_repetition_waits_for_the_creation_that_is_still_being_made()
    {
        using var first = BeginLost();
        await gone.CancelAsync();
        using var second = Begin();
        Assert.False(second.Earlier.IsCompleted);
        first.End(Task);
        Assert.Equal(Task, await second.Earlier);
    }

    [Fact]
    public async Task Two_callers_who_are_both_there_get_a_clip_each()
    {
        using var first = Begin();
        first.End(Task);
        using var second = Begin();
        Assert.Null(await second.Earlier);
    }

    [Fact]
    public async Task One_after_the_other_is_two_wishes()
    {
        Begin().Dispose();
        using var second = Begin();
        Assert.Null(await second.Earlier);
    }

    [Fact]
    public async Task Another_key_another_model_or_another_body_is_another_wish()
    {
        Lose(Task);
        using var key = unheard.Begin(ScriptedDesk.Other, Kling, Print, CancellationToken.None);
        using var model = unheard.Begin(ScriptedDesk.Owner, Master, Print, CancellationToken.None);
        using var body = unheard.Begin(ScriptedDesk.Owner, Kling, [3, 2, 1], CancellationToken.None);
        Assert.Null(await key.Earlier);
        Assert.Null(await model.Earlier);
        Assert.Null(await body.Earlier);
    }

    [Fact]
    public async Task A_caller_who_is_there_and_is_not_answered_gets_its_task_when_it_comes_back()
    {
        using (var unanswered = Begin())
        {
            unanswered.End(Task, isUnanswered: true);
        }

        using var again = Begin();
        Assert.Equal(Task, await again.Earlier);
    }

    [Fact]
    public async Task What_was_refused_or_broke_is_tried_anew()
    {
        Lose(null);
        using var again = Begin();
        Assert.Null(await again.Earlier);
    }

    [Fact]
    public async Task It_is_forgotten_when_its_time_is_over_and_leaves_nothing_behind()
    {
        Lose(Task);
        time.Now += UnheardCreations.Window;
        using (var late = Begin())
        {
            Assert.Null(await late.Earlier);
        }

        Assert.Equal(0, unheard.Count);
        for (byte body = 0; body < 100; body++)
        {
            unheard.Begin(ScriptedDesk.Owner, Kling, [body], gone.Token).Dispose();
        }

        Assert.Equal(100, unheard.Count);
        time.Now += UnheardCreations.Window;
        Lose(Task);
        Assert.Equal(1, unheard.Count);
    }

    private UnheardCreations.Creation Begin() => BeginAs(new CancellationToken(canceled: false));

    private UnheardCreations.Creation BeginLost() => BeginAs(gone.Token);

    private UnheardCreations.Creation BeginAs(CancellationToken left) => unheard.Begin(ScriptedDesk.Owner, Kling, Print, left);

    private void Lose(TaskId? task)
    {
        using var creation = BeginLost();
        gone.Cancel();
        creation.End(task);
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = ScriptedDesk.Created;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
