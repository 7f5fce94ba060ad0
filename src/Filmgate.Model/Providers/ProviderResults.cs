using Filmgate.Model.Money;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Providers;

/// <summary>Why a provider did not take a task; each class has its own consequence.</summary>
public enum RefusalClass
{
    /// <summary>The request is wrong for it: the task fails.</summary>
    Input = 1,
    /// <summary>It breaks its policy: the task fails.</summary>
    Policy = 2,
    /// <summary>It is full: wait and ask again.</summary>
    Busy = 3,
    /// <summary>We have no credit there: next provider.</summary>
    Balance = 4,
    /// <summary>Our key is bad there: next provider.</summary>
    Auth = 5,
    /// <summary>Our key may not do this there: next provider.</summary>
    Permission = 6,
    /// <summary>It is out of order: next provider.</summary>
    Outage = 7,
    /// <summary>It was never reached, or lost the task unbilled: submit again.</summary>
    NotReceived = 8,
}

/// <summary>The answer to a submission: a closed set.</summary>
public abstract record SubmitResult
{
    private SubmitResult()
    {
    }

    /// <summary>It has the task.</summary>
    /// <param name="UpstreamId">Its id for it.</param>
    /// <param name="ReadAfter">When a first read makes sense, where its answer says so; null leaves it to <see cref="ReadPace"/>.</param>
    public sealed record Accepted(string UpstreamId, TimeSpan? ReadAfter = null) : SubmitResult;

    /// <summary>It certainly does not have the task and bills nothing.</summary>
    /// <param name="Class">Why.</param>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="RetryAfter">How long it asked us to wait; null when it did not.</param>
    /// <param name="Code">The failure code that says it best, for <see cref="RefusalClass.Input"/> and <see cref="RefusalClass.Policy"/>; null for the class's own.</param>
    public sealed record Refused(RefusalClass Class, string Reason, TimeSpan? RetryAfter = null, FailureCode? Code = null) : SubmitResult;

    /// <summary>Something was sent and no answer came.</summary>
    /// <param name="Reason">What happened, in a sentence.</param>
    public sealed record Unknown(string Reason) : SubmitResult;
}

/// <summary>The answer to a look-up by our own id: a closed set.</summary>
public abstract record Sighting
{
    private Sighting()
    {
    }

    /// <summary>It has the task.</summary>
    /// <param name="UpstreamId">Its id for it.</param>
    public sealed record Found(string UpstreamId) : Sighting;

    /// <summary>It certainly does not have the task.</summary>
    public sealed record Absent : Sighting;

    /// <summary>It cannot say now.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record CannotTell(string Reason) : Sighting;
}

/// <summary>The answer to a read of an accepted task: a closed set.</summary>
public abstract record Reading
{
    private Reading()
    {
    }

    /// <summary>It is at it.</summary>
    /// <param name="Percent">0 to 100; null when it does not say.</param>
    /// <param name="ReadAfter">When the next read makes sense, where its answer says so; null leaves it to <see cref="ReadPace"/>.</param>
    public sealed record InProgress(int? Percent, TimeSpan? ReadAfter = null) : Reading;

    /// <summary>The clip is there.</summary>
    /// <param name="Location">Where.</param>
    /// <param name="Cost">What it charged; null when it does not say, so that its price list counts.</param>
    public sealed record Completed(ClipLocation Location, Usd? Cost) : Reading;

    /// <summary>It could not do it.</summary>
    /// <param name="Failure">Code and sentence for the caller.</param>
    /// <param name="Cost">What it says that it charged all the same; null when it does not say, so that what is known about it counts.</param>
    public sealed record Failed(Failure Failure, Usd? Cost = null) : Reading;

    /// <summary>It does not know the task (any more), and bills nothing for it.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record Lost(string Reason) : Reading;

    /// <summary>It could not be read now.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="RetryAfter">How long to wait.</param>
    public sealed record Unreadable(string Reason, TimeSpan RetryAfter) : Reading
    {
        /// <summary>Whether it said so to all our reads and not to this one: it is asked too often. Default: false.</summary>
        public bool IsForAll { get; init; }

        /// <summary>Whether a whole answer came that is no fault of the provider's own, so that it is there and works. Default: false.</summary>
        public bool IsAnswered { get; init; }

        /// <summary>
        /// Whether it says that it knows no task of this id. Of one that it has accepted that may be a moment's confusion, so it is read on; an id that only
        /// a callback has named is dropped when it goes on saying so. Default: false.
        /// </summary>
        public bool IsNotThere { get; init; }

        /// <summary>
        /// Whether it says that the task is done, and shows no clip: made and paid for by all that is known, so it is read on, ever more slowly, and
        /// never made again. Default: false.
        /// </summary>
        public bool IsWithoutClip { get; init; }
    }
}

/// <summary>Where a provider put a clip. Only a provider on this machine can name a file, so the kinds are different types.</summary>
public abstract record ClipLocation
{
    private const string UrlPrefix = "url:";
    private const string FilePrefix = "file:";
    private const string ProviderPrefix = "provider:";

    private ClipLocation()
    {
    }

    /// <summary>An address, fetched through the guarded client.</summary>
    /// <param name="Address">http or https.</param>
    public sealed record Url(string Address) : ClipLocation
    {
        /// <inheritdoc/>
        public override string ToString() => UrlPrefix + Address;
    }

    /// <summary>A file of the local renderer.</summary>
    /// <param name="Path">Absolute path.</param>
    public sealed record LocalFile(string Path) : ClipLocation
    {
        /// <inheritdoc/>
        public override string ToString() => FilePrefix + Path;
    }

    /// <summary>Behind the provider's own door: only its API gives it out, to our credentials.</summary>
    /// <param name="Reference">What <see cref="IVideoProvider.CopyClipAsync"/> needs to find it.</param>
    public sealed record AtProvider(string Reference) : ClipLocation
    {
        /// <inheritdoc/>
        public override string ToString() => ProviderPrefix + Reference;
    }

    /// <summary>Reads what <c>ToString</c> wrote.</summary>
    /// <exception cref="FormatException">None of the prefixes.</exception>
    public static ClipLocation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(UrlPrefix, StringComparison.Ordinal) ? new Url(text[UrlPrefix.Length..])
            : text.StartsWith(FilePrefix, StringComparison.Ordinal) ? new LocalFile(text[FilePrefix.Length..])
            : text.StartsWith(ProviderPrefix, StringComparison.Ordinal) ? new AtProvider(text[ProviderPrefix.Length..])
            : throw new FormatException("A clip location begins with url:, file: or provider:.");
    }
}
