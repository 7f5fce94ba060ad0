using Filmgate.Model.Providers;

namespace Filmgate.Engine.Routing;

/// <summary>
/// Judges a provider by what tasks experience there. Each cause has its own pause, which doubles while the cause lasts. After the pause one
/// task at a time is let through until one is taken; after an outage a free read must go well before that, so that no task and no money
/// is spent on finding out.
/// </summary>
public sealed class ProviderHealth
{
    /// <summary>Failures in a row that make an outage.</summary>
    public const int OutageAfter = 5;

    private const double SamplesMin = 3;
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(30);

    private CoolingCause? _cause;
    private DateTimeOffset _until;
    private DateTimeOffset? _unwellSince;
    private bool _probed;
    private int _pauses;
    private int _failures;
    private double _good;
    private double _all;
    private DateTimeOffset _sampledAt;

    /// <summary>Why it is not well; null when it is.</summary>
    public CoolingCause? Cause => _cause;

    /// <summary>Since when it has not been well; null when it is.</summary>
    public DateTimeOffset? UnwellSince => _unwellSince;

    /// <summary>When its pause ends; null when it has none.</summary>
    public DateTimeOffset? CoolsUntil => _cause is null ? null : _until;

    /// <summary>Whether it is given no task now.</summary>
    public bool IsCooling(DateTimeOffset now) => _cause is not null && (now < _until || NeedsProbe(now));

    /// <summary>Whether its pause is over and a free read has to go well before a task is risked.</summary>
    public bool NeedsProbe(DateTimeOffset now) => _cause == CoolingCause.Outage && now >= _until && !_probed;

    /// <summary>Tasks that may be under way to it now, those that it has taken not counted: none while it cools, one on trial, any when it is well.</summary>
    public int SubmissionsMax(DateTimeOffset now) => IsCooling(now) ? 0 : _cause is null ? int.MaxValue : 1;

    /// <summary>Share of recent tasks that went well, younger ones counting more; null when there were too few.</summary>
    public double? SuccessRate => _all < SamplesMin ? null : _good / _all;

    /// <summary>Takes an experience in.</summary>
    /// <param name="news">What happened.</param>
    /// <param name="now">When.</param>
    /// <param name="chance">A number in [0, 1) that spreads the pause.</param>
    public void Note(ProviderNews news, DateTimeOffset now, double chance)
    {
        ArgumentNullException.ThrowIfNull(news);
        switch (news.Kind)
        {
            case NewsKind.Accepted:
                Recover();
                break;
            case NewsKind.Completed:
                Sample(true, now);
                break;
            case NewsKind.Failed:
                Sample(false, now);
                break;
            case NewsKind.Lost:
                NoteFailure(now, chance);
                break;
            case NewsKind.Refused:
                NoteRefusal(news.Refusal!.Value, news.RetryAfter, now, chance);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(news), news.Kind, "Not a kind of news.");
        }
    }

    /// <summary>Takes the outcome of a free read in.</summary>
    public void NoteProbe(bool wentWell, DateTimeOffset now, double chance)
    {
        if (wentWell)
        {
            _probed = true;
        }
        else
        {
            Cool(CoolingCause.Outage, retryAfter: null, now, chance);
        }
    }

    private void NoteRefusal(RefusalClass refusal, TimeSpan? retryAfter, DateTimeOffset now, double chance)
    {
        switch (refusal)
        {
            // It works: it has an opinion of the request.
            case RefusalClass.Input or RefusalClass.Policy:
                Recover();
                break;
            case RefusalClass.Busy:
                Cool(CoolingCause.Throttled, retryAfter, now, chance);
                break;
            case RefusalClass.Balance:
                Cool(CoolingCause.Balance, retryAfter, now, chance);
                break;
            case RefusalClass.Auth:
                Cool(CoolingCause.Auth, retryAfter, now, chance);
                break;
            case RefusalClass.Permission:
                Cool(CoolingCause.Permission, retryAfter, now, chance);
                break;
            case RefusalClass.Outage or RefusalClass.NotReceived:
                NoteFailure(now, chance, retryAfter);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Not a class of refusals.");
        }
    }

    private void NoteFailure(DateTimeOffset now, double chance, TimeSpan? retryAfter = null)
    {
        _failures++;
        Sample(false, now);

        // On trial, one failure is enough.
        if (_failures >= OutageAfter || (_cause is not null && now >= _until))
        {
            Cool(CoolingCause.Outage, retryAfter, now, chance);
        }
    }

    private void Recover() => (_cause, _unwellSince, _probed, _pauses, _failures) = (null, null, false, 0, 0);

    private void Cool(CoolingCause cause, TimeSpan? retryAfter, DateTimeOffset now, double chance)
    {
        // Those that were under way when the pause began say nothing new.
        if (_cause == cause && now < _until)
        {
            return;
        }

        _pauses = _cause == cause ? _pauses + 1 : 0;
        _cause = cause;
        _unwellSince ??= now;
        _probed = false;
        _until = now + (retryAfter ?? Pause(cause, _pauses) * (0.8 + 0.4 * chance));
    }

    private static TimeSpan Pause(CoolingCause cause, int before)
    {
        var (first, longest) = cause switch
        {
            CoolingCause.Throttled => (TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1)),
            CoolingCause.Outage => (TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(5)),
            _ => (TimeSpan.FromMinutes(1), TimeSpan.FromHours(1)),
        };
        const int DoublingsMax = 16;
        var planned = first * Math.Pow(2, Math.Min(before, DoublingsMax));
        return planned < longest ? planned : longest;
    }

    private void Sample(bool isGood, DateTimeOffset now)
    {
        var faded = Math.Pow(0.5, Math.Max(0, (now - _sampledAt) / HalfLife));
        (_good, _all, _sampledAt) = (_good * faded + (isGood ? 1 : 0), _all * faded + 1, now);
    }
}
