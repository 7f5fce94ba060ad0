using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Filmgate.Testing.PostgreSql;
using Filmgate.Torture.Books;
using Filmgate.Torture.Faults;
using Filmgate.Torture.Provider;
using Filmgate.Torture.Receiver;

namespace Filmgate.Torture.Driver;

/// <summary>What is to stand on a stage.</summary>
internal sealed record StageOptions
{
    /// <summary>Folder for the data of all parts; must be empty.</summary>
    public required string Folder { get; init; }
    /// <summary>From which provider and receiver take their choices.</summary>
    public required int Seed { get; init; }
    /// <summary>How many nodes over one database; 1 for a gateway over a file of its own.</summary>
    public int Nodes { get; init; } = 1;
    /// <summary>Whether no job of the provider ends before it is told to let go, and then none fails.</summary>
    public bool HoldsJobs { get; init; }
    /// <summary>Whether the nodes reach one another and their database over lines that can go dead.</summary>
    public bool HasLines { get; init; }
    /// <summary>Whether a second server follows the database's, synchronously.</summary>
    public bool HasStandby { get; init; }
    /// <summary>Settings of the nodes beyond those that they need.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>All parts of a play: the provider and the receiver, the gateways between them, their database, and the proxy before them.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>The keys of the gateways.</summary>
    public const string LiveKey = "fg_live_torture-live-5e1c7a90d3", AdminKey = "fg_admin_torture-admin-5e1c7a90d3";

    private const string SettingPrefix = "Filmgate__Providers__";
    private const int WebhookWaits = 40;

    private readonly StageOptions _options;
    private ChildProcess? _provider, _receiver;
    private readonly List<Relay> _toDatabase = [], _toNodes = [];
    private Uri _providerAddress = null!;
    private string? _databaseName;

    /// <summary>Prepares a stage; nothing runs on it yet but the proxy.</summary>
    public Stage(StageOptions options, TimeProvider time)
    {
        _options = options;
        Book = new Book(PathOf("driver.book"));
        Trigger = new Trigger(time);
        Proxy = new CountingProxy(Trigger, Book);
        Fleet = new Fleet(options.Folder, options.Nodes, Settings, Proxy, time);
        Api = new GatewayApi(Proxy.Address, LiveKey, time);
    }

    /// <summary>The driver's book.</summary>
    public Book Book { get; }

    /// <summary>What the proxy strikes with.</summary>
    public Trigger Trigger { get; }

    /// <summary>The address of all gateways.</summary>
    public CountingProxy Proxy { get; }

    /// <summary>The gateways.</summary>
    public Fleet Fleet { get; }

    /// <summary>The gateways as a client sees them.</summary>
    public GatewayApi Api { get; }

    /// <summary>The provider.</summary>
    public ChildProcess Provider => _provider!;

    /// <summary>The receiver.</summary>
    public ChildProcess Receiver => _receiver!;

    /// <summary>Where the receiver listens, as it stands in requests.</summary>
    public string ReceiverAddress { get; private set; } = "";

    /// <summary>The database that several nodes share.</summary>
    public PostgresServer Server { get; private set; } = null!;

    /// <summary>The server that follows it.</summary>
    public PostgresServer? Standby { get; private set; }

    /// <summary>The line of each node to the database.</summary>
    public IReadOnlyList<Relay> LinesToDatabase => _toDatabase;

    /// <summary>The line over which the others reach each node.</summary>
    public IReadOnlyList<Relay> LinesToNodes => _toNodes;

    /// <summary>How that is reached; null where a gateway has a file of its own.</summary>
    public string? Database { get; private set; }

    /// <summary>Where clips and pictures lie.</summary>
    public string Artifacts => _options.Nodes == 1 ? Path.Combine(DataOf(0), "artifacts") : PathOf("artifacts");

    /// <summary>A file of the stage.</summary>
    public string PathOf(string name) => Path.Combine(_options.Folder, name);

    /// <summary>The data folder of a node.</summary>
    public string DataOf(int node) => PathOf(_options.Nodes == 1 ? "data" : string.Create(CultureInfo.InvariantCulture, $"data-{node + 1}"));

    /// <summary>The jobs in the provider's book, in order.</summary>
    public IReadOnlyList<JobLine> Jobs() => [.. Book.Read(PathOf("provider.book")).OfType<JobLine>()];

    /// <summary>Starts everything and returns when all gateways are ready.</summary>
    public async Task SetUpAsync()
    {
        await ClipFile.RenderAsync(_options.Folder);
        var seed = _options.Seed.ToString(CultureInfo.InvariantCulture);
        const string Self = "Filmgate.Torture.dll";
        string[] provider = [ProviderProcess.Command, PathOf("provider.book"), _options.Folder, seed, .. _options.HoldsJobs ? [ProviderProcess.Holding] : Array.Empty<string>()];
        _provider = ChildProcess.Start(Self, _options.Folder, PathOf("provider.log"), null, provider);
        _receiver = ChildProcess.Start(Self, _options.Folder, PathOf("receiver.log"), null, ReceiverProcess.Command, PathOf("receiver.book"), seed);
        _providerAddress = await _provider.AddressAsync() ?? throw new InvalidOperationException("The provider did not start.");
        ReceiverAddress = (await _receiver.AddressAsync() ?? throw new InvalidOperationException("The receiver did not start.")).GetLeftPart(UriPartial.Authority);
        if (_options.Nodes > 1)
        {
            Server = await PostgresServer.StartAsync();
            var database = await Server.CreateDatabaseAsync();
            Database = database.ConnectionString;
            if (_options.HasStandby)
            {
                Standby = await Server.StartStandbyAsync();
                Database = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Host=127.0.0.1:{Server.Port},127.0.0.1:{Standby.Port};Username=filmgate;Database={database.Name};Target Session Attributes=read-write");
            }

            if (_options.HasLines)
            {
                Draw(database);
            }
        }

        await Fleet.EnsureUpAsync();
        await Api.OpenBudgetAsync(AdminKey);
        await _receiver.OrderAsync(new Order(Secret: await Api.SecretAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        foreach (var process in new[] { _provider, _receiver }.OfType<ChildProcess>())
        {
            await process.DisposeAsync();
        }

        IAsyncDisposable?[] rest = [.. _toDatabase, .. _toNodes, Standby, Server];
        foreach (var part in rest.OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync();
        }

        await Proxy.DisposeAsync();
        Api.Dispose();
        Book.Dispose();
    }

    // Each node has an address of its own, at which stands a line to it; who uses the line is known by the process at its other end.
    private void Draw(PostgresDatabase database)
    {
        for (var node = 0; node < _options.Nodes; node++)
        {
            _toDatabase.Add(new Relay(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, Server.Port)));
            var address = AddressOf(node);
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            _toNodes.Add(new Relay(new IPEndPoint(address, port), new IPEndPoint(IPAddress.Loopback, port), (theirs, ours) => PeerProcess.Find(Fleet.ProcessesFrom(0), theirs, ours)));
        }

        _databaseName = database.Name;
    }

    private static IPAddress AddressOf(int node) => new([127, 0, 0, (byte)(2 + node)]);

    private Dictionary<string, string> Settings(int node)
    {
        var settings = new Dictionary<string, string>(_options.Settings)
        {
            ["FILMGATE_URLS"] = "http://127.0.0.1:0",
            ["FILMGATE_PUBLIC_URL"] = Proxy.Address.GetLeftPart(UriPartial.Authority),
            ["FILMGATE_DATA"] = DataOf(node),
            ["FILMGATE_API_KEY"] = LiveKey,
            ["FILMGATE_ADMIN_KEY"] = AdminKey,
            ["FILMGATE_ALLOW_NETWORKS"] = "127.0.0.0/8",
        };
        foreach (var (name, dialect) in new[] { (Providers.Kling, "kling"), (Providers.Replicate, "replicate") })
        {
            settings[$"{SettingPrefix}{name}__Dialect"] = dialect;
            settings[$"{SettingPrefix}{name}__BaseUrl"] = new Uri(_providerAddress, dialect).ToString();
            settings[$"{SettingPrefix}{name}__ApiKey"] = JobDesk.Key;
            settings[$"{SettingPrefix}{name}__Slots"] = "5000";
        }

        if (Database is { } database)
        {
            settings["FILMGATE_DATABASE"] = database;
            settings["FILMGATE_ARTIFACTS"] = "disk:" + Artifacts;
            settings["FILMGATE_NODE_NAME"] = string.Create(CultureInfo.InvariantCulture, $"node-{node + 1}");

            if (_options.HasLines)
            {
                settings["FILMGATE_DATABASE"] = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_toDatabase[node].Port};Username=filmgate;Database={_databaseName}");
                settings["FILMGATE_NODE_ADDRESS"] = AddressOf(node).ToString();
                settings["Filmgate__Cluster__Listen"] = "127.0.0.1";
                settings["Filmgate__Cluster__Port"] = _toNodes[node].Port.ToString(CultureInfo.InvariantCulture);
            }

            // Who moved which task when is read from the logs.
            settings["Logging__LogLevel__Filmgate.Engine.Lifecycle"] = "Debug";
        }

        for (var number = 0; number < WebhookWaits; number++)
        {
            settings[$"Filmgate__Webhooks__Waits__{number}"] = number < 3 ? "00:00:00.5" : "00:00:02";
        }

        return settings;
    }
}
