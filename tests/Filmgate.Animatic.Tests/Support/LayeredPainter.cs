using SkiaSharp;

namespace Filmgate.Animatic.Tests.Support;

/// <summary>Paints a small scene: sky, drifting clouds, and hills that get nearer.</summary>
internal sealed class LayeredPainter : IScenePainter
{
    public Scene Paint(string prompt, int width, int height)
    {
        int margin = width / 10;
        var layers = new List<SceneLayer>();
        for (int i = 0; i < 6; i++)
        {
            var picture = new SKBitmap(new SKImageInfo(width + 2 * margin, height + 2 * margin, SKColorType.Rgba8888, SKAlphaType.Premul));
            using var canvas = new SKCanvas(picture);
            canvas.Clear(i == 0 ? new SKColor(120, 160, 220) : SKColors.Transparent);
            using var paint = new SKPaint { IsAntialias = true, Color = i == 1 ? new SKColor(255, 255, 255, 120) : new SKColor((byte)(130 - 18 * i), (byte)(150 - 18 * i), (byte)(110 - 16 * i)) };
            for (int x = 0; i > 0 && x < picture.Width; x += picture.Width / 6)
                canvas.DrawOval(x, i == 1 ? margin + height / 5f : margin + height * (0.5f + 0.12f * i), picture.Width / 8f, height * (i == 1 ? 0.04f : 0.15f), paint);
            if (i > 1)
                canvas.DrawRect(0, margin + height * (0.5f + 0.12f * i), picture.Width, picture.Height, paint);
            canvas.Flush();
            layers.Add(new SceneLayer { Picture = picture, Depth = i / 5.0, Left = -margin, Top = -margin, DriftX = i == 1 ? 12 : 0 });
        }

        return new Scene(width, height, layers);
    }
}
