using Filmgate.Torture.Books;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Faults;
using Filmgate.Torture.Verdict;

namespace Filmgate.Torture;

/// <summary>An oracle that cannot fail proves nothing: each kind of damage is done to sound books, and each is found.</summary>
public sealed class OracleTests
{
    private const string Made = "task_made", Refused = "task_refused", Parked = "task_parked";

    [Fact]
    public void Sound_books_have_no_findings() => Assert.Empty(Oracle.Judge(Sound()));

    [Theory]
    [InlineData("unknown")]
    [InlineData("abandoned")]
    public void A_task_that_failed_with_an_unconfirmed_charge_is_explained(string attempt)
    {
        var failed = WithTask(Sound(), Parked, task => task with { State = "failed", Reason = "GENERATION_FAILED: unconfirmed", Attempts = [(Providers.Replicate, attempt)] });
        failed = failed with { Receiver = [.. failed.Receiver, new DeliveryLine(3, "evt_3", "failed", "none", 200)] };
        Assert.Empty(Oracle.Judge(failed));
    }

    [Fact]
    public void A_submission_that_was_resolved_later_is_a_task_like_any_other()
    {
        var sound = Sound();
        var resolved = sound with
        {
            Tasks = [.. sound.Tasks.Select(task => task.Task == Parked
                ? task with { State = "success", CostMicros = 1_400_000, Attempts = [(Providers.Replicate, "completed")] }
                : task)],
            Receiver = [.. sound.Receiver, new DeliveryLine(3, "evt_3", "success", "none", 200)],
            Clips = new Dictionary<string, ClipFact>(sound.Clips) { [Parked] = new(200, "clip-of-3") },
            Money = new MoneyFact(Spent: 2_660_000, Held: 0, Reported: 2_660_000),
        };
        Assert.Empty(Oracle.Judge(resolved));
    }

    [Fact]
    public void A_failure_that_may_have_been_billed_may_keep_its_hold()
    {
        var sound = Sound();
        var kept = WithLedger(sound, Refused, new LedgerFact(1_400_000, 1_400_000)) with { Money = new MoneyFact(Spent: 4_060_000, Held: 2_800_000, Reported: 1_260_000) };
        Assert.Empty(Oracle.Judge(kept));
        Assert.Contains(Oracle.Judge(kept with { MayBillFailures = new HashSet<string>() }), finding => finding.Oracle == "O5");
    }

    [Fact]
    public void A_task_that_the_strike_itself_leaves_in_doubt_was_in_flight() => Assert.Empty(Oracle.Judge(InDoubt(Sound(), sentAt: Struck.AddSeconds(-0.5))));

    [Theory]
    [MemberData(nameof(Damages))]
    public void Every_damage_is_found(string damage, string oracle)
    {
        var findings = Oracle.Judge(Doctored[damage](Sound()));
        Assert.Contains(findings, finding => finding.Oracle == oracle);
    }

    public static TheoryData<string, string> Damages() => new()
    {
        { "an acknowledged task is gone", "O1" },
        { "a task is gone whose answer only the proxy saw", "O1" },
        { "a key makes an acknowledged task anew", "O1" },
        { "one key is two tasks", "O1" },
        { "a task is another one than was asked for", "O1" },
        { "a task never ends", "O2" },
        { "a submission stays unresolved where it could be found", "O2" },
        { "a task fails although its clip was made and paid", "O2" },
        { "a task succeeds although nothing was made", "O2" },
        { "a job is doubled", "O3" },
        { "a job has no task", "O4" },
        { "a task is there that was refused", "O4" },
        { "a task is there that nobody asked for", "O4" },
        { "a charge is not what was billed", "O5" },
        { "a charge is missing from the report", "O5" },
        { "a hold is forgotten", "O5" },
        { "a hold is kept in part", "O5" },
        { "a hold is left behind", "O5" },
        { "the holds and the ledger differ", "O5" },
        { "the budget and the charges differ", "O5" },
        { "nobody is told of an end", "O6" },
        { "every telling is refused", "O6" },
        { "the wrong end is told", "O6" },
        { "an event has two ids", "O6" },
        { "a signature is wrong", "O6" },
        { "a signature is missing", "O6" },
        { "an end is told that has not come", "O6" },
        { "a state goes back", "O7" },
        { "one end follows another", "O7" },
        { "the list shows another end than was seen", "O7" },
        { "a clip has wrong bytes", "O8" },
        { "a clip is the one of another task", "O8" },
        { "a clip is not served", "O8" },
        { "a temporary file is left", "O8" },
        { "a key stands for another task", "O9" },
        { "a key is no longer taken", "O9" },
        { "a key used again makes a job", "O9" },
        { "the doctor is not content", "O10" },
        { "the database is damaged", "O10" },
        { "a row points nowhere", "O10" },
        { "a log holds a secret", "O11" },
        { "the gateway ends by itself", "O11" },
        { "a strike falls on fewer tasks than asked", "aim" },
        { "a strike falls after a task has ended", "aim" },
        { "a strike falls on a task that another one had left in doubt", "aim" },
    };

    private static readonly Dictionary<string, Func<Evidence, Evidence>> Doctored = new()
    {
        ["an acknowledged task is gone"] = sound => sound with { Tasks = [.. sound.Tasks.Where(task => task.Task != Made)] },
        ["a task is gone whose answer only the proxy saw"] = sound => sound with
        {
            Driver = [.. sound.Driver, new IntentLine(9, "torture-9", "asked 9", HasWebhook: false), new AnswerLine(9), new OutcomeLine(9, "unknown", 0, null, IsReplay: false)],
        },
        ["a key makes an acknowledged task anew"] = sound => sound with { Driver = [.. sound.Driver, new AnswerLine(1), new OutcomeLine(1, "ok", 200, Made, IsReplay: false)] },
        ["one key is two tasks"] = sound => sound with { Tasks = [.. sound.Tasks, sound.Tasks[1] with { Task = "task_twin" }] },
        ["a task is another one than was asked for"] = sound => WithTask(sound, Made, task => task with { Asked = "something else" }),
        ["a task never ends"] = sound => WithTask(sound, Refused, task => task with { State = "processing", Attempts = [(Providers.Kling, "accepted")] }),
        ["a submission stays unresolved where it could be found"] = sound => WithTask(sound, Parked, task => task with { Attempts = [(Providers.Kling, "unknown")] }),
        ["a task fails although its clip was made and paid"] = sound => WithTask(sound, Made, task => task with { State = "failed" }),
        ["a task succeeds although nothing was made"] = sound => WithTask(sound, Refused, task => task with { State = "success" }),
        ["a job is doubled"] = sound => sound with { Provider = [.. sound.Provider, new JobLine(1, "job-1b", "kling", "att-1", "body-1", 1_260_000, "clip-of-1b")] },
        ["a job has no task"] = sound => sound with { Provider = [.. sound.Provider, new JobLine(8, "job-8", "kling", "att-8", "body-8", 1_260_000, "clip-of-8")] },
        ["a task is there that was refused"] = sound => sound with
        {
            Driver = [.. sound.Driver, new IntentLine(9, "torture-9", "asked 9", HasWebhook: false), new OutcomeLine(9, "fail", 400, null, IsReplay: false)],
            Tasks = [.. sound.Tasks, sound.Tasks[1] with { Task = "task_9", Number = 9, Asked = "asked 9" }],
        },
        ["a task is there that nobody asked for"] = sound => sound with { Tasks = [.. sound.Tasks, sound.Tasks[1] with { Task = "task_stray", Number = 77 }] },
        ["a charge is not what was billed"] = sound => WithTask(sound, Made, task => task with { CostMicros = 1_400_000 }),
        ["a charge is missing from the report"] = sound => sound with { Money = sound.Money with { Reported = 0 } },
        ["a hold is forgotten"] = sound => WithLedger(sound, Parked, new LedgerFact(1_400_000, 0)) with { Money = new MoneyFact(1_260_000, 0, 1_260_000) },
        ["a hold is kept in part"] = sound => WithLedger(sound, Refused, new LedgerFact(1_400_000, 700_000)) with { Money = new MoneyFact(3_360_000, 2_100_000, 1_260_000) },
        ["a hold is left behind"] = sound => WithLedger(sound, Made, new LedgerFact(1_400_000, 1_400_000)) with { Money = new MoneyFact(2_800_000, 1_400_000, 1_260_000) },
        ["the holds and the ledger differ"] = sound => sound with { Money = sound.Money with { Held = 0 } },
        ["the budget and the charges differ"] = sound => sound with { Money = sound.Money with { Spent = sound.Money.Spent + 1 } },
        ["nobody is told of an end"] = sound => sound with { Receiver = [.. sound.Receiver.OfType<DeliveryLine>().Where(delivery => delivery.Number != 1)] },
        ["every telling is refused"] = sound => WithDelivery(sound, 1, delivery => delivery with { Status = 503 }),
        ["the wrong end is told"] = sound => WithDelivery(sound, 1, delivery => delivery with { State = "failed" }),
        ["an event has two ids"] = sound => sound with { Receiver = [.. sound.Receiver, new DeliveryLine(1, "evt_other", "success", "none", 200)] },
        ["a signature is wrong"] = sound => WithDelivery(sound, 2, delivery => delivery with { Signature = "wrong" }),
        ["a signature is missing"] = sound => WithDelivery(sound, 2, delivery => delivery with { Signature = "none" }),
        ["an end is told that has not come"] = sound => sound with { Receiver = [.. sound.Receiver, new DeliveryLine(3, "evt_3", "success", "none", 200)] },
        ["a state goes back"] = sound => sound with { Driver = [.. sound.Driver, new SightLine(Parked, "processing"), new SightLine(Parked, "pending")] },
        ["one end follows another"] = sound => sound with { Driver = [.. sound.Driver, new SightLine(Made, "failed"), new SightLine(Made, "success")] },
        ["the list shows another end than was seen"] = sound => sound with { Driver = [.. sound.Driver, new SightLine(Refused, "success")] },
        ["a clip has wrong bytes"] = sound => sound with { Clips = new Dictionary<string, ClipFact> { [Made] = new(200, "something else") } },
        ["a clip is the one of another task"] = sound => sound with { Clips = new Dictionary<string, ClipFact> { [Made] = new(200, "clip-of-3") } },
        ["a clip is not served"] = sound => sound with { Clips = new Dictionary<string, ClipFact> { [Made] = new(404, "") } },
        ["a temporary file is left"] = sound => sound with { Store = sound.Store with { LeftFiles = ["incoming/half"] } },
        ["a key stands for another task"] = sound => sound with { Replays = [new ReplayFact(1, 200, Refused)] },
        ["a key is no longer taken"] = sound => sound with { Replays = [new ReplayFact(1, 422, null)] },
        ["a key used again makes a job"] = sound => sound with { JobsAfterReplays = sound.JobsBeforeReplays + 1 },
        ["the doctor is not content"] = sound => sound with { Store = sound.Store with { DoctorExit = 1 } },
        ["the database is damaged"] = sound => sound with { Store = sound.Store with { Integrity = "row 7 missing from index" } },
        ["a row points nowhere"] = sound => sound with { Store = sound.Store with { ForeignKeyFaults = 1 } },
        ["a log holds a secret"] = sound => sound with { Logs = sound.Logs with { Canaries = ["a prompt"] } },
        ["a strike falls on fewer tasks than asked"] = sound => sound with { InFlightAsked = 2 },
        ["a strike falls after a task has ended"] = sound => WithTask(sound, Made, task => task with { EndedAt = Struck }),
        ["a strike falls on a task that another one had left in doubt"] = sound => InDoubt(sound, Struck.AddSeconds(-2)),
        ["the gateway ends by itself"] = sound => sound with { Logs = sound.Logs with { Exits = ["exit code 134"] } },
    };

    // Two strikes, and one task in flight at both but for the first having left it in doubt.
    private static Evidence InDoubt(Evidence sound, DateTimeOffset sentAt)
    {
        var earlier = WithTask(
            WithTask(sound, Made, task => task with { EndedAt = Struck }), Parked, task => task with { CreatedAt = Struck.AddSeconds(-3), SentAt = sentAt });
        return earlier with { Driver = [new FaultLine(1, nameof(KillPoint.SubmissionTaken), Hit: true, Struck.AddSeconds(-1)), .. earlier.Driver] };
    }

    private static readonly DateTimeOffset Struck = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // Three tasks, one of each kind, and a strike while the first was in flight: made after a first answer that nobody saw; refused by the provider, told with a signature; and one whose
    // submission was taken and never answered, at a provider that cannot be asked.
    private static Evidence Sound() => new()
    {
        Driver =
        [
            new IntentLine(1, "torture-1", "asked 1", HasWebhook: true), new AnswerLine(1), new OutcomeLine(1, "unknown", 0, null, IsReplay: false),
            new OutcomeLine(1, "ok", 200, Made, IsReplay: true),
            new IntentLine(2, "torture-2", "asked 2", HasWebhook: true), new AnswerLine(2), new OutcomeLine(2, "ok", 201, Refused, IsReplay: false),
            new IntentLine(3, "torture-3", "asked 3", HasWebhook: true), new OutcomeLine(3, "unknown", 0, null, IsReplay: false), new OutcomeLine(3, "ok", 200, Parked, IsReplay: false),
            new FaultLine(1, nameof(KillPoint.SubmissionTaken), Hit: true, Struck),
            new SightLine(Made, "pending"), new SightLine(Made, "processing"), new SightLine(Refused, "failed"), new SightLine(Parked, "processing"),
        ],
        Provider =
        [
            new JobLine(1, "job-1", "kling", "att-1", "body-1", 1_260_000, "clip-of-1"), new JobEndLine("job-1", "done", 1_260_000),
            new JobLine(2, "job-2", "kling", "att-2", "body-2", 1_400_000, "clip-of-2"), new JobEndLine("job-2", "failed", 0),
            new JobLine(3, "job-3", "replicate", null, "body-3", 1_400_000, "clip-of-3"), new JobEndLine("job-3", "done", 1_400_000),
        ],
        Receiver =
        [
            new DeliveryLine(1, "evt_1", "success", "none", 503), new DeliveryLine(1, "evt_1", "success", "none", 200), new DeliveryLine(2, "evt_2", "failed", "right", 200),
        ],
        Tasks =
        [
            new TaskFact(Made, 1, "asked 1", "success", null, 1_260_000, [(Providers.Kling, "refused"), (Providers.Kling, "completed")])
            {
                CreatedAt = Struck.AddSeconds(-1), EndedAt = Struck.AddSeconds(1),
            },
            new TaskFact(Refused, 2, "asked 2", "failed", "GENERATION_FAILED: no", 0, [(Providers.Kling, "failed")])
            {
                CreatedAt = Struck.AddSeconds(1), EndedAt = Struck.AddSeconds(2),
            },
            new TaskFact(Parked, 3, "asked 3", "processing", null, 0, [(Providers.Replicate, "unknown")]) { CreatedAt = Struck.AddSeconds(1) },
        ],
        Clips = new Dictionary<string, ClipFact> { [Made] = new(200, "clip-of-1") },
        Ledger = new Dictionary<string, LedgerFact> { [Made] = new(1_400_000, 1_260_000), [Refused] = new(1_400_000, 0), [Parked] = new(1_400_000, 1_400_000) },
        Money = new MoneyFact(Spent: 2_660_000, Held: 1_400_000, Reported: 1_260_000),
        Replays = [new ReplayFact(1, 200, Made), new ReplayFact(2, 201, Refused), new ReplayFact(3, 200, Parked)],
        JobsBeforeReplays = 3,
        JobsAfterReplays = 3,
        InFlightAsked = 1,
        Store = new StoreFact(0, "The store is sound.", "ok", 0, []),
        Logs = new LogFact([], []),
        FindsSubmissions = new HashSet<string> { Providers.Kling },
        MayBillFailures = new HashSet<string> { Providers.Kling, Providers.Replicate },
        IsSigned = number => number == 2,
    };

    private static Evidence WithTask(Evidence sound, string id, Func<TaskFact, TaskFact> change) =>
        sound with { Tasks = [.. sound.Tasks.Select(task => task.Task == id ? change(task) : task)] };

    private static Evidence WithLedger(Evidence sound, string id, LedgerFact entries) =>
        sound with { Ledger = new Dictionary<string, LedgerFact>(sound.Ledger) { [id] = entries } };

    private static Evidence WithDelivery(Evidence sound, int number, Func<DeliveryLine, DeliveryLine> change) =>
        sound with { Receiver = [.. sound.Receiver.OfType<DeliveryLine>().Select(delivery => delivery.Number == number ? change(delivery) : delivery)] };
}
