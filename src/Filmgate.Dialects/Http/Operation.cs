using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>A parameter of an operation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place"><c>query</c>, <c>path</c> or <c>header</c>.</param>
/// <param name="Description">What it means.</param>
/// <param name="IsRequired">Whether it must be given.</param>
internal sealed record OperationParameter(string Name, string Place, string Description, bool IsRequired = false);

/// <summary>A form in which the body of an operation may come.</summary>
/// <param name="MediaType">Its content type.</param>
/// <param name="Schema">The name of its shape.</param>
internal sealed record OperationBody(string MediaType, string Schema);

/// <summary>One thing that a caller can do: where, how, and what may be answered. Routes and the OpenAPI document both come from it.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path, with its placeholders.</param>
/// <param name="Id">Its name in generated clients.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Answer">The name of the shape of its <c>data</c>, or of the whole answer when it needs no key.</param>
internal sealed record Operation(string Method, string Path, string Id, string Summary, string Answer)
{
    /// <summary>Whether a key must be sent; without one the answer is not enveloped.</summary>
    public bool NeedsKey { get; init; } = true;

    /// <summary>The forms in which a body may come; empty when none is read.</summary>
    public ImmutableArray<OperationBody> Bodies { get; init; } = [];

    /// <summary>Whether the body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>Whether it may say that it repeats an earlier answer.</summary>
    public bool MayReplay { get; init; }

    /// <summary>Whether it answers with server-sent events, whose data each have the shape of the answer.</summary>
    public bool IsStream { get; init; }

    /// <summary>A content type that can be asked for beside JSON; null for none.</summary>
    public string? OtherAnswer { get; init; }

    /// <summary>Parameters.</summary>
    public ImmutableArray<OperationParameter> Parameters { get; init; } = [];

    /// <summary>Statuses of refusals beyond those that every operation with a key has.</summary>
    public ImmutableArray<int> Refusals { get; init; } = [];

    /// <summary>All statuses of refusals, in order.</summary>
    public IEnumerable<int> AllRefusals => NeedsKey ? Refusals.Concat(Door).Distinct().Order() : [];

    private static readonly ImmutableArray<int> Door =
    [
        StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status429TooManyRequests,
        StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable,
    ];
}
