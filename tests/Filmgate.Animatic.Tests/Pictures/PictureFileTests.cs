using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Pictures;
using Filmgate.Animatic.Tests.Support;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Pictures;

public sealed class PictureFileTests
{
    // Where the corner that is red in the file must be seen: a stored picture is 80x40 with a red upper left quarter.
    [Theory]
    [InlineData(1, 80, 40, 0, 0)]
    [InlineData(2, 80, 40, 1, 0)]
    [InlineData(3, 80, 40, 1, 1)]
    [InlineData(4, 80, 40, 0, 1)]
    [InlineData(5, 40, 80, 0, 0)]
    [InlineData(6, 40, 80, 1, 0)]
    [InlineData(7, 40, 80, 1, 1)]
    [InlineData(8, 40, 80, 0, 1)]
    public void A_photograph_is_turned_upright(int orientation, int width, int height, int right, int bottom)
    {
        using var folder = new TempFolder();
        using SKBitmap picture = Drawing.Plain(80, 40, SKColors.White);
        using (var canvas = new SKCanvas(picture))
        using (var paint = new SKPaint { Color = SKColors.Red })
            canvas.DrawRect(0, 0, 40, 20, paint);
        using SKData jpeg = picture.Encode(SKEncodedImageFormat.Jpeg, 95);
        string path = folder.File("turned.jpg");
        File.WriteAllBytes(path, WithOrientation(jpeg.ToArray(), orientation));

        using PictureFile file = PictureFile.Open(path, AnimaticFault.StartPictureUnreadable);
        Assert.Equal((width, height), (file.Width, file.Height));
        using SKBitmap filled = file.Fill(new FrameSize(width, height));
        for (int x = 0; x < 2; x++)
        {
            for (int y = 0; y < 2; y++)
            {
                SKColor seen = filled.GetPixel(width / 4 + x * width / 2, height / 4 + y * height / 2);
                Assert.Equal((x, y) == (right, bottom), seen.Green < 128);
            }
        }
    }

    [Fact]
    public void Transparent_parts_show_a_neutral_grey()
    {
        using var folder = new TempFolder();
        using SKBitmap picture = Drawing.Plain(64, 64, SKColors.Transparent);
        using PictureFile file = PictureFile.Open(picture.Save(folder.File("clear.png")), AnimaticFault.StartPictureUnreadable);
        using SKBitmap filled = file.Fill(new FrameSize(72, 72));
        Assert.Equal(new SKColor(128, 128, 128), filled.GetPixel(30, 30));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Large_pictures_are_scaled_without_being_shifted(SKEncodedImageFormat format)
    {
        using var folder = new TempFolder();
        using SKBitmap picture = Drawing.Blobs(2560, 1440, 3);
        using PictureFile file = PictureFile.Open(picture.Save(folder.File("large"), format), AnimaticFault.StartPictureUnreadable);
        using SKBitmap filled = file.Fill(new FrameSize(320, 180));
        using var expected = new SKBitmap(picture.Info.WithSize(320, 180));
        picture.ScalePixels(expected, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        Assert.InRange(Tool.Psnr(expected, filled, SKRectI.Empty), 36, double.PositiveInfinity);
    }

    [Fact]
    public void What_is_no_picture_is_refused_by_name()
    {
        using var folder = new TempFolder();
        string path = folder.File("text.png");
        File.WriteAllText(path, "not a picture");
        AnimaticException refused = Assert.Throws<AnimaticException>(() => PictureFile.Open(path, AnimaticFault.EndPictureUnreadable));
        Assert.Equal(AnimaticFault.EndPictureUnreadable, refused.Fault);
        Assert.StartsWith("The end picture", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_picture_that_is_cut_off_is_refused(SKEncodedImageFormat format)
    {
        using var folder = new TempFolder();
        using SKBitmap picture = Drawing.Blobs(400, 300, 3);
        string path = picture.Save(folder.File("cut"), format);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        AnimaticException refused = Assert.Throws<AnimaticException>(() =>
        {
            using PictureFile file = PictureFile.Open(path, AnimaticFault.StartPictureUnreadable);
            file.Fill(new FrameSize(320, 240)).Dispose();
        });
        Assert.Equal(AnimaticFault.StartPictureUnreadable, refused.Fault);
    }

    // A JPEG begins with two bytes; an EXIF block with one field, the orientation, follows them.
    private static byte[] WithOrientation(byte[] jpeg, int orientation) =>
    [
        .. jpeg[..2],
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
        .. jpeg[2..],
    ];
}
