using Filmgate.Dialects.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>The OpenAPI document of the task API, from <see cref="Operations"/>.</summary>
internal static class OpenApi
{
    /// <summary>The document.</summary>
    public static ReadOnlyMemory<byte> Document { get; } = OpenApiDocument.Write(
        "Filmgate task API",
        "Creates, follows and cancels video generation tasks. Every answer is {code, message, data}; code is the HTTP status.",
        Operations.All,
        AnswerSchemas.All(),
        AnswerSchemas.Failure,
        ErrorMap.Sentence);
}
