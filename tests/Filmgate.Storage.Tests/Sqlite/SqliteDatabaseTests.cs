using System.Security.Cryptography;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Filmgate.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;

namespace Filmgate.Storage.Tests.Sqlite;

public sealed class SqliteDatabaseTests : IAsyncLifetime
{
    private readonly SqliteStores _stores = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _stores.OpenAsync();

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    [Fact]
    public async Task The_writer_flushes_every_commit_fully_into_a_write_ahead_log_with_foreign_keys_on()
    {
        Assert.Equal(2L, await _stores.Database.WriteAsync(null, session => session.Scalar("PRAGMA synchronous")));
        Assert.Equal("wal", await _stores.Database.WriteAsync(null, session => session.Scalar("PRAGMA journal_mode")));
        Assert.Equal(1L, await _stores.Database.WriteAsync(null, session => session.Scalar("PRAGMA foreign_keys")));
    }

    [Fact]
    public async Task Readers_share_the_write_ahead_log() =>
        Assert.Equal("wal", await _stores.Database.ReadAsync(0, (session, _) => session.Scalar("PRAGMA journal_mode"), Cancel));

    [Fact]
    public void A_second_opening_of_the_same_file_is_refused_and_told_the_way_out()
    {
        var error = Assert.Throws<DatabaseInUseException>(() => SqliteDatabase.Open(_stores.Path));
        Assert.Contains("FILMGATE_DATA", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetDirectoryName(_stores.Path)!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_free_again_once_it_is_closed()
    {
        await _stores.Database.DisposeAsync();
        await using var next = SqliteDatabase.Open(_stores.Path);
        Assert.False(await new AccountStore(next).AnyAsync(Cancel));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _stores.Database.WriteAsync(null, _ => 0));
    }

    [Fact]
    public async Task Opening_again_changes_neither_schema_nor_the_record_of_migrations()
    {
        var before = await SchemaAsync();
        await _stores.ReopenAsync();
        await _stores.ReopenAsync();
        Assert.Equal(before, await SchemaAsync());
        Assert.Contains(before, line => line.Contains("CREATE TABLE tasks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_migration_that_was_killed_half_way_is_undone_and_done_anew_by_the_next_start()
    {
        var whole = await SchemaAsync();
        var half = _stores.Path + ".half";
        using (var connection = new SqliteConnection($"Data Source={half};Pooling=False"))
        {
            connection.Open();
            Run(connection, "PRAGMA journal_mode = WAL");
            Run(connection, "BEGIN IMMEDIATE");
            Run(connection, "CREATE TABLE accounts (id TEXT)");

            // What a killed process leaves behind: its files as they are now, its transaction neither committed nor undone.
            foreach (var file in new[] { half, half + "-wal" })
            {
                File.Copy(file, file.Replace(".half", ".killed", StringComparison.Ordinal));
            }
        }

        await _stores.Database.DisposeAsync();
        foreach (var ending in new[] { "", "-wal" })
        {
            File.Copy(_stores.Path + ".killed" + ending, _stores.Path + ending, overwrite: true);
        }

        await _stores.OpenAsync();
        Assert.Equal(whole.Where(IsOurs), (await SchemaAsync()).Where(IsOurs));
    }

    [Theory]
    [InlineData(0, 3000)]
    [InlineData(0, 100)]
    [InlineData(100, 3900)]
    public async Task A_damaged_file_is_reported_and_left_as_it_is(int from, int length)
    {
        await _stores.Database.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(_stores.Path, Cancel);
        bytes.AsSpan(from, length).Fill(0xA5);
        await File.WriteAllBytesAsync(_stores.Path, bytes, Cancel);
        var error = Assert.Throws<StoreUnavailableException>(() => SqliteDatabase.Open(_stores.Path));
        Assert.Contains(_stores.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await File.ReadAllBytesAsync(_stores.Path, Cancel)));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_reported_and_left_as_it_is()
    {
        var path = _stores.Path + ".txt";
        var text = string.Concat(Enumerable.Repeat("This is a letter, not a database.\n", 100));
        await File.WriteAllTextAsync(path, text, Cancel);
        Assert.Throws<StoreUnavailableException>(() => SqliteDatabase.Open(path));
        Assert.Equal(text, await File.ReadAllTextAsync(path, Cancel));
    }

    [Fact]
    public async Task A_refused_opening_frees_the_file_again()
    {
        var path = _stores.Path + ".txt";
        await File.WriteAllTextAsync(path, new string('x', 4096), Cancel);
        Assert.Throws<StoreUnavailableException>(() => SqliteDatabase.Open(path));
        File.Delete(path);
        await using var database = SqliteDatabase.Open(path);
        Assert.False(await new AccountStore(database).AnyAsync(Cancel));
    }

    [Fact]
    public async Task A_reader_that_cannot_be_opened_is_the_store_being_out_of_reach()
    {
        // No reader was opened yet, so the first read opens the file, which lies where nobody finds it.
        var folder = Directory.CreateTempSubdirectory("filmgate-storage-gone-").FullName;
        await using (var database = SqliteDatabase.Open(Path.Combine(folder, "filmgate.db")))
        {
            Directory.Move(folder, folder + "-moved");
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await database.ReadAsync(0, (session, _) => session.Scalar("SELECT 1"), Cancel));
        }

        Directory.Delete(folder + "-moved", recursive: true);
    }

    private ValueTask<string[]> SchemaAsync() => _stores.Database.ReadAsync(0, (session, _) =>
    {
        var lines = new List<string>();
        foreach (var sql in new[]
        {
            "SELECT type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1",
            "SELECT 'migration ' || ScriptName FROM SchemaVersions ORDER BY 1",
        })
        {
            using var row = session.Query(sql);
            while (row.Read())
            {
                lines.Add(row.GetString(0));
            }
        }

        return lines.ToArray();
    }, Cancel);

    private static bool IsOurs(string line) => !line.Contains("SchemaVersions", StringComparison.OrdinalIgnoreCase);

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
