using System.Net.Http.Headers;
using System.Security.Cryptography;
using Filmgate.EndToEnd.House;
using Filmgate.Server;

namespace Filmgate.EndToEnd.Uploads;

/// <summary>A gateway in this process with a data folder of its own and a client that holds a test key.</summary>
public sealed class UploadGateway : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-");
    private Gateway? _gateway;

    public HttpClient Client { get; } = new(new SocketsHttpHandler());

    public Uri Address => _gateway!.Address;

    public string AdminKey => _gateway!.NewKeys.First(key => key.Name == "admin key").Secret;

    public async ValueTask InitializeAsync()
    {
        var key = $"fg_test_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";
        _gateway = await Gateway.StartAsync(
            new GatewaySettings
            {
                Urls = "http://127.0.0.1:0",
                DataFolder = _folder.FullName,
                Database = StoreUnderTest.SettingFor(_folder.FullName),
                EphemeralTestKey = key,
                HandleSignals = false,
                LogToConsole = false,
            },
            TestContext.Current.CancellationToken);
        Client.BaseAddress = _gateway.Address;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_gateway is not null)
        {
            await _gateway.StopAsync(CancellationToken.None);
            await _gateway.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
