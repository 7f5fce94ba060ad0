using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>Reads the header <c>Idempotency-Key</c> of a creation, which every surface honours.</summary>
internal static class IdempotencyHeader
{
    /// <summary>The header by which a repeated creation is known, and the one that says that it was.</summary>
    public const string Name = "Idempotency-Key", Replayed = "Idempotent-Replayed";

    private static readonly string Rule = $"must be 1 to {IdempotencyClaim.KeyLengthMax} visible ASCII characters without spaces";

    /// <summary>What is wrong with the header; null when it is absent or holds a key.</summary>
    public static RequestFault? Read(IHeaderDictionary headers, out string? key)
    {
        var all = headers[Name];
        key = null;
        switch (all.Count)
        {
            case 0:
                return null;
            case 1 when IdempotencyClaim.IsKey(all[0] ?? string.Empty):
                key = all[0];
                return null;
            case 1:
                return new(RequestField.IdempotencyKey, Rule, all[0] ?? string.Empty);
            default:
                return new(RequestField.IdempotencyKey, "must be given once", $"{all.Count} headers");
        }
    }
}
