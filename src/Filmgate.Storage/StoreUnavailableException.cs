namespace Filmgate.Storage;

/// <summary>The database cannot take or give anything now: the disk is full, locked or out of reach. Nothing was written.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <inheritdoc/>
    public StoreUnavailableException()
    {
    }

    /// <inheritdoc/>
    public StoreUnavailableException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public StoreUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
