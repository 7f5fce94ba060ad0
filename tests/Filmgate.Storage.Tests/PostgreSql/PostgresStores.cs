using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Tests.Conformance;
using Filmgate.Testing.PostgreSql;
using PostgresDatabase = Filmgate.Storage.PostgreSql.PostgresDatabase;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>A database of its own on the server that the tests of this process share.</summary>
public sealed class PostgresStores : StoresUnderTest
{
    // Migrated once; the databases of the tests are copies of it.
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    private PostgresDatabase? _database;
    private Filmgate.Testing.PostgreSql.PostgresDatabase? _made;

    public override PostgresDatabase Database => _database ?? throw new InvalidOperationException("The database is not open.");

    public string ConnectionString => _made!.ConnectionString;

    public static PostgresAddress AddressOf(string connectionString)
    {
        Assert.True(PostgresAddress.TryParse(connectionString, out var address, out var error), error);
        return address;
    }

    public override async ValueTask OpenAsync()
    {
        var server = await PostgresServer.SharedAsync();
        _made = await server.CreateDatabaseAsync(await Template.Value);
        _database = OpenAnother();
    }

    /// <summary>Opens the same database as another node does.</summary>
    public PostgresDatabase OpenAnother() => PostgresDatabase.Open(AddressOf(ConnectionString), TimeProvider.System);

    public override async ValueTask ReopenAsync()
    {
        await Database.DisposeAsync();
        _database = OpenAnother();
    }

    protected override async ValueTask CloseAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (_made is not null)
        {
            await _made.DisposeAsync();
        }
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var template = await server.CreateDatabaseAsync();
        PostgresMigrations.Run(AddressOf(template.ConnectionString), TimeProvider.System);
        return template.Name;
    }
}
