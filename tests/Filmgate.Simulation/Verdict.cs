using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;

namespace Filmgate.Simulation;

/// <summary>Compares the house's books with the vendors' own after a run. Whatever does not agree is a violation.</summary>
internal sealed class Verdict(World world)
{
    public async Task JudgeAsync(int admitted)
    {
        var tasks = await world.Store.ListAsync(World.Owner, new TaskFilter { Limit = int.MaxValue }, CancellationToken.None).ConfigureAwait(false);
        Expect(tasks.Count == admitted, $"{admitted} tasks were accepted and {tasks.Count} are there.");
        await AskTheBooksAsync("before charges are decided").ConfigureAwait(false);
        foreach (var task in tasks)
        {
            await JudgeAsync(task).ConfigureAwait(false);
        }

        await DecideChargesAsync().ConfigureAwait(false);
        await AskTheBooksAsync("after charges are decided").ConfigureAwait(false);
        await CompareBillAsync().ConfigureAwait(false);
    }

    private async Task JudgeAsync(VideoTask task)
    {
        var name = task.Key.Task;
        Expect(task.State.IsTerminal(), $"Task {name} never ended: {task.State}, {task.LastAttempt}.");

        // A vendor's job that cost something, or may still: at most one in a task's life.
        // Where a vendor told the id of another's job, and that one failed for free or vanished, nothing from outside says that ours goes on.
        var paid = world.Vendors.SelectMany(vendor => vendor.Book).Where(job => job.Task == name.Value && job.Charge > Usd.Zero).ToArray();
        Expect(paid.Length <= 1 || paid.Any(IsConfused), $"Task {name} is paid {paid.Length} times: {string.Join(", ", paid.Select(job => job.Id))}.");
        if (task.State == TaskState.Success)
        {
            var job = world.Vendors.SelectMany(vendor => vendor.Book).FirstOrDefault(job => job.Id == task.LastAttempt!.UpstreamId);
            Expect(job is not null && (job.Task == name.Value || IsConfused(job)) && job.End == JobEnd.Clip, $"Task {name} has the clip of another: {job}.");
        }

        var told = (await world.Deliveries.FindOfTaskAsync(task.Key, CancellationToken.None).ConfigureAwait(false)).Count;
        Expect(!task.State.IsTerminal() || told == 1, $"Task {name} ended and has {told} deliveries.");
    }

    // As an operator would, with the vendor's bill in hand.
    private async Task DecideChargesAsync()
    {
        foreach (var charge in await world.Books.UnconfirmedAsync(null, null, int.MaxValue, CancellationToken.None).ConfigureAwait(false))
        {
            var task = await world.Store.FindByAttemptAsync(charge.Attempt, CancellationToken.None).ConfigureAwait(false);
            await world.Store.ApplyAsync(task!, new TaskTransition.ResolveCharge(world.Now, charge.Attempt, OnTheBill(charge.Attempt)), CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    private async Task CompareBillAsync()
    {
        var tasks = await world.Store.ListAsync(World.Owner, new TaskFilter { Limit = int.MaxValue }, CancellationToken.None).ConfigureAwait(false);
        foreach (var twice in tasks.Where(task => task.State == TaskState.Success).GroupBy(task => task.LastAttempt!.UpstreamId).Where(group => group.Count() > 1))
        {
            Expect(false, $"Clip {twice.Key} is the clip of {string.Join(" and ", twice.Select(task => task.Key.Task))}.");
        }

        foreach (var attempt in tasks.SelectMany(task => task.Attempts))
        {
            var bill = OnTheBill(attempt.Id);
            Expect(attempt.Cost == bill || IsConfused(attempt), $"Attempt {attempt.Id} ({attempt.State}) is booked at {attempt.Cost} and stands on the bill with {bill}.");
        }

        var known = tasks.SelectMany(task => task.Attempts).Select(attempt => attempt.Id).ToHashSet();
        foreach (var job in world.Vendors.SelectMany(vendor => vendor.Book).Where(job => !known.Contains(job.Attempt)))
        {
            Expect(false, $"Job {job.Id} belongs to no attempt of ours.");
        }
    }

    private bool IsConfused(Job job) => world.Vendors.Any(vendor => vendor.Confused.Contains(job.Id));

    private bool IsConfused(Attempt attempt) => world.Vendors.SelectMany(vendor => vendor.Book).Any(job => (job.Id == attempt.UpstreamId || job.Attempt == attempt.Id) && IsConfused(job));

    private Usd OnTheBill(AttemptId attempt) =>
        new(world.Vendors.SelectMany(vendor => vendor.Book).Where(job => job.Attempt == attempt).Sum(job => job.Charge.Micros));

    private async Task AskTheBooksAsync(string when)
    {
        foreach (var sentence in await world.Books.CheckAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Expect(false, $"{sentence} ({when})");
        }
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            world.Violations.Add(otherwise);
        }
    }
}
