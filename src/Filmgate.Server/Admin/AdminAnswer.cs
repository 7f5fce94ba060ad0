using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Model.Money;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>Writes answers of the admin API: the task API's envelope, names in snake case, times in UTC, money in dollars.</summary>
internal static class AdminAnswer
{
    /// <summary>Answers with an object whose members are written by the given function.</summary>
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> writeMembers)
    {
        var envelope = Envelope.Success();
        envelope.Json.WriteStartObject();
        writeMembers(envelope.Json);
        envelope.Json.WriteEndObject();
        envelope.Send(context.Response);
        return Task.CompletedTask;
    }

    /// <summary>Answers that there is no such thing.</summary>
    /// <param name="context">The request.</param>
    /// <param name="kind">What was looked for: account, key or attempt.</param>
    /// <param name="id">Its id.</param>
    /// <param name="list">Where those that there are can be read, below the API's base.</param>
    public static Task WriteNotFoundAsync(HttpContext context, string kind, string id, string list = "accounts lists what there is") => ApixoErrors.WriteAsync(
        context,
        StatusCodes.Status404NotFound,
        $"There is no {kind} '{new FieldError(kind, string.Empty, id).ShownValue}'; GET {AdminRoutes.Base}/{list}.");

    /// <summary>Writes an amount, or null.</summary>
    public static void WriteMoney(this Utf8JsonWriter json, string name, Usd? amount)
    {
        if (amount is { } given)
        {
            json.WriteNumber(name, given.Dollars);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes a time, or null; to the millisecond, as it is stored, so that a creation and a later read say the same.</summary>
    public static void WriteMoment(this Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } given)
        {
            json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(given.ToUnixTimeMilliseconds()).UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
