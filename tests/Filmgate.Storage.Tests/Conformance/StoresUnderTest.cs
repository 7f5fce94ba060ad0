namespace Filmgate.Storage.Tests.Conformance;

/// <summary>The stores of one database, and the way to close and open it again as a restart does.</summary>
public abstract class StoresUnderTest : IAsyncDisposable
{
    public abstract ITaskStore Tasks { get; }

    public abstract ITaskRevisions Revisions { get; }

    public abstract IAccountStore Accounts { get; }

    public abstract IDeliveryStore Deliveries { get; }

    public abstract IEventLog Events { get; }

    public abstract IEndpointStore Endpoints { get; }

    public abstract IClipStore Clips { get; }

    public abstract IUploadStore Uploads { get; }

    public abstract IBooks Books { get; }

    public abstract IChargeStore Charges { get; }

    /// <summary>Makes an empty database and opens it.</summary>
    public abstract ValueTask OpenAsync();

    /// <summary>Closes it and opens it again: what is seen afterwards was on the disk.</summary>
    public abstract ValueTask ReopenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask CloseAsync();
}
