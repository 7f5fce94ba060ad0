using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>Whose keys a door opens to.</summary>
/// <param name="Admits">Whether a kind of key is admitted.</param>
/// <param name="Otherwise">What the others are told.</param>
internal sealed record Entry(Predicate<KeyKind> Admits, string Otherwise)
{
    /// <summary>Administrators.</summary>
    public static Entry Administrators { get; } =
        new(kind => kind == KeyKind.Admin, "This key may not administer. Use a key that begins with fg_admin_.");

    /// <summary>Accounts, of which an admin key is none.</summary>
    /// <param name="owned">What stands behind the door, such as <c>tasks</c>.</param>
    public static Entry Accounts(string owned) =>
        new(kind => kind != KeyKind.Admin, $"An admin key owns no {owned}. Use a key that begins with fg_live_ or fg_test_.");
}

/// <summary>The door before every endpoint that needs a key: method, key, rate and right, in this order, for each surface alike.</summary>
/// <param name="keys">Checks keys.</param>
/// <param name="gate">Counts requests.</param>
/// <param name="form">Words refusals.</param>
/// <param name="entry">Whose keys it opens to.</param>
/// <param name="authenticateAsync">Finds the caller of a request; by the key in <c>Authorization: Bearer</c> when not given.</param>
internal sealed class CallerDoor(
    IKeyRing keys, IRateGate gate, ErrorForm form, Entry entry, Func<HttpContext, ValueTask<Caller?>>? authenticateAsync = null)
{
    /// <summary>A door that opens to accounts.</summary>
    public CallerDoor(IKeyRing keys, IRateGate gate, ErrorForm form, string owned, Func<HttpContext, ValueTask<Caller?>>? authenticateAsync = null)
        : this(keys, gate, form, Entry.Accounts(owned), authenticateAsync)
    {
    }

    private static readonly Refusal Nobody = new(RefusalKind.Unauthenticated, "The API key is missing or invalid.");

    private readonly Refusal nobody = Nobody with { Message = $"{Nobody.Message} {form.KeyHint}" };
    private readonly Func<HttpContext, ValueTask<Caller?>> authenticateAsync = authenticateAsync ?? (context => AuthenticateAsync(keys, context, Credentials.Read(context.Request.Headers)));

    /// <summary>
    /// Puts method, key and rate before an endpoint. The method is checked here and not by the router, whose own 405 has no
    /// body and is lost as soon as a catch-all route exists.
    /// </summary>
    public RequestDelegate For(string method, Func<HttpContext, Caller, Task> answer) => context =>
        HttpMethods.Equals(context.Request.Method, method) ? EnterAsync(context, answer) : RefuseMethodAsync(context, method);

    /// <summary>The same for an address with several methods.</summary>
    public RequestDelegate For(params IReadOnlyCollection<(string Method, Func<HttpContext, Caller, Task> Answer)> endpoints)
    {
        var allowed = string.Join(", ", endpoints.Select(endpoint => endpoint.Method));
        return context =>
        {
            foreach (var (method, answer) in endpoints)
            {
                if (HttpMethods.Equals(context.Request.Method, method))
                {
                    return EnterAsync(context, answer);
                }
            }

            return RefuseMethodAsync(context, allowed);
        };
    }

    /// <summary>The caller behind a key; null without one.</summary>
    public static ValueTask<Caller?> AuthenticateAsync(IKeyRing keys, HttpContext context, string? key) =>

        // Looking up a key or a task is short and is not worth a cancellation source per request.
        key is null ? ValueTask.FromResult<Caller?>(null) : keys.AuthenticateAsync(key, context.Connection.RemoteIpAddress, CancellationToken.None);

    private async Task EnterAsync(HttpContext context, Func<HttpContext, Caller, Task> answer)
    {
        var caller = await authenticateAsync(context);
        if (caller is null)
        {
            await form.WriteAsync(context, Unknown(gate.NoteWrongKey(context.Connection.RemoteIpAddress)));
            return;
        }

        // Mostly answered from memory, so this waits for nothing.
        var rate = await gate.TakeAsync(caller, CancellationToken.None);
        if (!rate.IsAllowed)
        {
            await form.WriteAsync(context, UsedUp(caller, rate));
            return;
        }

        if (!entry.Admits(caller.Kind))
        {
            await form.WriteAsync(context, new Refusal(RefusalKind.Forbidden, entry.Otherwise));
            return;
        }

        await answer(context, caller);
    }

    private Refusal Unknown(RateVerdict wrongKeys) => wrongKeys.IsAllowed ? nobody : new Refusal(
        RefusalKind.RequestRate,
        $"More than {wrongKeys.Limit} wrong keys came from this address within a minute; the Retry-After header says when to try again.")
    {
        RetryAfter = wrongKeys.Reset,
        Limit = wrongKeys.Limit,
    };

    private static Refusal UsedUp(Caller caller, RateVerdict rate) => new(
        RefusalKind.RequestRate,
        $"The {(caller.Kind == KeyKind.Admin ? "key" : "account")} has used its {rate.Limit} requests of this minute; the Retry-After header says when the next one begins.")
    {
        RetryAfter = rate.Reset,
        Limit = rate.Limit,
    };

    private Task RefuseMethodAsync(HttpContext context, string allowed) => form.WriteAsync(
        context, new Refusal(RefusalKind.Method, $"The method {context.Request.Method} is not allowed here; use {allowed}.") { Allow = allowed });
}
