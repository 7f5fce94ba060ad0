using System.Security.Cryptography;
using Filmgate.Server;

namespace Filmgate.Cli;

/// <summary>A gateway that lives as long as one command, with a key that only this process knows.</summary>
internal sealed class BuiltInGateway : IAsyncDisposable
{
    private const int KeyBytes = 24;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly Gateway _gateway;
    private readonly DirectoryInfo? _temporary;

    private BuiltInGateway(Gateway gateway, string key, DirectoryInfo? temporary)
    {
        _gateway = gateway;
        Key = key;
        _temporary = temporary;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _gateway.Address;

    /// <summary>A test key: the local renderer only, never money.</summary>
    public string Key { get; }

    /// <summary>Starts one on a free port of the loopback address.</summary>
    /// <param name="dataFolder">Its data folder; null takes a temporary one, which goes away with it.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="GatewaySettingsException">Settings of the environment are wrong.</exception>
    public static async Task<BuiltInGateway> StartAsync(string? dataFolder, CancellationToken cancellationToken)
    {
        var temporary = dataFolder is null ? Directory.CreateTempSubdirectory("filmgate-") : null;
        var key = $"fg_test_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))}";
        try
        {
            var gateway = await Gateway.StartAsync(
                new GatewaySettings
                {
                    Urls = "http://127.0.0.1:0",
                    DataFolder = dataFolder ?? temporary!.FullName,
                    EphemeralTestKey = key,
                    HandleSignals = false,
                    LogToConsole = false,
                },
                cancellationToken);
            return new BuiltInGateway(gateway, key, temporary);
        }
        catch
        {
            Delete(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(StopPatience);
            await _gateway.StopAsync(patience.Token);
            await _gateway.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // The clip is written or given up by now; a gateway that is slow to stop ends with the process.
        }
        finally
        {
            Delete(_temporary);
        }
    }

    private static void Delete(DirectoryInfo? folder)
    {
        try
        {
            folder?.Delete(recursive: true);
        }
        catch (IOException)
        {
            // What cannot be deleted lies in the system's folder for temporary files and is deleted by the system.
        }
    }
}
