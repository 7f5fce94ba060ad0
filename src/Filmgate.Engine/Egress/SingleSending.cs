namespace Filmgate.Engine.Egress;

/// <summary>
/// What is known about one request that must leave at most once, and soon or not at all: a process that stood still before the first byte may
/// have been given up by others meanwhile, who look for the request at the provider and believe after a while that it never came.
/// </summary>
/// <param name="time">The clock; what counts is the one that nobody can set, and that goes on while a process stands still.</param>
/// <param name="within">The first byte leaves within this time from now, or never.</param>
internal sealed class SingleSending(TimeProvider time, TimeSpan within)
{
    private readonly long _created = time.GetTimestamp();
    private int _dialled;
    private volatile bool _begun;

    /// <summary>Whether the first byte of the request may have left. Handshakes do not count.</summary>
    public bool HasBegun => _begun;

    /// <summary>Allows the one connection.</summary>
    /// <exception cref="EgressException">It was allowed already: the transport tries to send the request a second time.</exception>
    public void Dial()
    {
        if (Interlocked.Exchange(ref _dialled, 1) != 0)
        {
            throw new EgressException(EgressFailure.BrokenBody, "The connection closed before the answer, and the request is not sent again.");
        }
    }

    /// <summary>Notes that bytes of the request are about to be written.</summary>
    /// <exception cref="EgressException">They would be the first, and it is too late for them.</exception>
    public void Begin()
    {
        if (!_begun && time.GetElapsedTime(_created) > within)
        {
            throw new EgressException(EgressFailure.Timeout, "It was too late to begin.");
        }

        _begun = true;
    }
}

/// <summary>Notes the first write, and is otherwise the stream that it wraps.</summary>
internal sealed class NotingStream(Stream inner, SingleSending sending) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count)
    {
        sending.Begin();
        inner.Write(buffer, offset, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        sending.Begin();
        inner.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        sending.Begin();
        return inner.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        sending.Begin();
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
