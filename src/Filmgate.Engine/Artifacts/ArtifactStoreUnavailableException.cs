namespace Filmgate.Engine.Artifacts;

/// <summary>
/// The service that keeps our files cannot take or give anything now. Nothing is lost by it: what was to be stored is still where it came
/// from, and whoever waits tries again. Handled wherever a failing disk is.
/// </summary>
public sealed class ArtifactStoreUnavailableException : IOException
{
    /// <inheritdoc/>
    public ArtifactStoreUnavailableException()
    {
    }

    /// <inheritdoc/>
    public ArtifactStoreUnavailableException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public ArtifactStoreUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
