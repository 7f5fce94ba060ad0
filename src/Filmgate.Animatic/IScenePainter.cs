namespace Filmgate.Animatic;

/// <summary>Draws a layered scene from the words of a prompt.</summary>
public interface IScenePainter
{
    /// <summary>Paints the scene. The same prompt and size give the same pixels.</summary>
    /// <param name="prompt">Any text, also empty.</param>
    /// <param name="width">The frame's width in pixels, 16 to 4096.</param>
    /// <param name="height">The frame's height in pixels, 16 to 4096.</param>
    /// <returns>The scene; the caller disposes it.</returns>
    Scene Paint(string prompt, int width, int height);
}
