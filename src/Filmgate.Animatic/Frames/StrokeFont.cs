using SkiaSharp;

namespace Filmgate.Animatic.Frames;

/// <summary>The few letters and digits of the slate as pen strokes, so that no font need be installed.</summary>
internal static class StrokeFont
{
    // Letters stand on a grid four units wide and six high. Strokes are separated by spaces, points by nothing: "0600" is a
    // line from (0, 6) to (0, 0), with y counted downwards.
    private static readonly Dictionary<char, string> Strokes = new()
    {
        ['A'] = "062046 1434",
        ['N'] = "06004640",
        ['I'] = "2026",
        ['M'] = "0600234046",
        ['T'] = "0040 2026",
        ['C'] = "4130100105163645",
        ['0'] = "103041453616050110",
        ['1'] = "112026",
        ['2'] = "01103041420646",
        ['3'] = "004023334445361605",
        ['4'] = "36300444",
        ['5'] = "400003334445361605",
        ['6'] = "413010010516364544331304",
        ['7'] = "004016",
        ['8'] = "103041423313020110 1304051636454433",
        ['9'] = "051636454130100102133342",
        [':'] = "2222 2525",
    };

    /// <summary>The free border around the text, in pixels.</summary>
    public static int Padding(int unit) => 4 * unit;

    /// <summary>The distance from one letter to the next, in pixels.</summary>
    public static int Advance(int unit) => 6 * unit;

    /// <summary>The letters' height, in pixels.</summary>
    public static int Height(int unit) => 6 * unit;

    /// <summary>Draws text in white with its border's corner at <paramref name="left"/>, 0.</summary>
    public static void Draw(SKCanvas canvas, string text, int left, int unit)
    {
        using var pen = new SKPaint
        {
            IsAntialias = true,
            Color = SKColors.White,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = 0.9f * unit,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        for (int i = 0; i < text.Length; i++)
        {
            if (!Strokes.TryGetValue(text[i], out string? letter))
                continue;
            float x = left + Padding(unit) + i * Advance(unit) + unit;
            foreach (string stroke in letter.Split(' '))
            {
                using var path = new SKPath();
                for (int point = 0; point + 1 < stroke.Length; point += 2)
                {
                    var at = new SKPoint(x + (stroke[point] - '0') * unit, Padding(unit) + (stroke[point + 1] - '0') * unit);
                    if (point == 0)
                        path.MoveTo(at);
                    else
                        path.LineTo(at);
                }

                canvas.DrawPath(path, pen);
            }
        }
    }
}
