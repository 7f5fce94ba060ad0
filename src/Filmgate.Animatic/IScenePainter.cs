namespace Filmgate.Animatic;

/// <summary>Draws a scene from a prompt's words.</summary>
public interface IScenePainter
{
    /// <summary>Draws the scene. The same arguments give the same scene.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="width">Width of the frame in pixels.</param>
    /// <param name="height">Height of the frame in pixels.</param>
    /// <returns>A scene that the caller disposes.</returns>
    Scene Paint(string prompt, int width, int height);
}
