using SkiaSharp;

namespace Filmgate.Animatic.Scenes;

/// <summary>Makes one picture of a scene, and saves pictures.</summary>
public static class SceneStill
{
    /// <summary>Draws all layers as they lie at rest.</summary>
    /// <param name="scene">The scene; it is not changed.</param>
    /// <returns>An opaque BGRA picture of the frame's size; the caller disposes it.</returns>
    public static SKBitmap Flatten(Scene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        var still = new SKBitmap(new SKImageInfo(scene.Width, scene.Height, SKColorType.Bgra8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(still);
        canvas.Clear(SKColors.Black);
        foreach (SceneLayer layer in scene.Layers) canvas.DrawBitmap(layer.Picture, (float)layer.Left, (float)layer.Top);
        return still;
    }

    /// <summary>Saves a picture as JPEG, replacing the file.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="path">The file's path; its directory must exist.</param>
    /// <param name="quality">1 (smallest) to 100 (best).</param>
    public static void SaveJpeg(SKBitmap picture, string path, int quality = 88) => Save(picture, path, SKEncodedImageFormat.Jpeg, quality);

    /// <summary>Saves a picture as PNG, without loss, replacing the file.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="path">The file's path; its directory must exist.</param>
    public static void SavePng(SKBitmap picture, string path) => Save(picture, path, SKEncodedImageFormat.Png, 100);

    private static void Save(SKBitmap picture, string path, SKEncodedImageFormat format, int quality)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using SKData data = picture.Encode(format, quality) ?? throw new InvalidOperationException($"The picture could not be encoded as {format}.");
        using FileStream file = File.Create(path);
        data.SaveTo(file);
    }
}
