using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Torture.Provider;

/// <summary>An upload desk that nobody comes to: the gateway's pictures travel within the submission.</summary>
internal sealed class NoUploads : IUploadDesk
{
    /// <inheritdoc/>
    public int LengthMax => 0;

    /// <inheritdoc/>
    public string AddressOf(UploadId id) => throw Unasked();

    /// <inheritdoc/>
    public UploadTicket Reserve(Caller caller) => throw Unasked();

    /// <inheritdoc/>
    public ValueTask<UploadOutcome> TakeAsync(Caller caller, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken) => throw Unasked();

    /// <inheritdoc/>
    public ValueTask<UploadOutcome?> TakeReservedAsync(string ticket, Func<Stream, CancellationToken, Task> writeAsync, CancellationToken cancellationToken) => throw Unasked();

    /// <inheritdoc/>
    public ValueTask<Upload?> FindAsync(Caller caller, UploadId id, CancellationToken cancellationToken) => new((Upload?)null);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Upload>> ListAsync(Caller caller, CancellationToken cancellationToken) => new(ImmutableArray<Upload>.Empty);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Caller caller, UploadId id, CancellationToken cancellationToken) => new(false);

    private static NotSupportedException Unasked() => new("The torture's provider takes no uploads.");
}
