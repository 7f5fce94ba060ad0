namespace Filmgate.Cli;

/// <summary>The command line is wrong. The message says in one line what is wrong and what would be right.</summary>
/// <param name="message">The line.</param>
internal sealed class UsageException(string message) : Exception(message);
