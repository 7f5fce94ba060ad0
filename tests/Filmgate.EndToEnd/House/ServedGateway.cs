namespace Filmgate.EndToEnd.House;

/// <summary>A running <c>filmgate serve</c>.</summary>
internal sealed class ServedGateway : IAsyncDisposable
{
    /// <summary>The test key that every server of these tests is given.</summary>
    public const string Key = "fg_test_end-to-end-0123456789abcdef";

    /// <summary>The admin key.</summary>
    public const string AdminKey = "fg_admin_end-to-end-0123456789abcdef";

    private const string ListeningOn = "Listening on ";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private ServedGateway(FilmgateProcess process, string dataFolder, Uri address, string key)
    {
        Process = process;
        DataFolder = dataFolder;
        Address = address;
        Api = new TaskApi(address, key);
    }

    /// <summary>The process.</summary>
    public FilmgateProcess Process { get; }

    /// <summary>Its data folder.</summary>
    public string DataFolder { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The task API with the key that the server was given.</summary>
    public TaskApi Api { get; }

    /// <summary>The settings that every server of these tests starts from.</summary>
    public static Dictionary<string, string> Settings(string dataFolder) => new()
    {
        ["FILMGATE_URLS"] = "http://127.0.0.1:0",
        ["FILMGATE_DATA"] = dataFolder,
        ["FILMGATE_API_KEY"] = Key,
        ["FILMGATE_ADMIN_KEY"] = AdminKey,
        ["FILMGATE_ALLOW_NETWORKS"] = "127.0.0.0/8",
    };

    /// <summary>Starts one and returns when it says that it is ready. Settings given here win; an empty value takes a setting away.</summary>
    public static async Task<ServedGateway> StartAsync(string dataFolder, params (string Name, string Value)[] settings)
    {
        var environment = Settings(dataFolder);
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        var process = FilmgateProcess.Start(Path.GetTempPath(), environment, "serve");
        try
        {
            await Eventually.TrueAsync(() => process.Out.Contains("Ready.") || process.HasExited, StartPatience, "Ready.");
            var line = process.Out.FirstOrDefault(line => line.StartsWith(ListeningOn, StringComparison.Ordinal));
            Assert.True(line is not null, $"The server did not start: {string.Join('\n', process.Error)}");
            return new ServedGateway(process, dataFolder, new Uri(line[ListeningOn.Length..]), environment["FILMGATE_API_KEY"]);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Process.Send(FilmgateProcess.SigKill);
        await Process.ExitAsync(TimeSpan.FromSeconds(20));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Process.DisposeAsync();
    }
}
