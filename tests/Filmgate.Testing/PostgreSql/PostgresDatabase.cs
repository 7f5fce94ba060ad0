namespace Filmgate.Testing.PostgreSql;

/// <summary>A database of one test; it is dropped when it is disposed, whoever is connected.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;

    internal PostgresDatabase(PostgresServer server, string name)
    {
        _server = server;
        Name = name;
    }

    /// <summary>Its name at the server.</summary>
    public string Name { get; }

    /// <summary>How it is reached, as Npgsql and <c>FILMGATE_DATABASE</c> take it.</summary>
    public string ConnectionString => _server.ConnectionString(Name);

    /// <summary>The same as a URI, as PostgreSQL's own programs take it.</summary>
    public string Uri => $"postgres://filmgate@127.0.0.1:{_server.Port}/{Name}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _server.ExecuteAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)").ConfigureAwait(false);
}
