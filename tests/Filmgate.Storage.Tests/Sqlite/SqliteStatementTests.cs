using Filmgate.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Filmgate.Storage.Tests.Sqlite;

public sealed class SqliteStatementTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-statement-");
    private readonly SqliteSession _session;

    public SqliteStatementTests() => _session = new SqliteSession(Path.Combine(_folder.FullName, "filmgate.db"));

    public void Dispose()
    {
        _session.Dispose();
        _folder.Delete(recursive: true);
    }

    public static TheoryData<string> Texts => ["", "a", "Zażółć gęślą jaźń 😀", "one\0two", new string('ż', 5000)];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_comes_back_as_it_went_in(string text) => Assert.Equal(text, _session.Scalar("SELECT $1", text));

    [Fact]
    public void Numbers_bytes_and_null_come_back_as_they_went_in()
    {
        Assert.Equal(long.MinValue, _session.Scalar("SELECT $1", long.MinValue));
        Assert.Equal(7L, _session.Scalar("SELECT $1", 7));
        Assert.Null(_session.Scalar("SELECT $1", (long?)null));
        Assert.Null(_session.Scalar("SELECT $1", (string?)null));
        Assert.Equal(Array.Empty<byte>(), _session.Scalar("SELECT $1", Array.Empty<byte>()));
        Assert.Equal(new byte[] { 0, 0xff, 0xc3 }, _session.Scalar("SELECT $1", new byte[] { 0, 0xff, 0xc3 }));
    }

    [Fact]
    public void Values_go_by_the_number_of_their_parameter_wherever_it_stands() =>
        Assert.Equal("b-a-b", _session.Scalar("SELECT $2 || '-' || $1 || '-' || $2", "a", "b"));

    [Fact]
    public void A_statement_can_be_used_again_after_it_failed()
    {
        const string Insert = "INSERT INTO things (id) VALUES ($1)";
        _session.Run("CREATE TABLE things (id INTEGER NOT NULL PRIMARY KEY) STRICT");
        Assert.Equal(1, _session.Execute(Insert, 1));
        var error = Assert.Throws<SqliteException>(() => _session.Execute(Insert, 1));
        Assert.Equal(19, error.SqliteErrorCode);
        Assert.Contains("things.id", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _session.Execute(Insert, 2));
        Assert.Equal(2, _session.Execute("UPDATE things SET id = id + 10"));
        Assert.Equal(2L, _session.Scalar("SELECT COUNT(*) FROM things"));
    }

    [Fact]
    public void A_query_that_was_left_halfway_begins_anew()
    {
        const string Two = "SELECT 1 UNION ALL SELECT 2";
        using (var row = _session.Query(Two))
        {
            Assert.True(row.Read());
        }

        using var again = _session.Query(Two);
        Assert.True(again.Read());
        Assert.Equal(1, again.GetInt32(0));
    }

    [Fact]
    public void A_value_too_few_and_a_second_statement_are_refused()
    {
        Assert.Throws<ArgumentException>(() => _session.Scalar("SELECT $1 || $2", "a"));
        Assert.Throws<ArgumentException>(() => _session.Scalar("SELECT 1; SELECT 2"));
    }
}
