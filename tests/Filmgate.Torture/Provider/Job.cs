using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;

namespace Filmgate.Torture.Provider;

/// <summary>A job that the provider has accepted.</summary>
internal sealed class Job(VideoTask accepted, JobBehaviour behaviour, Usd price, string address)
{
    private readonly Lock _gate = new();
    private VideoTask _task = accepted;

    /// <summary>Its id.</summary>
    public string Id => Details.Task.Key.Task.Value;

    /// <summary>How it goes.</summary>
    public JobBehaviour Behaviour => behaviour;

    /// <summary>What it costs if it is done.</summary>
    public Usd Price => price;

    /// <summary>Where its end is posted; null for nowhere.</summary>
    public string? CallbackUrl => Details.Task.CallbackUrl;

    /// <summary>Whether it begins with a picture.</summary>
    public bool IsFromPicture { get; } = accepted.Request.Images.Length > 0;

    /// <summary>As the gateway sees it.</summary>
    public TaskDetails Details
    {
        get
        {
            lock (_gate)
            {
                return new TaskDetails(_task, _task.State == TaskState.Success ? address : null, PosterUrl: null);
            }
        }
    }

    /// <summary>Ends it, once; the note of that is on the disk before anybody can see it.</summary>
    public bool TryEnd(DateTimeOffset at, Failure? failure, Action note)
    {
        lock (_gate)
        {
            if (_task.State.IsTerminal())
            {
                return false;
            }

            note();
            var isDone = failure is null;
            _task = _task with
            {
                State = isDone ? TaskState.Success : TaskState.Failed,
                Failure = failure,
                CompletedAt = at,
                DueAt = null,
                Clip = isDone ? Clip(at) : null,
                Attempts = [Attempt(at, isDone ? price : Usd.Zero)],
            };
            return true;
        }
    }

    private Clip Clip(DateTimeOffset at) => new()
    {
        Id = new ClipId("clip_" + Id[(Id.IndexOf('_', StringComparison.Ordinal) + 1)..]),
        Sha256 = new string('0', 64),
        Length = 1,
        Width = ClipFile.SizeOf(IsFromPicture).Width,
        Height = ClipFile.SizeOf(IsFromPicture).Height,
        Duration = TimeSpan.FromSeconds(ClipFile.Seconds),
        Frames = ClipFile.Seconds * ClipFile.FramesPerSecond,
        ExpiresAt = at.AddDays(1),
    };

    private Attempt Attempt(DateTimeOffset at, Usd cost) => new()
    {
        Id = new AttemptId("att_" + Id),
        Number = 1,
        Provider = "own",
        State = AttemptState.Completed,
        Cost = cost,
        PreparedAt = _task.CreatedAt,
        SentAt = _task.CreatedAt,
        AcceptedAt = _task.CreatedAt,
        EndedAt = at,
    };
}
