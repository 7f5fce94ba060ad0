namespace Filmgate.Server;

/// <summary>A running gateway: what <c>filmgate serve</c> runs, and what <c>filmgate generate</c> embeds.</summary>
public sealed class Gateway : IAsyncDisposable
{
    private Gateway(Uri address, IReadOnlyList<IssuedKey> newKeys)
    {
        Address = address;
        NewKeys = newKeys;
    }

    /// <summary>The address it listens on, with the port that it really got.</summary>
    public Uri Address { get; }

    /// <summary>Keys generated at this start because the store was empty; their secrets are shown this once.</summary>
    public IReadOnlyList<IssuedKey> NewKeys { get; }

    /// <summary>Starts a gateway and returns when it answers.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="GatewaySettingsException">Settings are wrong; names all of them.</exception>
    public static Task<Gateway> StartAsync(GatewaySettings settings, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Returns when the gateway was told to stop (SIGTERM, SIGINT or <see cref="StopAsync"/>) and has drained.</summary>
    public Task WaitForShutdownAsync() => throw new NotSupportedException();

    /// <summary>Stops admitting, finishes what is being written and returns.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A key whose secret is known only now.</summary>
/// <param name="Name">What it is for: <c>admin key</c>, <c>live key</c> or <c>test key</c>.</param>
/// <param name="Secret">The key itself.</param>
public sealed record IssuedKey(string Name, string Secret);
