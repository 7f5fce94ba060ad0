using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Uploads that come in parts, in memory until they are complete. The official client sends only files above 90 MB in this way, which no
/// picture may be; then the parts are taken and let go, and the completion says that the file is too large, because a part that is refused
/// is sent again and its reason is lost.
/// </summary>
/// <param name="lengthMax">Largest picture, in bytes.</param>
/// <param name="time">The clock.</param>
internal sealed class PartedUploads(int lengthMax, TimeProvider time)
{
    /// <summary>Highest number of a part. Source: the limit of the stores whose protocol this is.</summary>
    public const int PartsMax = 10_000;

    /// <summary>Most uploads that are open at a time; the oldest makes room.</summary>
    public const int OpenMax = 256;

    // What all open uploads hold together. Pictures come whole from every known client, so this is for few.
    private const long HeldMax = 64 * 1024 * 1024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Open> uploads = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private long held;

    /// <summary>What came of a completion.</summary>
    internal enum Completion
    {
        /// <summary>The bytes are there.</summary>
        Whole,

        /// <summary>The upload is not known, or its time is over.</summary>
        Unknown,

        /// <summary>The list names a part that did not come, or not like that.</summary>
        Mismatch,

        /// <summary>The file is larger than pictures may be.</summary>
        TooLarge,
    }

    /// <summary>Opens an upload under its ticket.</summary>
    public void Begin(string ticket)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var (name, old) in uploads)
            {
                if (old.BeganAt + Lifetime <= now)
                {
                    Drop(name);
                }
            }

            if (uploads.Count >= OpenMax)
            {
                Drop(uploads.MinBy(pair => pair.Value.BeganAt).Key);
            }

            uploads[ticket] = new Open(now);
        }
    }

    /// <summary>Whether an upload is open.</summary>
    public bool IsOpen(string ticket) => uploads.TryGetValue(ticket, out var open) && open.BeganAt + Lifetime > time.GetUtcNow();

    /// <summary>Takes a part, and gives the tag by which the completion names it; null when the upload is not open. The same number again replaces the part.</summary>
    public string? Take(string ticket, int number, byte[] bytes)
    {
        var tag = Convert.ToHexStringLower(SHA256.HashData(bytes));
        lock (gate)
        {
            if (!IsOpen(ticket))
            {
                return null;
            }

            var open = uploads[ticket];
            var earlier = open.Parts.GetValueOrDefault(number)?.Bytes?.Length ?? 0;
            var isKept = !open.IsTooLarge && open.Length - earlier + bytes.Length <= lengthMax && held - earlier + bytes.Length <= HeldMax;
            if (!isKept)
            {
                Release(open);
                open.IsTooLarge = true;
            }

            open.Parts[number] = new Part(tag, isKept ? bytes : null);
            if (isKept)
            {
                open.Length += bytes.Length - earlier;
                held += bytes.Length - earlier;
            }

            return tag;
        }
    }

    /// <summary>Ends an upload with the list of its parts.</summary>
    public Completion End(string ticket, ImmutableArray<(int Number, string Tag)> parts, out ImmutableArray<byte[]> bytes)
    {
        bytes = [];
        lock (gate)
        {
            if (!IsOpen(ticket))
            {
                return Completion.Unknown;
            }

            var open = uploads[ticket];
            if (open.IsTooLarge)
            {
                Drop(ticket);
                return Completion.TooLarge;
            }

            if (parts.IsEmpty || parts.Any(part => open.Parts.GetValueOrDefault(part.Number)?.Tag != part.Tag))
            {
                return Completion.Mismatch;
            }

            bytes = [.. parts.OrderBy(part => part.Number).Select(part => open.Parts[part.Number].Bytes!)];
            return Completion.Whole;
        }
    }

    /// <summary>Lets an upload go, once its bytes are stored.</summary>
    public void Forget(string ticket)
    {
        lock (gate)
        {
            Drop(ticket);
        }
    }

    private void Drop(string ticket)
    {
        if (uploads.TryRemove(ticket, out var open))
        {
            Release(open);
        }
    }

    private void Release(Open open)
    {
        held -= open.Length;
        open.Length = 0;
        foreach (var (number, part) in open.Parts)
        {
            open.Parts[number] = part with { Bytes = null };
        }
    }

    private sealed record Part(string Tag, byte[]? Bytes);

    private sealed class Open(DateTimeOffset beganAt)
    {
        public DateTimeOffset BeganAt => beganAt;

        public Dictionary<int, Part> Parts { get; } = [];

        public long Length { get; set; }

        public bool IsTooLarge { get; set; }
    }
}
