using System.Numerics;
using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Filmgate.Animatic.Scenes;

/// <summary>A picture in the making. All coordinates are frame pixels; the plate knows where its corner lies.</summary>
internal sealed class Plate : IDisposable
{
    private readonly nint pixels;
    private readonly int stride;

    public Plate(int left, int top, int right, int bottom)
    {
        Left = left;
        Top = top;
        Width = Math.Max(1, right - left);
        Height = Math.Max(1, bottom - top);
        Picture = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Bgra8888, SKAlphaType.Premul));
        Picture.Erase(SKColors.Transparent);
        pixels = Picture.GetPixels();
        stride = Picture.RowBytes / 4;
    }

    public int Left { get; }

    public int Top { get; }

    public int Width { get; }

    public int Height { get; }

    public int Right => Left + Width;

    public int Bottom => Top + Height;

    public SKBitmap Picture { get; }

    /// <summary>A canvas over the plate that takes frame coordinates.</summary>
    public SKCanvas Canvas()
    {
        var canvas = new SKCanvas(Picture);
        canvas.Translate(-Left, -Top);
        return canvas;
    }

    /// <summary>
    /// Replaces one pixel. Half a level of fixed noise goes with it: without it the wide gradients of a sky show bands once a
    /// video encoder has been over them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Set(int x, int y, Vector3 colour, float alpha = 1)
    {
        float grain = (Noise.Hash((uint)x, (uint)y) >> 24) * (2.2f / 255f);
        Vector3 v = Vector3.Clamp((colour * 255) + new Vector3(grain - 0.6f), Vector3.Zero, new Vector3(255));
        ((uint*)pixels)[((y - Top) * stride) + x - Left] = Pack(v * alpha, alpha * 255);
    }

    /// <summary>Draws one pixel over what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Over(int x, int y, Vector3 colour, float alpha)
    {
        if (x < Left || y < Top || x >= Right || y >= Bottom || alpha <= 0) return;
        uint* at = (uint*)pixels + ((y - Top) * stride) + x - Left;
        uint old = *at;
        float rest = 1 - alpha;
        Vector3 under = new((old >> 16) & 255, (old >> 8) & 255, old & 255);
        Vector3 v = Vector3.Clamp((colour * (255 * alpha)) + (under * rest), Vector3.Zero, new Vector3(255));
        *at = Pack(v, (alpha * 255) + ((old >> 24) * rest));
    }

    /// <summary>The colour and opacity of one pixel, premultiplied, each 0 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe Vector4 Get(int x, int y)
    {
        uint p = ((uint*)pixels)[((y - Top) * stride) + x - Left];
        return new Vector4((p >> 16) & 255, (p >> 8) & 255, p & 255, p >> 24) * (1f / 255);
    }

    /// <summary>Hands the picture over as a layer, without its empty borders; compositing time goes by area.</summary>
    public SceneLayer ToLayer(double depth, double driftX = 0, double driftY = 0, double swayX = 0, double swayY = 0, double period = 4)
    {
        (int left, int top, int right, int bottom) = Content();
        SKBitmap picture = Picture;
        if (left > 0 || top > 0 || right < Width || bottom < Height)
        {
            picture = new SKBitmap(new SKImageInfo(right - left, bottom - top, SKColorType.Bgra8888, SKAlphaType.Premul));
            using (var canvas = new SKCanvas(picture))
            using (var paint = new SKPaint { BlendMode = SKBlendMode.Src })
            {
                canvas.DrawBitmap(Picture, -left, -top, paint);
            }
            Picture.Dispose();
        }
        return new SceneLayer
        {
            Picture = picture, Depth = depth, Left = Left + left, Top = Top + top,
            DriftX = driftX, DriftY = driftY, SwayX = swayX, SwayY = swayY, SwayPeriodSeconds = period,
        };
    }

    public void Dispose() => Picture.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Pack(Vector3 v, float alpha) =>
        ((uint)(alpha + 0.5f) << 24) | ((uint)(v.X + 0.5f) << 16) | ((uint)(v.Y + 0.5f) << 8) | (uint)(v.Z + 0.5f);

    private unsafe (int Left, int Top, int Right, int Bottom) Content()
    {
        int left = Width, right = 0, top = -1, bottom = 0;
        for (int y = 0; y < Height; y++)
        {
            var row = new ReadOnlySpan<uint>((uint*)pixels + (y * stride), Width);
            int first = row.IndexOfAnyExcept(0u);
            if (first < 0) continue;
            left = Math.Min(left, first);
            right = Math.Max(right, row.LastIndexOfAnyExcept(0u) + 1);
            if (top < 0) top = y;
            bottom = y + 1;
        }
        return top < 0 ? (0, 0, 1, 1) : (left, top, right, bottom);
    }
}
