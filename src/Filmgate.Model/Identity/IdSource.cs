namespace Filmgate.Model.Identity;

/// <summary>
/// Makes ids: a prefix that says what it names, the creation time (48 bits of milliseconds) and 128 random bits,
/// in lower-case base 32. Neighbours in time are neighbours in the index, and nobody can guess one.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="fillRandom">Fills a buffer with random bytes: a cryptographic generator in production, a seeded one in simulation.</param>
public sealed class IdSource(TimeProvider time, Action<byte[]> fillRandom)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeCharacters = 10;
    private const int RandomBytes = 16;
    private const int RandomCharacters = 26;

    /// <summary>A new account id, <c>acc_…</c>.</summary>
    public AccountId NewAccount() => new(Next("acc_"));

    /// <summary>A new key id, <c>key_…</c>.</summary>
    public KeyId NewKey() => new(Next("key_"));

    /// <summary>A new task id, <c>task_…</c>.</summary>
    public TaskId NewTask() => new(Next("task_"));

    /// <summary>A new attempt id, <c>att_…</c>.</summary>
    public AttemptId NewAttempt() => new(Next("att_"));

    /// <summary>A new clip id, <c>clip_…</c>.</summary>
    public ClipId NewClip() => new(Next("clip_"));

    /// <summary>A new delivery id, <c>evt_…</c>.</summary>
    public DeliveryId NewDelivery() => new(Next("evt_"));

    /// <summary>A new webhook endpoint id, <c>ep_…</c>.</summary>
    public EndpointId NewEndpoint() => new(Next("ep_"));

    /// <summary>A new upload id, <c>upl_…</c>.</summary>
    public UploadId NewUpload() => new(Next("upl_"));

    /// <summary>When an id was made, to the millisecond; null for a text that is no id of ours.</summary>
    public static DateTimeOffset? TimeOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var begin = id.IndexOf('_', StringComparison.Ordinal) + 1;
        if (begin == 0 || id.Length < begin + TimeCharacters)
        {
            return null;
        }

        long milliseconds = 0;
        foreach (var character in id.AsSpan(begin, TimeCharacters))
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
            {
                return null;
            }

            milliseconds = (milliseconds << 5) | (uint)digit;
        }

        return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }

    private string Next(string prefix)
    {
        var random = new byte[RandomBytes];
        fillRandom(random);
        var milliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        return string.Create(prefix.Length + TimeCharacters + RandomCharacters, (prefix, milliseconds, random), static (text, from) =>
        {
            from.prefix.CopyTo(text);
            var rest = text[from.prefix.Length..];
            for (var i = 0; i < TimeCharacters; i++)
            {
                rest[i] = Alphabet[(int)(from.milliseconds >> (5 * (TimeCharacters - 1 - i))) & 31];
            }

            rest = rest[TimeCharacters..];
            var bits = 0;
            var pending = 0;
            var next = 0;
            for (var i = 0; i < RandomCharacters; i++)
            {
                if (bits < 5 && next < from.random.Length)
                {
                    pending = (pending << 8) | from.random[next++];
                    bits += 8;
                }

                // The last character carries the three bits that are left over, in its high places.
                var shift = bits - 5;
                rest[i] = Alphabet[(shift >= 0 ? pending >> shift : pending << -shift) & 31];
                bits = Math.Max(shift, 0);
                pending &= (1 << bits) - 1;
            }
        });
    }
}
