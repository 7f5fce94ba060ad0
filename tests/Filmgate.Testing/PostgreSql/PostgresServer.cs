using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Filmgate.Testing.PostgreSql;

/// <summary>
/// A PostgreSQL server of this test run alone: its own folder, its own free port on the loopback address, anybody may log in as <c>filmgate</c>.
/// It ends when it is disposed and when the test process ends, however that happens.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Script = "watch-server.sh";
    private const int StartsMax = 5;
    private static readonly TimeSpan FollowLook = TimeSpan.FromMilliseconds(50);

    private static readonly Lazy<Task<PostgresServer>> OfProcess = new(() => StartAsync());

    private readonly Process _watcher;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _databases;

    private PostgresServer(Process watcher, int port)
    {
        _watcher = watcher;
        Port = port;
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The one server that the tests of this process share, started by the first of them. Nobody disposes it or stops it.</summary>
    public static Task<PostgresServer> SharedAsync() => OfProcess.Value;

    /// <summary>The folder of PostgreSQL's programs.</summary>
    public static string Programs => FindPrograms();

    /// <summary>Starts a server for a test that stops it.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed or does not start.</exception>
    public static Task<PostgresServer> StartAsync() => StartAsync(primary: null);

    /// <summary>
    /// Starts a second server that follows this one, and returns when every commit here waits for it. Databases that are made at the one are at the other.
    /// </summary>
    public async Task<PostgresServer> StartStandbyAsync()
    {
        var standby = await StartAsync(Port).ConfigureAwait(false);
        try
        {
            await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'").ConfigureAwait(false);
            await ExecuteAsync("SELECT pg_reload_conf()").ConfigureAwait(false);
            while (!await IsFollowedAsync().ConfigureAwait(false))
            {
                await Task.Delay(FollowLook).ConfigureAwait(false);
            }

            return standby;
        }
        catch
        {
            await standby.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> IsFollowedAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')", connection);
        return await command.ExecuteScalarAsync().ConfigureAwait(false) is true;
    }

    private static async Task<PostgresServer> StartAsync(int? primary)
    {
        var programs = FindPrograms();
        using var reader = new StreamReader(typeof(PostgresServer).Assembly.GetManifestResourceStream(Script)!);
        var script = await reader.ReadToEndAsync().ConfigureAwait(false);

        // A free port may be taken between the look and the start.
        var said = "";
        for (var start = 0; start < StartsMax; start++)
        {
            var port = FreePort();
            var watcher = Watch(programs, script, port, primary);
            said = await watcher.StandardOutput.ReadLineAsync().ConfigureAwait(false) ?? "its watcher ended";
            if (said == "ready")
            {
                return new PostgresServer(watcher, port);
            }

            await EndAsync(watcher).ConfigureAwait(false);
        }

        throw new InvalidOperationException($"PostgreSQL does not start: {said}");
    }

    /// <summary>How one of its databases is reached.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=filmgate;Database={database}";

    /// <summary>Makes a database for one test.</summary>
    /// <param name="template">The database of this server that it starts as a copy of, to which nobody is connected; null for an empty one.</param>
    public async Task<PostgresDatabase> CreateDatabaseAsync(string? template = null)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}{(template is null ? "" : $" TEMPLATE {template}")}").ConfigureAwait(false);
        return new PostgresDatabase(this, name);
    }

    /// <summary>Ends it at once, as a crash would: what was committed is found again by the next <see cref="StartAgainAsync"/>.</summary>
    public Task KillAsync() => OrderAsync("kill");

    /// <summary>Makes a standby the server that takes writes.</summary>
    public Task PromoteAsync() => OrderAsync("promote");

    /// <summary>Starts it again on the same port with the same databases.</summary>
    public Task StartAgainAsync() => OrderAsync("start");

    /// <summary>Runs a statement in the database that every server has, such as one about other databases.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(_watcher).ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task OrderAsync(string order)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await _watcher.StandardInput.WriteLineAsync(order).ConfigureAwait(false);
            await _watcher.StandardInput.FlushAsync().ConfigureAwait(false);
            var said = await _watcher.StandardOutput.ReadLineAsync().ConfigureAwait(false);
            if (said != "ready")
            {
                throw new InvalidOperationException($"PostgreSQL did not do '{order}': {said}");
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private static async Task EndAsync(Process watcher)
    {
        watcher.StandardInput.Close();
        await watcher.WaitForExitAsync().ConfigureAwait(false);
        watcher.Dispose();
    }

    private static Process Watch(string programs, string script, int port, int? primary)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"filmgate-postgres-{Guid.NewGuid():N}");

        // PostgreSQL refuses to run as root; Debian's package brings a user for it. The folder it starts in must be one that this user may see.
        string[] asUser = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        string[] command = [.. asUser, "sh", "-c", script, Script, programs, folder, $"{port}", $"{primary}"];
        return Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
    }

    // The newest version that Debian's packages left, or the one in PATH elsewhere.
    private static string FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
                .Select(version => Path.Combine(version, "bin"))
            : [];
        return folders.Concat(Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [])
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            ?? throw new InvalidOperationException("These tests start a PostgreSQL server, and none is installed. Install it, such as with: sudo apt install postgresql");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
