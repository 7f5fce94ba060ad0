namespace Filmgate.Client;

/// <summary>One submission of a task to one provider. What a server does not tell is null; all of it is in <see cref="VideoTask.RawResponse"/>.</summary>
/// <param name="Id">Names the attempt.</param>
/// <param name="Provider">The provider.</param>
/// <param name="State">Where the attempt stands, as the server says it.</param>
public sealed record VideoAttempt(string? Id, string? Provider, string? State);
