namespace Filmgate.Torture.Faults;

/// <summary>Where a kill falls. Each is found from outside: by the proxy, the provider, the receiver or the clock.</summary>
internal enum KillPoint
{
    /// <summary>A creation is half read.</summary>
    RequestHalfRead = 1,
    /// <summary>A creation is read, and not answered.</summary>
    RequestRead = 2,
    /// <summary>The answer to a creation is half written.</summary>
    AnswerHalfWritten = 3,
    /// <summary>A creation is answered a moment ago.</summary>
    Answered = 4,
    /// <summary>The provider sees a connection and no bytes.</summary>
    ProviderConnect = 5,
    /// <summary>A submission is half sent.</summary>
    SubmissionHalfSent = 6,
    /// <summary>A submission is taken and not answered: the money window.</summary>
    SubmissionTaken = 7,
    /// <summary>A submission is answered a moment ago.</summary>
    SubmissionAnswered = 8,
    /// <summary>Somewhere between two reads.</summary>
    BetweenReads = 9,
    /// <summary>The provider has said that a job is done.</summary>
    ReadSaysDone = 10,
    /// <summary>A clip is half fetched.</summary>
    ClipHalfFetched = 11,
    /// <summary>A clip is fetched, and hardly committed.</summary>
    ClipFetched = 12,
    /// <summary>The receiver sees a connection and no bytes.</summary>
    ReceiverConnect = 13,
    /// <summary>A webhook is received and not answered.</summary>
    WebhookReceived = 14,
    /// <summary>A webhook is answered a moment ago.</summary>
    WebhookAnswered = 15,
    /// <summary>A provider's callback is on its way.</summary>
    CallbackReceived = 16,
    /// <summary>The provider is asked to stop a job.</summary>
    CancelTaken = 17,
    /// <summary>The gateway starts.</summary>
    Start = 18,
    /// <summary>The gateway was told to stop and is draining.</summary>
    Drain = 19,
    /// <summary>Any moment.</summary>
    AnyMoment = 20,
    /// <summary>Not killed but stopped for a while and continued.</summary>
    Pause = 21,
    /// <summary>Of several nodes: one stands still in the middle of what it says to others, for so long that they may give it up.</summary>
    Freeze = 22,
    /// <summary>Of several nodes: one is told to stop, has all the time that it wants for that, and is started again.</summary>
    Replace = 23,
    /// <summary>Of several nodes: the database that they share is killed and started again.</summary>
    DatabaseRestart = 24,
}

/// <summary>Who pulls the trigger at a point.</summary>
internal enum Watcher
{
    /// <summary>The proxy in front of the gateway.</summary>
    Proxy,
    /// <summary>The provider.</summary>
    Provider,
    /// <summary>The receiver.</summary>
    Receiver,
    /// <summary>The clock of the run.</summary>
    Clock,
}

/// <summary>What is known of the points.</summary>
internal static class KillPoints
{
    /// <summary>Those of one gateway over a database of its own.</summary>
    public static IReadOnlyList<KillPoint> All { get; } = [.. Enum.GetValues<KillPoint>().Where(point => point <= KillPoint.Pause)];

    /// <summary>Those of several nodes over one database: a pause is then a freeze.</summary>
    public static IReadOnlyList<KillPoint> OfNodes { get; } = [.. Enum.GetValues<KillPoint>().Where(point => point != KillPoint.Pause)];

    /// <summary>In the middle of what a node stands still.</summary>
    public static IReadOnlyList<KillPoint> FreezePlaces { get; } =
        [KillPoint.SubmissionTaken, KillPoint.SubmissionAnswered, KillPoint.SubmissionTaken, KillPoint.ReadSaysDone, KillPoint.ClipHalfFetched, KillPoint.WebhookReceived];

    /// <summary>Whether the point shows which node it is about. What a provider posts goes to the one address of all.</summary>
    public static bool TellsWho(this KillPoint point) => point != KillPoint.CallbackReceived;

    /// <summary>Who sees it.</summary>
    public static Watcher Watcher(this KillPoint point) => point switch
    {
        <= KillPoint.Answered => Faults.Watcher.Proxy,
        KillPoint.BetweenReads or >= KillPoint.Start => Faults.Watcher.Clock,
        KillPoint.ReceiverConnect or KillPoint.WebhookReceived or KillPoint.WebhookAnswered => Faults.Watcher.Receiver,
        _ => Faults.Watcher.Provider,
    };

    /// <summary>How many milliseconds may lie between the point and the kill.</summary>
    public static int SlackMax(this KillPoint point) => point switch
    {
        KillPoint.RequestRead => 30,
        KillPoint.Answered => 1,
        KillPoint.SubmissionAnswered or KillPoint.ReadSaysDone or KillPoint.WebhookAnswered or KillPoint.CallbackReceived => 5,
        KillPoint.ClipFetched => 20,
        _ => 0,
    };

    /// <summary>How often it comes among the others, for a run of any length.</summary>
    public static int Weight(this KillPoint point) => point switch
    {
        KillPoint.SubmissionTaken or KillPoint.SubmissionAnswered => 25,
        KillPoint.RequestRead or KillPoint.AnswerHalfWritten or KillPoint.ClipHalfFetched or KillPoint.Start => 20,
        KillPoint.AnyMoment => 40,
        KillPoint.SubmissionHalfSent or KillPoint.ReadSaysDone or KillPoint.ClipFetched or KillPoint.WebhookReceived or KillPoint.WebhookAnswered
            or KillPoint.Drain or KillPoint.Pause or KillPoint.Replace or KillPoint.DatabaseRestart => 15,
        KillPoint.Freeze => 30,
        _ => 10,
    };
}
