namespace Filmgate.Client.Tests;

public sealed class VideoImageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-tests-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }, "data:image/jpeg;base64,/9j/4A==")]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }, "data:image/png;base64,iVBORw0KGgo=")]
    [InlineData(new byte[] { 0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50 }, "data:image/webp;base64,UklGRgAAAABXRUJQ")]
    public async Task A_local_picture_becomes_a_data_url_of_the_type_that_its_content_has(byte[] content, string url)
    {
        var path = Path.Combine(_folder.FullName, "picture.tiff");
        await File.WriteAllBytesAsync(path, content, Ct);

        Assert.Equal(url, (await VideoImage.FromFileAsync(path, Ct)).Url);
    }

    [Fact]
    public async Task A_picture_beyond_the_limit_is_refused_before_it_is_read()
    {
        var path = Path.Combine(_folder.FullName, "huge.jpg");
        await using (var file = File.Create(path))
        {
            file.SetLength(VideoImage.LengthMax + 1);
        }

        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => VideoImage.FromFileAsync(path, Ct));

        Assert.Equal("The picture has 10.0 MB; at most 10 MB are taken.", thrown.Message);
    }

    [Fact]
    public void Neither_text_nor_nothing_is_a_picture()
    {
        Assert.Throws<InvalidDataException>(() => VideoImage.FromBytes("GIF89a"u8));
        Assert.Throws<InvalidDataException>(() => VideoImage.FromBytes([]));
    }

    [Fact]
    public async Task A_missing_file_is_missing() =>
        await Assert.ThrowsAsync<FileNotFoundException>(() => VideoImage.FromFileAsync(Path.Combine(_folder.FullName, "none.png"), Ct));
}
