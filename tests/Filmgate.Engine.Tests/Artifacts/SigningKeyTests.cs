using Filmgate.Engine.Artifacts;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class SigningKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-key-").FullName;

    private string KeyPath => Path.Combine(_folder, "signing.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_key_is_32_bytes_that_only_the_owner_may_read()
    {
        SigningKey.Open(_folder);
        Assert.Equal(32, new FileInfo(KeyPath).Length);
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such file modes.");
        }
        else
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        }
    }

    [Fact]
    public void The_key_is_the_same_after_a_restart_and_another_in_another_folder()
    {
        SigningKey.Open(_folder);
        var bytes = File.ReadAllBytes(KeyPath);
        SigningKey.Open(_folder);
        Assert.Equal(bytes, File.ReadAllBytes(KeyPath));
        var other = Directory.CreateTempSubdirectory("filmgate-key-").FullName;
        SigningKey.Open(other);
        Assert.NotEqual(bytes, File.ReadAllBytes(Path.Combine(other, "signing.key")));
        Directory.Delete(other, recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_damaged_key_is_reported_and_left_as_it_is(int length)
    {
        File.WriteAllBytes(KeyPath, new byte[length]);
        var error = Assert.Throws<InvalidDataException>(() => SigningKey.Open(_folder));
        Assert.Contains(KeyPath, error.Message, StringComparison.Ordinal);
        Assert.Equal(length, new FileInfo(KeyPath).Length);
    }

    [Fact]
    public void Half_a_key_that_a_crash_left_behind_is_in_nobodys_way()
    {
        File.WriteAllBytes(KeyPath + ".new", new byte[7]);
        SigningKey.Open(_folder);
        Assert.Equal(32, new FileInfo(KeyPath).Length);
        Assert.False(File.Exists(KeyPath + ".new"));
    }
}
