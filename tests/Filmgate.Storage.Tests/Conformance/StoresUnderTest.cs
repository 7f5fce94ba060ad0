using Filmgate.Storage.Sql;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>The stores of one database, and the way to close and open it again as a restart does.</summary>
public abstract class StoresUnderTest : IAsyncDisposable
{
    public abstract SqlDatabase Database { get; }

    public ITaskStore Tasks => new TaskStore(Database);

    public ITaskRevisions Revisions => new TaskRevisions(Database);

    public IAccountStore Accounts => new AccountStore(Database);

    public IDeliveryStore Deliveries => new DeliveryStore(Database);

    public IEventLog Events => new EventLog(Database);

    public IEndpointStore Endpoints => new EndpointStore(Database);

    public IClipStore Clips => new ClipStore(Database);

    public IUploadStore Uploads => new UploadStore(Database);

    public IBooks Books => new Books(Database);

    public IChargeStore Charges => new ChargeStore(Database);

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
