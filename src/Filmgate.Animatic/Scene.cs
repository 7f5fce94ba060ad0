namespace Filmgate.Animatic;

/// <summary>A drawn scene: layers to be shown one over the other while the camera moves. Owns its layers.</summary>
/// <param name="width">Width of the frame it was drawn for, in pixels.</param>
/// <param name="height">Height of the frame it was drawn for, in pixels.</param>
/// <param name="layers">The layers from back to front.</param>
public sealed class Scene(int width, int height, IReadOnlyList<SceneLayer> layers) : IDisposable
{
    /// <summary>Width of the frame, in pixels.</summary>
    public int Width { get; } = width;

    /// <summary>Height of the frame, in pixels.</summary>
    public int Height { get; } = height;

    /// <summary>The layers from back to front.</summary>
    public IReadOnlyList<SceneLayer> Layers { get; } = layers;

    /// <summary>Disposes the layers.</summary>
    public void Dispose()
    {
        foreach (SceneLayer layer in Layers)
            layer.Dispose();
    }
}
