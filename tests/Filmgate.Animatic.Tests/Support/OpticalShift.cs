using Filmgate.Animatic.Frames;

namespace Filmgate.Animatic.Tests.Support;

/// <summary>Estimates the shift between two frames from their gradients (Lucas and Kanade), over a window in the middle.</summary>
internal static class OpticalShift
{
    private const int Window = 60;

    /// <summary>How far the middle of the picture moved from one frame to the other, in pixels.</summary>
    public static (double X, double Y) AtCentre(PlanarFrame before, PlanarFrame after)
    {
        int width = before.Size.Width;
        Span<byte> a = before.Luma, b = after.Luma;
        int cx = width / 2, cy = before.Size.Height / 2;
        double shiftX = 0, shiftY = 0;
        for (int round = 0; round < 8; round++)
        {
            double xx = 0, xy = 0, yy = 0, xt = 0, yt = 0;
            for (int y = cy - Window; y < cy + Window; y++)
            {
                for (int x = cx - Window; x < cx + Window; x++)
                {
                    double gx = (a[y * width + x + 1] - a[y * width + x - 1]) / 2.0;
                    double gy = (a[(y + 1) * width + x] - a[(y - 1) * width + x]) / 2.0;
                    double change = Bilinear(b, width, x + shiftX, y + shiftY) - a[y * width + x];
                    xx += gx * gx;
                    xy += gx * gy;
                    yy += gy * gy;
                    xt += gx * change;
                    yt += gy * change;
                }
            }

            double det = xx * yy - xy * xy;
            shiftX -= (yy * xt - xy * yt) / det;
            shiftY -= (xx * yt - xy * xt) / det;
        }

        return (shiftX, shiftY);
    }

    private static double Bilinear(Span<byte> plane, int width, double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double fx = x - left, fy = y - top;
        int at = top * width + left;
        return (plane[at] * (1 - fx) + plane[at + 1] * fx) * (1 - fy) + (plane[at + width] * (1 - fx) + plane[at + width + 1] * fx) * fy;
    }
}
