using System.Net;
using System.Text;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Storage.Sqlite;

namespace Filmgate.Simulation;

/// <summary>What many simulations share on one thread: a folder, keys, and an empty database to copy.</summary>
internal sealed class Stage : IDisposable
{
    private readonly string _empty;
    private int _databases;

    public Stage()
    {
        // Memory, where there is such a folder: the disk's flushes are another test's subject.
        const string Memory = "/dev/shm";
        Folder = Directory.CreateDirectory(
            Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"filmgate-simulation-{Environment.ProcessId}-{Guid.NewGuid():n}")).FullName;
        _empty = Path.Combine(Folder, "empty.db");
        var database = SqliteDatabase.Open(_empty);
        database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Key = SigningKey.Open(Folder);
        Scratch = new ScratchFolder(Folder, TimeProvider.System);
        Files = new DiskArtifactStore(Folder, Scratch, TimeProvider.System);
        Http = new GuardedHttp(new EgressOptions { AllowNetworks = Array.Empty<IPNetwork>() }, new SystemHostResolver(), TimeProvider.System);
    }

    public string Folder { get; }

    public SigningKey Key { get; }

    /// <summary>Nothing is ever stored in it: clips are counted here, not kept.</summary>
    public IArtifactStore Files { get; }

    /// <summary>Where pictures on their way would be written.</summary>
    public ScratchFolder Scratch { get; }

    public PublicAddressHolder Address { get; } = new() { Value = "https://gate.example" };

    public GuardedHttp Http { get; }

    /// <summary>The path of a fresh database; the one before is deleted.</summary>
    public string NewDatabase()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, $"{_databases}.db*"))
        {
            File.Delete(file);
        }

        var path = Path.Combine(Folder, $"{++_databases}.db");
        File.Copy(_empty, path);
        return path;
    }

    public void Dispose()
    {
        Http.Dispose();
        Scratch.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Words a callback in one line.</summary>
internal sealed class PlainFormat : ICallbackFormat
{
    public const string Name = "plain";

    public string Dialect => Name;

    public ReadOnlyMemory<byte> Render(TaskEvents happened, TaskDetails task) => Encoding.UTF8.GetBytes($"{task.Task.Key.Task} {task.Task.State}");

    public IEnumerable<KeyValuePair<string, string>> Headers(OutgoingCallback callback) => [];
}

/// <summary>Words no events, because no account here has a webhook endpoint that would hear of them.</summary>
internal sealed class NoEvents : IEventFormat
{
    public ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, TaskDetails task) => throw new NotSupportedException();

    public ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, WebhookEndpoint endpoint) => throw new NotSupportedException();

    public IEnumerable<KeyValuePair<string, string>> Headers(DeliveryId id, ReadOnlyMemory<byte> body, DateTimeOffset at, IEnumerable<ReadOnlyMemory<byte>> secrets) =>
        throw new NotSupportedException();

    public string SecretText(ReadOnlyMemory<byte> secret) => throw new NotSupportedException();
}

