namespace Filmgate.Storage;

/// <summary>
/// The database cannot take or give anything now: the disk is full, locked or out of reach. Nothing was written, unless <see cref="IsOutcomeUnknown"/>.
/// </summary>
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

    /// <summary>
    /// Whether the write may have happened: the line to the database broke while it was to commit, and the database stayed out of reach for so long
    /// that it could not be asked. Whoever needs to know reads the row later.
    /// </summary>
    public bool IsOutcomeUnknown { get; init; }
}
