namespace Filmgate.Engine.Grains;

/// <summary>The home of one provider's slots. Its key is the provider's name.</summary>
[Alias("filmgate.provider")]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>Takes a slot, or a place in the queue.</summary>
    [Alias("take")]
    ValueTask<bool> TryTakeSlotAsync(string task);

    /// <summary>Gives a slot back.</summary>
    [Alias("release")]
    ValueTask ReleaseSlotAsync(string task);
}
