using Filmgate.Torture.Books;

namespace Filmgate.Torture.Verdict;

/// <summary>Compares the books with one another and with what the gateway says. Pure: the same evidence gives the same findings.</summary>
internal static class Oracle
{
    /// <summary>Everything that must not be, in the order of the statements.</summary>
    public static IReadOnlyList<Finding> Judge(Evidence evidence)
    {
        var books = new Ledgers(evidence);
        return
        [
            .. Lost(evidence, books), .. Ends(evidence, books), .. Doubles(books), .. Unexpected(evidence, books), .. Money(evidence, books), .. Webhooks(evidence, books),
            .. OneWay(evidence), .. Files(evidence, books), .. Replays(evidence, books), .. Store(evidence.Store), .. Logs(evidence.Logs),
            .. Aim(evidence, books),
        ];
    }

    // O1: what was answered is there, once, and as it was asked.
    private static IEnumerable<Finding> Lost(Evidence evidence, Ledgers books)
    {
        foreach (var intent in books.Intents)
        {
            var tasks = books.TasksOf(intent.Number);
            var (answered, isAnsweredNow) = (false, false);
            var ids = new HashSet<string>();
            foreach (var line in books.HeardOf(intent.Number))
            {
                // What the proxy saw begin and the driver's outcome after it are of one sending.
                if (line is AnswerLine)
                {
                    isAnsweredNow = true;
                    continue;
                }

                var ok = line as OutcomeLine is { Kind: "ok" } heard ? heard : null;
                if (ok is not null)
                {
                    ids.Add(ok.Task!);
                    if (answered && !ok.IsReplay)
                    {
                        yield return new("O1", $"{intent.Number} was answered with 2xx, and the same key made it anew as {ok.Task}");
                    }
                }

                answered |= isAnsweredNow || ok is not null;
                isAnsweredNow = false;
            }

            if (answered && tasks.Length == 0)
            {
                yield return new("O1", $"{intent.Number} was answered with 2xx and is no task");
            }

            if (tasks.Length > 1)
            {
                yield return new("O1", $"{intent.Number} is {tasks.Length} tasks: {string.Join(", ", tasks.Select(task => task.Task))}");
            }

            foreach (var id in ids.Where(id => tasks.All(task => task.Task != id)))
            {
                yield return new("O1", $"{intent.Number} was answered as {id}, which is not listed");
            }

            foreach (var task in tasks.Where(task => task.Asked != intent.Asked))
            {
                yield return new("O1", $"{task.Task} is '{task.Asked}', asked was '{intent.Asked}'");
            }
        }
    }

    // O2: every task has ended, or waits for what nobody can know; and its end is the provider's.
    private static IEnumerable<Finding> Ends(Evidence evidence, Ledgers books)
    {
        foreach (var task in evidence.Tasks)
        {
            var isDone = books.JobsOf(task.Number).Any(job => books.EndOf(job)?.Outcome == "done");
            if (!task.IsTerminal && !task.IsUnresolved)
            {
                yield return new("O2", $"{task.Task} is {task.State}, attempts {string.Join(", ", task.Attempts.Select(attempt => $"{attempt.State} at {attempt.Provider}"))}");
            }
            else if (task.IsUnresolved && evidence.FindsSubmissions.Contains(task.Attempts[^1].Provider))
            {
                yield return new("O2", $"{task.Task} is unresolved at {task.Attempts[^1].Provider}, which finds submissions");
            }
            else if (task.State == "success" && !isDone)
            {
                yield return new("O2", $"{task.Task} has succeeded without a job that was done");
            }
            else if (task.State == "failed" && isDone && !task.IsUnresolved)
            {
                yield return new("O2", $"{task.Task} has failed ({task.Reason}), and the provider has its clip");
            }
        }
    }

    // O3: one job for each task, unless the earlier one certainly costs nothing.
    private static IEnumerable<Finding> Doubles(Ledgers books) =>
        from jobs in books.Jobs.GroupBy(job => job.Number)
        where jobs.SkipLast(1).Any(job => books.EndOf(job) is not { BilledMicros: 0 })
        select new Finding("O3", $"{jobs.Key} has {jobs.Count()} jobs: {string.Join(", ", jobs.Select(job => job.Job))}");

    // O4: no job without a task, no task that nobody asked for or that was refused.
    private static IEnumerable<Finding> Unexpected(Evidence evidence, Ledgers books)
    {
        foreach (var job in books.Jobs.Where(job => books.TasksOf(job.Number).Length == 0))
        {
            yield return new("O4", $"job {job.Job} of {job.Number} belongs to no task");
        }

        foreach (var task in evidence.Tasks)
        {
            var heard = task.Number is { } number ? books.HeardOf(number) : [];
            if (task.Number is null || books.Intents.All(intent => intent.Number != task.Number))
            {
                yield return new("O4", $"{task.Task} was never asked for");
            }
            else if (heard.Length > 0 && heard.All(line => line is OutcomeLine { Kind: "fail" }))
            {
                yield return new("O4", $"{task.Task} was refused and is there all the same");
            }
        }
    }

    // O5: what tasks cost is what the provider has billed; what is open, or may have been billed, is held; the sums agree.
    private static IEnumerable<Finding> Money(Evidence evidence, Ledgers books)
    {
        long spent = 0, held = 0;
        foreach (var task in evidence.Tasks)
        {
            var (hold, net) = evidence.Ledger.TryGetValue(task.Task, out var entries) ? entries : new LedgerFact(0, 0);
            var billed = books.JobsOf(task.Number).Sum(job => books.EndOf(job)?.BilledMicros ?? 0);
            var mustBeHeld = !task.IsTerminal || task.IsUnresolved;
            var mayBeHeld = mustBeHeld || (task.State == "failed" && task.Attempts is [.., { State: "failed" }] && evidence.MayBillFailures.Contains(task.Attempts[^1].Provider));
            var isHeld = mayBeHeld && hold > 0 && net == hold;
            spent += net;
            held += isHeld ? net : 0;
            if (mustBeHeld && !isHeld)
            {
                yield return new("O5", $"{task.Task} is open or may have been billed, and of {hold} held {net} are left");
            }

            if (!mustBeHeld && task.CostMicros != billed)
            {
                yield return new("O5", $"{task.Task} cost {task.CostMicros}, the provider billed {billed}");
            }

            if (!isHeld && !mustBeHeld && net != billed)
            {
                yield return new("O5", $"the ledger has {net} for {task.Task}, the provider billed {billed}");
            }
        }

        if (evidence.Money.Reported != evidence.Tasks.Sum(task => task.CostMicros))
        {
            yield return new("O5", $"the spend report says {evidence.Money.Reported}, the tasks cost {evidence.Tasks.Sum(task => task.CostMicros)}");
        }

        if (evidence.Money.Spent != spent)
        {
            yield return new("O5", $"{evidence.Money.Spent} is taken out of the budget, the ledger of the tasks has {spent}");
        }

        if (evidence.Money.Held != held)
        {
            yield return new("O5", $"{evidence.Money.Held} is held, the ledger of the tasks has {held}");
        }
    }

    // O6: who wants to be told of the end is told of it, under one id, signed right, and of nothing else.
    private static IEnumerable<Finding> Webhooks(Evidence evidence, Ledgers books)
    {
        foreach (var intent in books.Intents)
        {
            var deliveries = books.DeliveriesOf(intent.Number);
            var end = books.TasksOf(intent.Number).FirstOrDefault(task => task.IsTerminal);
            if (end is not null && intent.HasWebhook && !deliveries.Any(delivery => delivery.Status is >= 200 and < 300 && delivery.State == end.State))
            {
                yield return new("O6", $"{end.Task} is {end.State} and nobody was told ({deliveries.Length} deliveries)");
            }

            if (deliveries.Length > 0 && (end is null || !intent.HasWebhook))
            {
                yield return new("O6", $"{intent.Number} has {deliveries.Length} deliveries that it should not have");
            }

            if (end is not null && deliveries.Any(delivery => delivery.State != end.State))
            {
                yield return new("O6", $"{end.Task} is {end.State} and was told of as {string.Join(", ", deliveries.Select(delivery => delivery.State).Distinct())}");
            }

            if (deliveries.Select(delivery => delivery.WebhookId).Distinct().Skip(1).Any())
            {
                yield return new("O6", $"{intent.Number} has more than one webhook id");
            }

            if (deliveries.Any(delivery => delivery.Signature != (evidence.IsSigned(intent.Number) ? "right" : "none")))
            {
                yield return new("O6", $"{intent.Number} has a webhook whose signature is not right");
            }
        }

        foreach (var stray in books.Deliveries.Where(delivery => books.Intents.All(intent => intent.Number != delivery.Number)))
        {
            yield return new("O6", $"webhook {stray.WebhookId} tells of {stray.Number}, which nobody asked for");
        }
    }

    // O7: no observer sees a task go back.
    private static IEnumerable<Finding> OneWay(Evidence evidence)
    {
        static int Rank(string state) => state switch { "pending" => 0, "processing" => 1, _ => 2 };

        var listed = evidence.Tasks.Select(task => new SightLine(task.Task, task.State));
        foreach (var sights in evidence.Driver.OfType<SightLine>().Concat(listed).GroupBy(sight => sight.Task))
        {
            foreach (var (before, after) in sights.Zip(sights.Skip(1)))
            {
                if (Rank(after.State) < Rank(before.State) || (Rank(before.State) == 2 && after.State != before.State))
                {
                    yield return new("O7", $"{sights.Key} was {before.State} and then {after.State}");
                }
            }
        }
    }

    // O8: the clip that is served is the one that the provider made for this task, byte for byte.
    private static IEnumerable<Finding> Files(Evidence evidence, Ledgers books)
    {
        foreach (var task in evidence.Tasks.Where(task => task.State == "success"))
        {
            if (!evidence.Clips.TryGetValue(task.Task, out var clip) || clip.Status != 200)
            {
                yield return new("O8", $"the clip of {task.Task} is not served (status {clip?.Status})");
            }
            else if (books.JobsOf(task.Number).All(job => job.ClipSha256 != clip.Sha256))
            {
                yield return new("O8", $"the clip of {task.Task} is {clip.Sha256}, which the provider did not make for it");
            }
        }
    }

    // O9: a key that was used stands for the same task for good.
    private static IEnumerable<Finding> Replays(Evidence evidence, Ledgers books)
    {
        foreach (var replay in evidence.Replays)
        {
            if (replay.Status is < 200 or > 299)
            {
                yield return new("O9", $"the key of {replay.Number} is answered with {replay.Status}");
            }
            else if (books.TasksOf(replay.Number).All(task => task.Task != replay.Task))
            {
                yield return new("O9", $"the key of {replay.Number} gives {replay.Task}, which is another task");
            }
        }

        if (evidence.JobsAfterReplays != evidence.JobsBeforeReplays)
        {
            yield return new("O9", $"the provider has {evidence.JobsAfterReplays - evidence.JobsBeforeReplays} jobs more since the keys were used again");
        }
    }

    // O10: the store is sound.
    private static IEnumerable<Finding> Store(StoreFact store)
    {
        if (store.DoctorExit != 0)
        {
            yield return new("O10", $"doctor ends with {store.DoctorExit}: {store.Doctor}");
        }

        if (store.Integrity != "ok")
        {
            yield return new("O10", $"integrity_check says {store.Integrity}");
        }

        if (store.ForeignKeyFaults > 0)
        {
            yield return new("O10", $"{store.ForeignKeyFaults} rows point to rows that are not there");
        }

        foreach (var file in store.LeftFiles)
        {
            yield return new("O8", $"the temporary file {file} is left");
        }
    }

    // A strike that hit an empty house proves nothing.
    private static IEnumerable<Finding> Aim(Evidence evidence, Ledgers books) =>
        from strike in books.Strikes
        where strike.InFlight < evidence.InFlightAsked
        select new Finding("aim", $"strike {strike.Fault.Cycle} at {strike.Fault.Point} fell with {strike.InFlight} tasks in flight, asked were {evidence.InFlightAsked}");

    // O11: no secret in a log, no end that nobody caused.
    private static IEnumerable<Finding> Logs(LogFact logs) =>
    [
        .. logs.Canaries.Select(canary => new Finding("O11", $"the log holds {canary}")),
        .. logs.Exits.Select(exit => new Finding("O11", $"the gateway ended by itself: {exit}")),
    ];
}
