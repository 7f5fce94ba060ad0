using Filmgate.Storage.Sqlite;
using Filmgate.Storage.Tests.Conformance;

namespace Filmgate.Storage.Tests.Sqlite;

/// <summary>A real SQLite file in a folder of its own.</summary>
public sealed class SqliteStores : StoresUnderTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-storage-").FullName;
    private SqliteDatabase? _database;

    public string Path => System.IO.Path.Combine(_folder, "filmgate.db");

    public override SqliteDatabase Database => _database ?? throw new InvalidOperationException("The database is not open.");

    public override ValueTask OpenAsync()
    {
        _database = SqliteDatabase.Open(Path);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask ReopenAsync()
    {
        await Database.DisposeAsync();
        await OpenAsync();
    }

    protected override async ValueTask CloseAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
