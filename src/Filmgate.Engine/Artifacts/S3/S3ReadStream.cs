namespace Filmgate.Engine.Artifacts.S3;

/// <summary>
/// Reads an object as a stream that can seek. It is fetched in windows, so that a client that asks for everything and leaves after the first
/// second of a clip costs one window and not the clip; a window that breaks off is continued where it broke.
/// </summary>
internal sealed class S3ReadStream(S3Bucket bucket, string key, long length, TimeProvider time) : Stream
{
    private const long WindowLength = 8 * 1024 * 1024;

    // How long the service may give nothing while somebody waits for it. A client that takes nothing is not the service's fault.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Stream? _window;
    private long _windowEnd;
    private long _position;
    private bool _hasProgress = true;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (value != _position)
            {
                CloseWindow();
                _position = value;
            }
        }
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        while (true)
        {
            try
            {
                _window ??= await OpenWindowAsync(either.Token).ConfigureAwait(false);
                var read = await _window.ReadAsync(buffer, either.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException("the object ended before its end");
                }

                _hasProgress = true;
                _position += read;
                if (_position >= _windowEnd)
                {
                    CloseWindow();
                }

                return read;
            }
            catch (Exception error) when (S3Bucket.IsOutside(error, cancellationToken))
            {
                CloseWindow();
                if (!_hasProgress || patience.IsCancellationRequested)
                {
                    throw bucket.Unavailable(error);
                }

                _hasProgress = false;
            }
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The network is read asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CloseWindow();
        base.Dispose(disposing);
    }

    private async ValueTask<Stream> OpenWindowAsync(CancellationToken cancellationToken)
    {
        _windowEnd = Math.Min(_position + WindowLength, length);

        // Asked for as a whole, it comes with the checksum that the service has of it, where it has one.
        var isWhole = _position == 0 && _windowEnd == length;
        return await bucket.GetAsync(key, isWhole ? null : (_position, _windowEnd - 1), cancellationToken).ConfigureAwait(false)
            ?? throw new EndOfStreamException("the object is no longer there");
    }

    private void CloseWindow()
    {
        _window?.Dispose();
        _window = null;
    }
}
