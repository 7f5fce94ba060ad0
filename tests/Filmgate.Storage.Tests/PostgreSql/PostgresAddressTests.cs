using Filmgate.Storage.PostgreSql;

namespace Filmgate.Storage.Tests.PostgreSql;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://db.example.com/video", "db.example.com:5432/video")]
    [InlineData("postgresql://me:p%40ss%2Fword@db.example.com:6432/video?sslmode=require", "db.example.com:6432/video")]
    [InlineData("postgres://me:a@b:c@db.example.com/video", "db.example.com:5432/video")]
    [InlineData("postgres://me@[::1]:6432/video", "[::1]:6432/video")]
    [InlineData("postgres://me@db.example.com", "db.example.com:5432/me")]
    [InlineData("postgres://me:word@one.example.com:5432,two.example.com:5433/video?target_session_attrs=read-write", "one.example.com:5432,two.example.com:5433/video")]
    [InlineData("Host=db.example.com;Username=me;Password=word;Database=video", "db.example.com:5432/video")]
    [InlineData("Host=one,two;Username=me;Password=word;Database=video;Target Session Attributes=primary", "one,two/video")]
    public void An_address_is_read_and_shown_without_who_logs_in(string text, string shown)
    {
        Assert.True(PostgresAddress.LooksLikeOne(text));
        Assert.True(PostgresAddress.TryParse(text, out var address, out var error), error);
        Assert.Equal(shown, address.ToString());
    }

    [Fact]
    public void What_a_uri_says_reaches_the_connection()
    {
        Assert.True(PostgresAddress.TryParse("postgres://m%40e:p%40ss@h:6432/d?sslmode=verify-full&application_name=x%20y&options=-c%20search_path%3Dvideo", out var address, out _));
        var settings = address.Settings();
        Assert.Equal(
            ("m@e", "p@ss", "h", 6432, "d", Npgsql.SslMode.VerifyFull, "x y", "-c search_path=video"),
            (settings.Username, settings.Password, settings.Host, settings.Port, settings.Database, settings.SslMode, settings.ApplicationName, settings.Options));
    }

    [Theory]
    [InlineData("postgres:///video", "names no host")]
    [InlineData("postgres://me:secret@db:none/video", "port")]
    [InlineData("postgres://me:secret@db/video?colour=secret", "setting 'colour'")]
    [InlineData("postgres://me:secret@db/video?sslmode=secret", "value")]
    [InlineData("Host=db;Password=secret", "neither a database nor a user")]
    [InlineData("Host=db;Username=me;Colour=secret", "setting that there is not")]
    [InlineData("Host=db;Username=me;Port=secret", "value")]
    [InlineData("Password=secret;Username=me", "names no host")]
    public void What_is_wrong_is_said_without_the_password(string text, string expected)
    {
        Assert.True(PostgresAddress.LooksLikeOne(text));
        Assert.False(PostgresAddress.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    [InlineData("filmgate.db")]
    public void Other_words_are_not_meant_as_an_address(string text) => Assert.False(PostgresAddress.LooksLikeOne(text));
}
