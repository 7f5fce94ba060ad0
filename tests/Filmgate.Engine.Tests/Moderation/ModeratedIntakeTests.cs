using Filmgate.Engine.Moderation;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using static Filmgate.Engine.Tests.Intake.PictureFiles;

namespace Filmgate.Engine.Tests.Moderation;

/// <summary>What becomes of a task that is moderated, over a real store.</summary>
public sealed class ModeratedIntakeTests
{
    private static readonly ModerationVerdict Violates = new ModerationVerdict.Violates("violence");
    private static readonly ModerationVerdict Unavailable = new ModerationVerdict.Unavailable("The service is down.");

    [Fact]
    public async Task A_violation_fails_the_task_names_the_policy_and_costs_nothing()
    {
        await using var house = new SmallHouse([new ScriptedModerator(Violates)]);
        var caller = await house.AddAccountAsync();
        var admitted = await house.AdmitAsync("a fight", caller);
        Assert.Equal(Usd.FromDollars(1.40m), (await house.Accounts.TotalsAsync(caller.Account, house.Time.GetUtcNow(), SmallHouse.Token))!.Held);

        var task = await house.StepAsync(admitted);

        Assert.Equal(TaskState.Failed, task.State);
        Assert.Equal(new Failure(FailureCode.ContentViolation, "the prompt breaks the policy on 'violence'"), task.Failure);
        Assert.Empty(task.Attempts);
        var totals = await house.Accounts.TotalsAsync(caller.Account, house.Time.GetUtcNow(), SmallHouse.Token);
        Assert.Equal((Usd.Zero, Usd.Zero, 0), (totals!.Held, totals.Spent.Total, totals.TasksInFlight));
    }

    [Theory]
    [InlineData(RequestPart.NegativePrompt, "the negative prompt breaks the policy on 'nudity'")]
    [InlineData(RequestPart.Picture, "a picture breaks the policy on 'nudity'")]
    [InlineData(RequestPart.Any, "the request breaks the policy on 'nudity'")]
    public async Task The_message_names_the_part(RequestPart part, string message)
    {
        await using var house = new SmallHouse([new ScriptedModerator(new ModerationVerdict.Violates("nudity", part))]);
        var task = await house.StepAsync(await house.AdmitAsync("a walk", await house.AddAccountAsync()));
        Assert.Equal(message, task.Failure!.Message);
    }

    [Fact]
    public async Task A_moderator_sees_the_words_and_the_checked_pictures()
    {
        var moderator = new ScriptedModerator(ModerationVerdict.Fine);
        await using var house = new SmallHouse([moderator]);
        var caller = await house.AddAccountAsync();
        var picture = await house.Files.StoreAsync(Png(), SmallHouse.Token);
        var task = await house.StepAsync(await house.AdmitAsync("a walk", caller, "rain", GenerationRequest.StoredImagePrefix + picture.Sha256));

        Assert.NotNull(task.Inputs);
        Assert.Equal(TaskState.Pending, task.State);
        var asked = Assert.Single(moderator.Asked);
        Assert.Equal((caller.Account, "a walk", "rain"), (asked.Account, asked.Prompt, asked.NegativePrompt));
        Assert.Equal(new ModeratedPicture(house.Files.PathOf(picture.Sha256), "image/png", picture.Length), Assert.Single(asked.Pictures));
        Assert.DoesNotContain("walk", asked.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_used_is_not_shown_to_a_moderator()
    {
        var moderator = new ScriptedModerator(Violates);
        await using var house = new SmallHouse([moderator]);
        var picture = await house.Files.StoreAsync(Png(100, 100), SmallHouse.Token);
        var task = await house.StepAsync(await house.AdmitAsync("a walk", await house.AddAccountAsync(), null, GenerationRequest.StoredImagePrefix + picture.Sha256));
        Assert.Equal(FailureCode.UnsupportedFormat, task.Failure!.Code);
        Assert.Empty(moderator.Asked);
    }

    [Fact]
    public async Task A_task_waits_with_growing_pauses_for_a_moderator_that_is_away_and_goes_on_when_it_is_back()
    {
        var moderator = new ScriptedModerator(Unavailable, Unavailable, Unavailable, ModerationVerdict.Fine);
        await using var house = new SmallHouse([moderator]);
        var task = await house.AdmitAsync("a walk", await house.AddAccountAsync());
        var last = TimeSpan.Zero;
        for (var i = 1; i <= 3; i++)
        {
            task = await house.StepAsync(task);
            Assert.Equal((TaskState.Pending, i), (task.State, task.Tries));
            Assert.Null(task.Inputs);
            var wait = task.DueAt!.Value - house.Time.GetUtcNow();
            Assert.True(wait > last, $"The pause {wait} is not longer than {last}.");
            last = wait;
        }

        task = await house.StepAsync(task);
        Assert.NotNull(task.Inputs);
        Assert.Equal(0, task.Tries);
    }

    [Fact]
    public async Task A_task_that_waits_for_moderation_can_be_canceled()
    {
        await using var house = new SmallHouse([new ScriptedModerator(Unavailable)]);
        var caller = await house.AddAccountAsync();
        var task = await house.StepAsync(await house.AdmitAsync("a walk", caller));
        await house.Desk.CancelAsync(caller, task.Key.Task, SmallHouse.Token);
        Assert.Equal(FailureCode.Canceled, (await house.Tasks.LoadAsync(task.Key, SmallHouse.Token))!.Failure!.Code);
    }

    [Fact]
    public async Task The_operator_may_let_pass_what_cannot_be_judged()
    {
        await using var house = new SmallHouse([new ScriptedModerator(Unavailable)], WhenUnavailable.Allow);
        var task = await house.StepAsync(await house.AdmitAsync("a walk", await house.AddAccountAsync()));
        Assert.NotNull(task.Inputs);
    }

    [Fact]
    public async Task The_operator_may_refuse_what_cannot_be_judged()
    {
        await using var house = new SmallHouse([new ScriptedModerator(Unavailable)], WhenUnavailable.Refuse);
        var task = await house.StepAsync(await house.AdmitAsync("a walk", await house.AddAccountAsync()));
        Assert.Equal((TaskState.Failed, FailureCode.ModelUnavailable), (task.State, task.Failure!.Code));
        Assert.Contains("could not be checked", task.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("down", task.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WhenUnavailable.Wait), InlineData(WhenUnavailable.Allow), InlineData(WhenUnavailable.Refuse)]
    public async Task A_violation_stands_although_another_moderator_is_away(WhenUnavailable choice)
    {
        await using var house = new SmallHouse([new ScriptedModerator(Unavailable), new ScriptedModerator(Violates)], choice);
        var task = await house.StepAsync(await house.AdmitAsync("a fight", await house.AddAccountAsync()));
        Assert.Equal(FailureCode.ContentViolation, task.Failure!.Code);
    }

    [Fact]
    public async Task Without_moderators_everything_passes()
    {
        await using var house = new SmallHouse();
        var task = await house.StepAsync(await house.AdmitAsync("a fight", await house.AddAccountAsync()));
        Assert.NotNull(task.Inputs);
    }
}
