using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Filmgate.Engine.Tests.Support;

/// <summary>An S3 service of its own for a test: a process that speaks the protocol over loopback and ends with the test.</summary>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>Its access key, and the secret of it.</summary>
    public const string Key = "S3RVER";

    /// <summary>Its only bucket.</summary>
    public const string Bucket = "filmgate";

    private const string ObjectEnding = "._S3rver_object";

    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-s3-").FullName;
    private Process _process;

    private S3Server(int port) => _process = Start(port);

    /// <summary>Its address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Keys of what it keeps.</summary>
    public IEnumerable<string> Keys => Directory.EnumerateFiles(Data, "*" + ObjectEnding, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Data, file)[..^ObjectEnding.Length].Replace('\\', '/')).Order(StringComparer.Ordinal);

    private string Data => Path.Combine(_folder, "data", Bucket);

    /// <summary>Starts one and returns when it answers.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server(port: 0);
        server.Address = await server.ReadAddressAsync();
        return server;
    }

    /// <summary>The file in which it keeps an object.</summary>
    public string FileOf(string key) => Path.Combine(Data, key + ObjectEnding);

    /// <summary>Puts other bytes in an object's place, such that the service itself takes them for the right ones.</summary>
    public async Task DamageAsync(string key, byte[] bytes)
    {
        await File.WriteAllBytesAsync(FileOf(key), bytes);
#pragma warning disable CA5351 // The protocol's own tag of an object, no protection against anybody.
        await File.WriteAllTextAsync(FileOf(key) + ".md5", Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(bytes)));
#pragma warning restore CA5351
    }

    /// <summary>Makes it behave otherwise from the next request on.</summary>
    /// <param name="mood">Members of <c>mood</c> in <c>s3-server.mjs</c>.</param>
    public async Task BehaveAsync(object mood)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(mood));
        await _process.StandardInput.FlushAsync();
        Assert.Equal("done", await _process.StandardOutput.ReadLineAsync());
    }

    /// <summary>Ends the process. What it keeps stays.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts the process again under the same address.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start(Address.Port);
        Assert.Equal(Address, await ReadAddressAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        catch (InvalidOperationException)
        {
            // The test has stopped it.
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Process Start(int port)
    {
        // Node finds packages from where the script lies, so it lies beside a link to them.
        var packages = Path.Combine(Root(), "artifacts", "clients", "node_modules");
        Assert.True(Directory.Exists(packages), $"The S3 service is not in {packages}; run eng/install-clients, which ./test does by itself.");
        var script = Path.Combine(_folder, "s3-server.mjs");
        if (!File.Exists(script))
        {
            File.Copy(Path.Combine(Root(), "tests", "clients", "s3-server.mjs"), script);
            Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), packages);
        }

        return Process.Start(new ProcessStartInfo("node", [script, Path.Combine(_folder, "data"), Bucket, port.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private async Task<Uri> ReadAddressAsync() => new(await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException("The S3 service ended before it said where it listens."));

    private static string Root([CallerFilePath] string here = "")
    {
        for (var folder = Directory.GetParent(here); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests must lie within the repository.");
    }
}
