using SkiaSharp;

namespace Filmgate.Animatic.Frames;

/// <summary>The small badge that marks a clip as an animatic: its name and a timecode (seconds:frames) in the lower left corner.</summary>
public sealed class Slate
{
    private const string Title = "ANIMATIC";
    private const string LongestText = Title + " 00:00";
    private const double BadgeOpacity = 0.55;

    // The places of the timecode's digits in the text.
    private static readonly int[] DigitPlaces = [9, 10, 12, 13];

    private readonly byte[] badge;
    private readonly byte[] title;
    private readonly byte[][] glyphs;
    private readonly int[] digitLeft;
    private readonly int glyphWidth;
    private readonly byte[] mask;

    /// <summary>Draws the badge for frames of one size.</summary>
    /// <param name="size">The frames' size.</param>
    public Slate(FrameSize size)
    {
        Bounds = BoundsFor(size);
        int unit = Unit(size);
        int width = Bounds.Width;
        int height = Bounds.Height;

        badge = Mask(width, height, canvas =>
        {
            using var paint = new SKPaint { IsAntialias = true, Color = SKColors.White };
            canvas.DrawRoundRect(SKRect.Create(width, height), 2.5f * unit, 2.5f * unit, paint);
        });
        title = Mask(width, height, canvas => Write(canvas, Title + "   :", 0, unit));

        glyphWidth = StrokeFont.Advance(unit);
        digitLeft = [.. DigitPlaces.Select(place => StrokeFont.Padding(unit) + place * glyphWidth)];
        glyphs = new byte[10][];
        for (int digit = 0; digit < 10; digit++)
        {
            string text = digit.ToString();
            glyphs[digit] = Mask(glyphWidth, height, canvas => Write(canvas, text, -StrokeFont.Padding(unit), unit));
        }

        mask = new byte[width * height];
    }

    /// <summary>Where the badge lies, in frame pixels; all four numbers are even.</summary>
    public SKRectI Bounds { get; }

    /// <summary>Where the badge lies in frames of a size; all four numbers are even.</summary>
    /// <param name="size">The frames' size.</param>
    public static SKRectI BoundsFor(FrameSize size)
    {
        int unit = Unit(size);
        int margin = 2 * (Math.Min(size.Width, size.Height) / 72);
        int width = 2 * ((2 * StrokeFont.Padding(unit) + LongestText.Length * StrokeFont.Advance(unit)) / 2);
        int height = 2 * ((2 * StrokeFont.Padding(unit) + StrokeFont.Height(unit)) / 2);
        return SKRectI.Create(margin, 2 * ((size.Height - margin - height) / 2), width, height);
    }

    /// <summary>Draws the badge into a frame.</summary>
    /// <param name="target">The frame; it must have the size that the slate was made for.</param>
    /// <param name="frame">The frame's number, from which the timecode comes.</param>
    public void Stamp(PlanarFrame target, int frame)
    {
        int width = Bounds.Width;
        int height = Bounds.Height;
        title.CopyTo(mask, 0);
        int seconds = frame / FrameRate.PerSecond;
        int rest = frame % FrameRate.PerSecond;
        Place(0, seconds / 10 % 10);
        Place(1, seconds % 10);
        Place(2, rest / 10);
        Place(3, rest % 10);

        Span<byte> luma = target.Luma;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = luma.Slice((Bounds.Top + y) * target.Size.Width + Bounds.Left, width);
            for (int x = 0; x < width; x++)
            {
                double dark = BadgeOpacity * badge[y * width + x] / 255;
                double behind = row[x] + (16 - row[x]) * dark;
                row[x] = (byte)(behind + (225 - behind) * mask[y * width + x] / 255 + 0.5);
            }
        }

        // Black, white and the greys between them have no colour, so that both parts of the badge pull colour to neutral.
        Span<byte> cb = target.Cb;
        Span<byte> cr = target.Cr;
        for (int y = 0; y < height / 2; y++)
        {
            int at = (Bounds.Top / 2 + y) * (target.Size.Width / 2) + Bounds.Left / 2;
            for (int x = 0; x < width / 2; x++)
            {
                int place = 2 * y * width + 2 * x;
                double dark = BadgeOpacity * badge[place] / 255;
                double neutral = dark + (1 - dark) * Math.Max(mask[place], mask[place + width]) / 255;
                cb[at + x] = (byte)(cb[at + x] + (128 - cb[at + x]) * neutral + 0.5);
                cr[at + x] = (byte)(cr[at + x] + (128 - cr[at + x]) * neutral + 0.5);
            }
        }
    }

    private void Place(int place, int digit)
    {
        byte[] glyph = glyphs[digit];
        int width = Bounds.Width;
        for (int y = 0; y < Bounds.Height; y++)
            glyph.AsSpan(y * glyphWidth, glyphWidth).CopyTo(mask.AsSpan(y * width + digitLeft[place], glyphWidth));
    }

    private static int Unit(FrameSize size) => Math.Max(1, (int)Math.Round(Math.Min(size.Width, size.Height) / 360.0));

    private static void Write(SKCanvas canvas, string text, int left, int unit) => StrokeFont.Draw(canvas, text, left, unit);

    private static byte[] Mask(int width, int height, Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Alpha8, SKAlphaType.Premul));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Transparent);
        draw(canvas);
        canvas.Flush();
        var mask = new byte[width * height];
        for (int y = 0; y < height; y++)
            bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, width).CopyTo(mask.AsSpan(y * width));
        return mask;
    }
}
