namespace Filmgate.Engine.Egress;

/// <summary>What a server said to a POST.</summary>
/// <param name="StatusCode">The HTTP status, 200 to 999. A redirect is not followed but reported.</param>
/// <param name="RetryAfter">The wait it asked for, 0 s to 1 h; null when it asked for none or in no valid form.</param>
/// <param name="Body">The first bytes of its answer, at most <see cref="MostBodyBytes"/>, in no promised encoding.</param>
public sealed record PostAnswer(int StatusCode, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body)
{
    /// <summary>How much of an answer is kept: 16 KiB.</summary>
    public const int MostBodyBytes = 16 * 1024;

    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => StatusCode is >= 200 and < 300;
}
