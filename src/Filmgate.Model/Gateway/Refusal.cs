using System.Collections.Immutable;
using Filmgate.Model.Money;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Gateway;

/// <summary>Why a request is not answered as it wishes. Each surface says it in its vendor's words; the kind decides who is to do what.</summary>
public enum RefusalKind
{
    /// <summary>The request is wrong: mend it.</summary>
    Input = 1,
    /// <summary>It breaks a content policy: change it.</summary>
    Policy = 2,
    /// <summary>No key, a wrong one, or two.</summary>
    Unauthenticated = 3,
    /// <summary>The key may not do this.</summary>
    Forbidden = 4,
    /// <summary>There is no such task, file or address, or it is another account's.</summary>
    NotFound = 5,
    /// <summary>The address takes other methods; <see cref="Refusal.Allow"/> names them.</summary>
    Method = 6,
    /// <summary>The body is of a type that is not taken.</summary>
    MediaType = 7,
    /// <summary>The body is too large.</summary>
    TooLarge = 8,
    /// <summary>The request came too slowly.</summary>
    TooSlow = 9,
    /// <summary>The idempotency key stands for another request.</summary>
    KeyReused = 10,
    /// <summary>The caller's own id names another task already.</summary>
    DuplicateId = 11,
    /// <summary>What is asked is not possible in the state that the task is in.</summary>
    WrongState = 12,
    /// <summary>The account's requests of this minute are used up.</summary>
    RequestRate = 13,
    /// <summary>The account has as many tasks in flight as it may have, or as many uploads.</summary>
    TooManyInFlight = 14,
    /// <summary>The budget does not reach.</summary>
    OverBudget = 15,
    /// <summary>The house cannot do it now.</summary>
    Unavailable = 16,
    /// <summary>A fault of ours; the caller gets a trace id and nothing else.</summary>
    Internal = 17,
    /// <summary>What is asked is kept no longer.</summary>
    Gone = 18,
    /// <summary>The model is not served now, and the vendor says so in a way that proves that nothing was accepted.</summary>
    NotServed = 19,
    /// <summary>Nothing is answered: the connection is cut.</summary>
    Unanswered = 20,
}

/// <summary>Where on its way a request was refused.</summary>
public enum RefusalStage
{
    /// <summary>At the door: key, right, requests of the minute.</summary>
    Door = 1,
    /// <summary>When it was read: address, method, body, fields.</summary>
    Request = 2,
    /// <summary>When it was to be taken: policy, limits, money, keys that were used before, the state of what it is about.</summary>
    Admission = 3,
    /// <summary>In the house itself.</summary>
    House = 4,
}

/// <summary>Who is to do something about a refusal.</summary>
public enum RefusalParty
{
    /// <summary>The caller.</summary>
    Caller = 1,
    /// <summary>The operator of this gateway.</summary>
    Gateway = 2,
}

/// <summary>A refusal before it is worded: one type for all surfaces.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">For people: what is wrong and the way out.</param>
public sealed record Refusal(RefusalKind Kind, string Message)
{
    /// <summary>What is wrong with the request's fields; empty when it is not about fields.</summary>
    public ImmutableArray<RequestFault> Faults { get; init; } = [];

    /// <summary>When to ask again; null when the surface is to say nothing about it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How much the limit that refused allows; null when there is none or it is not to be told.</summary>
    public int? Limit { get; init; }

    /// <summary>The methods that the address takes, with commas between; null unless that is the matter.</summary>
    public string? Allow { get; init; }

    // Long enough to be seen as a wait, short enough for a test.
    private static readonly TimeSpan RehearsedWait = TimeSpan.FromSeconds(2);

    /// <summary>Where the request was refused.</summary>
    public RefusalStage Stage => Kind switch
    {
        RefusalKind.Unauthenticated or RefusalKind.Forbidden or RefusalKind.RequestRate => RefusalStage.Door,
        RefusalKind.Input or RefusalKind.NotFound or RefusalKind.Method or RefusalKind.MediaType or RefusalKind.TooLarge or RefusalKind.TooSlow => RefusalStage.Request,
        RefusalKind.Unavailable or RefusalKind.Internal or RefusalKind.NotServed => RefusalStage.House,
        _ => RefusalStage.Admission,
    };

    /// <summary>Whose turn it is.</summary>
    public RefusalParty Party => Stage == RefusalStage.House ? RefusalParty.Gateway : RefusalParty.Caller;

    /// <summary>Whether the same request may be answered later.</summary>
    public bool IsRetryable => Kind is RefusalKind.RequestRate or RefusalKind.TooManyInFlight or RefusalKind.Unavailable or RefusalKind.Internal or RefusalKind.TooSlow or RefusalKind.NotServed;

    /// <summary>
    /// The refusal of a request with these faults, which each surface words by its own names of the fields. A plain fault beside one of
    /// policy or money is the one to mend first, so it decides.
    /// </summary>
    /// <param name="faults">At least one.</param>
    public static Refusal Of(ImmutableArray<RequestFault> faults) => new(
        faults.Any(fault => !IsPolicy(fault) && !IsMoney(fault)) ? RefusalKind.Input : faults.Any(IsPolicy) ? RefusalKind.Policy : RefusalKind.OverBudget,
        string.Join("; ", faults.Select(fault => $"{fault.Field} {fault.Rule}")))
    {
        Faults = faults,
    };

    /// <summary>The refusal that a creation came to; null when it was accepted.</summary>
    public static Refusal? Of(CreateOutcome outcome) => outcome switch
    {
        CreateOutcome.Accepted => null,
        CreateOutcome.Refused refused => Of(refused.Faults),
        CreateOutcome.KeyReused => new(
            RefusalKind.KeyReused,
            "This Idempotency-Key was used within 24 hours for another request; nothing was created. Use a new key, or send the same request again."),
        CreateOutcome.DuplicateId duplicate => new(
            RefusalKind.DuplicateId, $"The id {RequestFault.Shorten(duplicate.ExternalId)} names another task of this account already; nothing was created. Use a new one."),
        CreateOutcome.TooMany full => new(RefusalKind.TooManyInFlight, full.Reason) { RetryAfter = full.RetryAfter, Limit = full.Limit },
        CreateOutcome.OverBudget over => OverBudget(over.Price, over.Left),
        CreateOutcome.Unavailable unavailable => new(RefusalKind.Unavailable, unavailable.Reason) { RetryAfter = unavailable.RetryAfter },
        CreateOutcome.Rehearsed rehearsed => Of(rehearsed.Answer),
        CreateOutcome.Unanswered => new(RefusalKind.Unanswered, string.Empty),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No case is written for it."),
    };

    /// <summary>The refusal that a prompt asks for, as it would be if it had its usual cause.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no refusal.</exception>
    public static Refusal Of(RehearsedAnswer answer) => answer switch
    {
        RehearsedAnswer.Busy => new(RefusalKind.TooManyInFlight, ActedOut("@busy")) { RetryAfter = RehearsedWait },
        RehearsedAnswer.Input => Of([new RequestFault(RequestField.Prompt, "is refused, because it asks for @refuse(input)", Code: FailureCode.InvalidPrompt)]),
        RehearsedAnswer.Policy => Of([new RequestFault(RequestField.Prompt, "breaks the content policy, because it asks for @refuse(policy)", Code: FailureCode.ContentViolation)]),
        RehearsedAnswer.Balance => new(RefusalKind.OverBudget, ActedOut("@refuse(balance)")),
        RehearsedAnswer.Auth => new(RefusalKind.Unauthenticated, ActedOut("@refuse(auth)")),
        RehearsedAnswer.Permission => new(RefusalKind.Forbidden, ActedOut("@refuse(permission)")),
        RehearsedAnswer.Outage => new(RefusalKind.NotServed, ActedOut("@refuse(outage)")),
        RehearsedAnswer.ServerError => new(RefusalKind.Internal, ActedOut("@server-error")),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, "It is no refusal."),
    };

    private static string ActedOut(string directive) => $"Acted out: the prompt asks for {directive}.";

    private static bool IsPolicy(RequestFault fault) => fault.Code is FailureCode.ContentViolation or FailureCode.NsfwDetected;

    private static bool IsMoney(RequestFault fault) => fault.Code is FailureCode.InsufficientCredits;

    private static Refusal OverBudget(Usd price, Usd left) => new(
        RefusalKind.OverBudget,
        $"The task would cost {price} and the account may still spend {left}; nothing was created. Raise its budget, or choose a cheaper mode or duration.");
}
