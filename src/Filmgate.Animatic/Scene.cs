namespace Filmgate.Animatic;

/// <summary>A layered scene. It owns its layers.</summary>
/// <param name="width">The frame's width in pixels.</param>
/// <param name="height">The frame's height in pixels.</param>
/// <param name="layers">The layers from back to front; the first is opaque and covers the frame.</param>
public sealed class Scene(int width, int height, IReadOnlyList<SceneLayer> layers) : IDisposable
{
    /// <summary>The frame's width in pixels.</summary>
    public int Width { get; } = width;

    /// <summary>The frame's height in pixels.</summary>
    public int Height { get; } = height;

    /// <summary>The layers from back to front; the first is opaque and covers the frame.</summary>
    public IReadOnlyList<SceneLayer> Layers { get; } = layers;

    /// <summary>Frees every layer's picture.</summary>
    public void Dispose()
    {
        foreach (SceneLayer layer in Layers) layer.Dispose();
    }
}
