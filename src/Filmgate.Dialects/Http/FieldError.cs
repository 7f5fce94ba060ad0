using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Http;

/// <summary>One thing wrong with a request that is no generation, such as an administrator's.</summary>
/// <param name="Field">The field as the caller wrote it, such as <c>budget.per_day</c>.</param>
/// <param name="Rule">What is allowed, as the rest of a sentence that begins with the field's name.</param>
/// <param name="Value">The value as given; null when nothing was given. It is shortened before it is shown.</param>
public sealed record FieldError(string Field, string Rule, string? Value = null)
{
    /// <summary>The value, cut to a length that fits into a message.</summary>
    public string? ShownValue => new RequestFault(RequestField.Body, Rule, Value).ShownValue;

    /// <summary>The error in one sentence: field, what is allowed, what came.</summary>
    public string Sentence => FieldNames.Sentence(Field, Rule, Value);
}
